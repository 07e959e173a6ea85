//! An option is given twice.

use specialize::specialize;

#[specialize(n, hot = 10, hot = 20)]
fn option(n: u32) -> u32 {
    n
}

#[specialize(n, batch(x), work = 1, batch(x), work = 2)]
fn others(n: u32, x: u32) -> u32 {
    n + x
}

fn main() {}
