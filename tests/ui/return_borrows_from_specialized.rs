//! The return type borrows from a specialized parameter.

use specialize::specialize;

#[specialize(n)]
fn elided(n: &[u32]) -> &[u32] {
    n
}

#[specialize(n)]
fn named<'a, 'b>(x: &'b [u32], n: &'a [u32]) -> Option<&'a [u32]> {
    (x != n).then_some(n)
}

fn main() {}
