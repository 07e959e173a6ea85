//! Dependencies that the attribute does not name.

use specialize::specialize;

#[specialize(n)]
fn path(n: u8, bytes: &[u8]) -> Option<usize> {
    memchr::memchr(n, bytes)
}

#[specialize(n)]
fn absolute(n: u8, bytes: &[u8]) -> Option<usize> {
    ::memchr::memchr(n, bytes)
}

#[specialize(n)]
fn signature(n: u8, finder: &memchr::memmem::Finder<'_>) -> u8 {
    finder.needle().len() as u8 + n
}

#[specialize(n, crates(bitpacking))]
fn import(n: u8, bytes: &[u8]) -> Option<usize> {
    use memchr::memrchr;
    memrchr(n, bytes)
}

#[specialize(crates(bitpacking))]
mod kernels {
    extern crate memchr;

    #[specialize(n)]
    pub fn path(n: u8, bytes: &[u8]) -> Option<usize> {
        memchr::memchr(n, bytes)
    }
}

fn main() {}
