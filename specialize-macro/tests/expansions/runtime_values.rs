//! A function for values that are only known at run time.

/// Raises `x` to the power `n`, wrapping.
#[specialize(n)]
pub fn power(x: u64, n: u32) -> u64 {
    (0..n).fold(1, |product: u64, _| product.wrapping_mul(x))
}
