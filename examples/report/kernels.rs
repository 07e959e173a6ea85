//! The functions in the pictures.

use specialize::specialize;

/// The exponents in the picture of tiers.
pub(crate) const EXPONENTS: [u32; 5] = [2, 3, 8, 13, 20];

/// Raises `x` to the power `n`, wrapping; no exponent is listed.
#[specialize(n)]
pub(crate) fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// The same, and these exponents are listed.
#[specialize(n in [2, 3, 8, 13, 20])]
pub(crate) fn listed(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// The same, also for a whole slice: such a variant has two entries, and takes longer to make.
#[specialize(n, batch(x))]
pub(crate) fn batched(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// The sum of the remainders: a division by a known number is a multiplication.
#[specialize(n)]
pub(crate) fn remainders(xs: &[u32], n: u32) -> u64 {
    xs.iter().map(|x| u64::from(x % n)).sum()
}
