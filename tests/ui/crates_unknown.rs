//! A crate that is no dependency.

use specialize::specialize;

#[specialize(n, crates(memchr, memchar))]
fn unknown(n: u32) -> u32 {
    n
}

#[specialize(crates(memchar))]
mod kernels {
    #[specialize(n)]
    pub fn unknown(n: u32) -> u32 {
        n
    }
}

fn main() {}
