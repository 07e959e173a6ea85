//! No parameter is named.

use specialize::specialize;

#[specialize]
fn bare(n: u32) -> u32 {
    n
}

#[specialize()]
fn empty(n: u32) -> u32 {
    n
}

#[specialize(hot = 10)]
fn only_options(n: u32) -> u32 {
    n
}

fn main() {}
