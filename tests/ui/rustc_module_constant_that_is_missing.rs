//! A captured module lists a constant that only the crate around it has.

use specialize::specialize;

const LIMIT: u32 = 8;

#[specialize]
mod kernels {
    #[specialize(n in [LIMIT])]
    pub fn sum(x: u32, n: u32) -> u32 {
        x + n
    }
}

fn main() {
    kernels::sum(1, LIMIT);
}
