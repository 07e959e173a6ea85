//! Methods in the impl of a trait, and of a trait itself.

use specialize::specialize;

#[specialize]
mod filters {
    pub trait Apply {
        fn apply(&self, x: u32, n: u32) -> u32;
    }

    pub struct Filter(pub u32);

    impl Apply for Filter {
        #[specialize(n)]
        fn apply(&self, x: u32, n: u32) -> u32 {
            self.0 * x + n
        }
    }

    pub trait Scale {
        #[specialize(n)]
        fn scale(x: u32, n: u32) -> u32 {
            x * n
        }
    }
}

#[specialize]
mod kernels {
    pub fn outer(x: u32) -> u32 {
        #[specialize(n)]
        fn inner(n: u32) -> u32 {
            n
        }
        inner(x)
    }
}

fn main() {}
