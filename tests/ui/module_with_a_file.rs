//! A module in a captured one whose text stands in another file.

use specialize::specialize;

#[specialize]
mod kernels {
    mod tables;

    #[specialize(n)]
    pub fn sum(x: u32, n: u32) -> u32 {
        x + n
    }
}

fn main() {
    kernels::sum(1, 2);
}
