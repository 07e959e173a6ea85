//! A crate that the option `crates` names twice.

use specialize::specialize;

#[specialize(n, crates(memchr, memchr))]
fn twice(n: u32) -> u32 {
    n
}

fn main() {}
