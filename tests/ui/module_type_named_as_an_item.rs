//! A type of a captured module whose name stands for something else in the module beside the function.

use specialize::specialize;

#[specialize]
mod kernels {
    pub struct Bound(pub u32);

    #[specialize(n)]
    pub fn sum(bound: &Bound, n: u32) -> u32 {
        bound.0 + n
    }

    #[specialize(n)]
    pub fn fine(bound: &self::Bound, n: u32) -> u32 {
        bound.0 + n
    }
}

fn main() {
    kernels::sum(&kernels::Bound(1), 2);
}
