//! Parameters and options on a module, which belong to the functions in it.

use specialize::specialize;

#[specialize(n in [1, 2], hot = 10)]
mod kernels {
    #[specialize(n)]
    pub fn sum(x: u32, n: u32) -> u32 {
        x + n
    }
}

fn main() {
    kernels::sum(1, 2);
}
