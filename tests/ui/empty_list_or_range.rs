//! No values are listed.

use specialize::specialize;

#[specialize(n in [])]
fn list(n: u32) -> u32 {
    n
}

#[specialize(n in 3..3)]
fn range(n: u32) -> u32 {
    n
}

#[specialize(() in [])]
fn no_names(n: u32) -> u32 {
    n
}

fn main() {}
