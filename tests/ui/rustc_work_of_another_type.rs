//! Work is an integer.

use specialize::specialize;

#[specialize(n, work = 1.5)]
fn fraction(n: u32) -> u32 {
    n
}

#[specialize(n, work = x)]
fn text(n: u32, x: &str) -> u32 {
    n + x.len() as u32
}

fn main() {}
