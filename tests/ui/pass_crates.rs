//! Every way to name what a crate has.
#![deny(warnings)]
#![forbid(unsafe_code)]

use specialize::specialize;

#[specialize(n, crates(memchr, bitpacking), hot = 10)]
pub fn path(n: u8, bytes: &[u8]) -> Option<usize> {
    use memchr::memrchr;
    memrchr(n, bytes).or_else(|| ::memchr::memchr(n, bytes))
}

mod named_alike {
    /// A function and a crate of the same name.
    #[specialize::specialize(n in [1, 2], crates(memchr))]
    pub fn memchr(n: u8, bytes: &[u8]) -> Option<usize> {
        memchr::memchr(n, bytes)
    }
}

#[specialize(n, crates(tracing))]
pub fn with_a_macro(n: u8) -> bool {
    tracing::enabled!(tracing::Level::INFO) && n > 0
}

#[specialize(n, T in [u8, u16], crates(memchr))]
pub fn family<T: Copy>(n: u8, finder: &memchr::memmem::Finder<'_>, x: T) -> (Option<usize>, T) {
    (finder.find(&[n]), x)
}

#[specialize(crates(memchr))]
mod kernels {
    extern crate memchr as search;
    use memchr::*;

    pub struct Searcher {
        finder: memmem::Finder<'static>,
    }

    impl Searcher {
        pub fn new() -> Searcher {
            Searcher { finder: search::memmem::Finder::new("ab") }
        }

        #[specialize(n)]
        pub fn count(&self, bytes: &[u8], n: u8) -> usize {
            self.finder.find_iter(bytes).count() + super_deep::count(bytes, n)
        }
    }

    mod super_deep {
        pub fn count(bytes: &[u8], n: u8) -> usize {
            memchr::memchr_iter(n, bytes).count()
        }
    }
}

fn main() {
    assert_eq!(path(1, &[0, 1]), Some(1));
    assert_eq!(named_alike::memchr(1, &[0, 1]), Some(1));
    assert_eq!(kernels::Searcher::new().count(b"abab1", b'1'), 3);
    assert!(!with_a_macro(0));
    assert_eq!(family(b'a', &::memchr::memmem::Finder::new("a"), 1u16), (Some(0), 1));
}
