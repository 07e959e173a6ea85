//! The attribute on a module in a captured one.

use specialize::specialize;

#[specialize]
mod kernels {
    #[specialize]
    pub mod inner {
        #[specialize(n)]
        pub fn sum(x: u32, n: u32) -> u32 {
            x + n
        }
    }
}

fn main() {
    kernels::inner::sum(1, 2);
}
