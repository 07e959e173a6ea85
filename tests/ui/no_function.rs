//! Items that are no functions with a body.

use specialize::specialize;

#[specialize(n)]
struct Data {
    n: u32,
}

#[specialize]
mod kernels {
    pub fn power(x: u64) -> u64 {
        x
    }
}

#[specialize(n)]
const N: u32 = 3;

trait Power {
    #[specialize(n)]
    fn power(n: u32) -> u32;
}

#[specialize(n)]
impl Data {}

fn main() {}
