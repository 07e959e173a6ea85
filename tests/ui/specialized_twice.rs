//! The attribute stands twice.

use specialize::specialize;

#[specialize(n)]
#[specialize(m)]
fn twice(n: u32, m: u32) -> u32 {
    n + m
}

fn main() {}
