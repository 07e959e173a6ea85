//! A list for only some of the parameters.

use specialize::specialize;

#[specialize(rows, cols in [1, 2])]
fn some(rows: u32, cols: u32) -> u32 {
    rows + cols
}

fn main() {}
