//! A function with two mistakes: it stays as it is, with the errors beside it.

#[specialize(m, hot)]
pub fn power(x: u64, n: u32) -> u64 {
    x + u64::from(n)
}
