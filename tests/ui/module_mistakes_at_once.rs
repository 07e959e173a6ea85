//! Mistakes in several functions of a captured module are told at once, each at its place, and the functions stay.

use specialize::specialize;

#[specialize]
mod kernels {
    #[specialize(m)]
    pub fn unknown(x: u32, n: u32) -> u32 {
        x + n
    }

    #[specialize]
    pub fn none(x: u32) -> u32 {
        x
    }

    #[specialize(text)]
    pub fn of_text(text: String) -> usize {
        text.len()
    }

    #[specialize(n)]
    pub fn returned(n: u32) -> impl Iterator<Item = u32> {
        0..n
    }

    #[specialize(n)]
    #[specialize(x)]
    pub fn twice(x: u32, n: u32) -> u32 {
        x + n
    }

    pub struct Filter;

    impl Filter {
        #[specialize(filter)]
        pub const fn apply<const N: usize>(filter: u32, x: [u32; N]) -> u32 {
            x[0] + filter
        }
    }
}

fn main() {
    kernels::unknown(1, 2);
    kernels::none(1);
    kernels::of_text(String::new());
    kernels::returned(2).count();
    kernels::twice(1, 2);
    kernels::Filter::apply(1, [2]);
}
