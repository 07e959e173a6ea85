//! A parameter is named twice.

use specialize::specialize;

#[specialize(n in [1], n in [2])]
fn apart(n: u32) -> u32 {
    n
}

#[specialize((n, n) in [(1, 2)])]
fn together(n: u32) -> u32 {
    n
}

fn main() {}
