//! Combinations that do not fit the parameters.

use specialize::specialize;

#[specialize((rows, cols) in [(1, 2), (1, 2, 3), 4, (5)])]
fn tuples(rows: u32, cols: u32) -> u32 {
    rows + cols
}

fn main() {}
