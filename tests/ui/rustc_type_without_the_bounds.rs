//! What rustc says of a listed type that is not what the function wants, and of one that is not listed.

use specialize::specialize;

#[specialize(n, T in [u32, String])]
fn copied<T: Copy>(x: T, n: u32) -> Vec<T> {
    vec![x; n as usize]
}

#[specialize(n, T in [u32, u64])]
fn sum<T: Into<u64>>(x: T, n: u32) -> u64 {
    x.into() + u64::from(n)
}

fn main() {
    let _ = sum::bind::<u8>(3);
}
