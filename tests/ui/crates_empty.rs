//! The option `crates` without a crate.

use specialize::specialize;

#[specialize(n, crates())]
fn empty(n: u32) -> u32 {
    n
}

#[specialize(n, crates)]
fn bare(n: u32) -> u32 {
    n
}

#[specialize(n, crates = memchr)]
fn assigned(n: u32) -> u32 {
    n
}

fn main() {}
