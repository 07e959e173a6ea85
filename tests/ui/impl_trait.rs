//! `impl Trait` in a signature.

use specialize::specialize;

#[specialize(n)]
fn returned(n: u32) -> impl Iterator<Item = u32> {
    0..n
}

#[specialize(n)]
fn taken(x: &mut impl Iterator<Item = u32>, n: usize) -> Option<u32> {
    x.nth(n)
}

fn main() {}
