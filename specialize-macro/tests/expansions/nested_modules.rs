//! Modules in a captured module.

#[specialize]
mod outer {
    pub mod inner {
        #[specialize(n)]
        pub(super) fn last(values: &[u8], n: usize) -> u8 {
            values[n]
        }
    }

    mod importing {
        use super::*;
    }
}
