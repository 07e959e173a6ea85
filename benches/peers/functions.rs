//! The two functions, as each crate that takes a function at build time wants them.

use const_currying::const_currying;
use const_dispatch::prelude::*;
use multiversion::multiversion;
use specialize::specialize;

/// The dimension of the dot product.
pub(crate) const DIMENSION: usize = 96;

/// Raises `x` to the power `n`, wrapping.
#[specialize(n in [2, 3, 8])]
pub(crate) fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// The inner product of the first `n` elements, in sixteen lanes.
#[specialize(n)]
pub(crate) fn dot(a: &[f32], b: &[f32], n: usize) -> f32 {
    let (a, b) = (&a[..n], &b[..n]);
    let mut lanes = [0.0f32; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for lane in 0..16 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    lanes.iter().sum()
}

/// `power`, for the crates that do not need its text.
#[inline(always)]
fn raised(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// `dot`, for the crates that do not need its text.
#[inline(always)]
fn inner(a: &[f32], b: &[f32], n: usize) -> f32 {
    let (a, b) = (&a[..n], &b[..n]);
    let mut lanes = [0.0f32; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for lane in 0..16 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    lanes.iter().sum()
}

/// const-currying: the listed values by a `match`, others as written.
#[const_currying]
pub(crate) fn curried_power(x: u64, #[maybe_const(dispatch = n, consts = [2, 3, 8])] n: u32) -> u64 {
    raised(x, n)
}

/// const-currying, with the dimension listed.
#[const_currying]
pub(crate) fn curried_dot(a: &[f32], b: &[f32], #[maybe_const(dispatch = n, consts = [96])] n: usize) -> f32 {
    inner(a, b, n)
}

/// const-dispatch: all 256 values of a `u8`, the widest integer it takes, by a `match`.
pub(crate) fn dispatched_power(x: u64, n: u8) -> u64 {
    const_dispatch!(n, |const N: u8| { raised(x, N as u32) })
}

/// const-dispatch, with all dimensions of a `u8`.
pub(crate) fn dispatched_dot(a: &[f32], b: &[f32], n: u8) -> f32 {
    const_dispatch!(n, |const N: u8| { inner(a, b, N as usize) })
}

/// multiversion: for the processor it runs on; it fixes no value.
#[multiversion(targets = "simd")]
pub(crate) fn multiversioned_power(x: u64, n: u32) -> u64 {
    raised(x, n)
}

/// multiversion, with the dimension fixed by hand.
#[multiversion(targets = "simd")]
pub(crate) fn multiversioned_dot(a: &[f32], b: &[f32]) -> f32 {
    inner(a, b, DIMENSION)
}
