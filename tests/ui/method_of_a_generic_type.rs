//! Methods of types with parameters.

use specialize::specialize;

#[specialize]
mod filters {
    pub struct Filter<T>(pub T);

    impl<T: Copy + Into<u32>> Filter<T> {
        #[specialize(n)]
        pub fn apply(&self, x: u32, n: u32) -> u32 {
            self.0.into() * x + n
        }
    }

    impl Filter<u8> {
        #[specialize(n)]
        pub fn apply_byte(&self, x: u32, n: u32) -> u32 {
            u32::from(self.0) * x + n
        }
    }
}

fn main() {}
