//! Values that are listed at build time.

#[specialize(n in [2, 3])]
pub fn power(x: u64, n: u32) -> u64 {
    (0..n).fold(1, |product: u64, _| product.wrapping_mul(x))
}
