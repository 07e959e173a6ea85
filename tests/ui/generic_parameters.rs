//! Type parameters and const generics.

use specialize::specialize;

#[specialize(n)]
fn types<'a, T: Copy, U>(x: &'a T, y: U, n: u32) -> &'a T {
    let _ = (y, n);
    x
}

#[specialize(n)]
fn constants<const N: usize>(x: [u8; N], n: usize) -> u8 {
    x[n]
}

fn main() {}
