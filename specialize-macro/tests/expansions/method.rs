//! A method.

#[specialize]
mod filters {
    pub struct Filter(u32);

    impl Filter {
        /// Applies the filter.
        #[specialize(n in [2])]
        pub fn apply(&self, x: u32, n: u32) -> u32 {
            self.0 * x + n
        }
    }
}
