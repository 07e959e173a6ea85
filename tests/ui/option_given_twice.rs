//! An option is given twice.

use specialize::specialize;

#[specialize(n, hot = 10, hot = 20)]
fn option(n: u32) -> u32 {
    n
}

fn main() {}
