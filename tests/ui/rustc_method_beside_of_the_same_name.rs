//! A method with the name that a function beside a specialized one gets.

use specialize::specialize;

#[specialize]
mod filters {
    pub struct Filter(pub u32);

    impl Filter {
        #[specialize(n)]
        pub fn apply(&self, n: u32) -> u32 {
            self.0 + n
        }

        pub fn apply_generic(&self) -> u32 {
            self.0
        }
    }
}

fn main() {
    filters::Filter(1).apply(2);
}
