//! Forms of signatures with type parameters that have no families.

use specialize::specialize;

#[specialize(n, I in [std::ops::Range<u32>])]
fn first<I: Iterator>(mut all: I, n: u32) -> Option<I::Item> {
    all.nth(n as usize)
}

#[specialize]
mod kernels {
    pub struct Filter(pub u32);

    impl Filter {
        #[specialize(n, T in [u8, u16])]
        pub fn apply<T: Into<u32>>(&self, x: T, n: u32) -> u32 {
            self.0 + n * x.into()
        }
    }
}

fn main() {}
