//! Crates of a function whose module has them.

use specialize::specialize;

#[specialize]
mod kernels {
    #[specialize(n, crates(memchr))]
    pub fn own(n: u32) -> u32 {
        n
    }
}

fn main() {}
