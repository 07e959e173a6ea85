//! A value of a captured module that holds itself.

use specialize::specialize;

#[specialize]
mod kernels {
    #[derive(specialize::Value)]
    pub struct List {
        pub first: u32,
        pub rest: [List; 1],
    }

    #[specialize(list)]
    pub fn sum(x: u32, list: List) -> u32 {
        x + list.first
    }
}

fn main() {}
