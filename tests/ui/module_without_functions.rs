//! A captured module in which nothing is specialized.

use specialize::specialize;

#[specialize]
mod kernels {
    pub fn sum(x: u32, n: u32) -> u32 {
        x + n
    }
}

fn main() {
    kernels::sum(1, 2);
}
