//! A function that uses a crate.

#[specialize(needle, crates(memchr))]
pub fn position(bytes: &[u8], needle: u8) -> Option<usize> {
    memchr::arch::all::memchr::One::new(needle).iter(bytes).next()
}
