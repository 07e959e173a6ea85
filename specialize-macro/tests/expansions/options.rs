//! A module of another name, and a crate by another path.

#[specialize(n, module = powers, crate = crate::reexported)]
pub fn power(x: u64, n: u32) -> u64 {
    x + u64::from(n)
}
