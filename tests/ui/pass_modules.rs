//! Captured modules under strict lints, made by macros, and with what looks as if it led outside.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused, unreachable_pub, clippy::all)]

use specialize::specialize;

/// Kernels.
#[specialize]
pub mod kernels {
    //! With documentation of its own.
    #![allow(clippy::needless_range_loop)]

    extern crate alloc;

    use alloc::vec::Vec;
    use core::fmt;

    #[allow(unused_imports)]
    use std::{format, vec};

    /// A type.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
    pub struct Pair {
        /// Public.
        pub first: u32,
        second: u32,
    }

    impl fmt::Display for Pair {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "{} {}", self.first, self.second)
        }
    }

    impl Pair {
        /// Makes one.
        #[must_use]
        #[specialize(first)]
        pub fn new(first: u32) -> Self {
            Pair { first, second: 2 }
        }
    }

    /// Sums.
    #[specialize(n in [2])]
    pub fn sum(pairs: &[Pair], n: u32) -> Vec<u32> {
        pairs.iter().map(|pair| pair.first * n + inner::second(pair)).collect()
    }

    /// Calls itself, and is no more than that.
    #[specialize(n)]
    #[rustfmt::skip]
    pub fn nth(pairs: &[Pair], n: usize) -> u32 { if n > 0 { nth(&pairs[1..], n - 1) } else { pairs[0].second } }

    mod inner {
        pub(super) fn second(pair: &super::Pair) -> u32 {
            pair.second
        }
    }
}

/// With the path of the crate, as one names it everywhere else.
#[specialize(crate = specialize)]
pub mod renamed {
    /// A value.
    #[derive(specialize::Value, Clone, Copy, Debug)]
    #[value(crate = specialize)]
    pub struct Step(
        /// How far.
        pub u32,
    );

    /// Steps.
    #[specialize(step, crate = specialize)]
    pub fn stepped(x: u32, step: Step) -> u32 {
        x + step.0
    }
}

macro_rules! make {
    ($name:ident, $ty:ty, $value:expr) => {
        /// Made by a macro.
        #[specialize]
        pub mod $name {
            const VALUE: $ty = $value;

            /// Adds.
            #[specialize(n)]
            pub fn add(x: $ty, n: $ty) -> $ty {
                x + n + VALUE
            }
        }
    };
}

make!(bytes, u8, 1 + 2);
make!(words, u64, 5);

fn main() {
    let pair = kernels::Pair::new(3);
    assert_eq!(kernels::sum(&[pair], 2), [8]);
    assert_eq!(kernels::sum::at::<5>(&[pair]), [17]);
    assert_eq!(kernels::nth(&[pair, pair], 1), 2);
    assert_eq!((bytes::add(1, 2), words::add(1, 2)), (6, 8));
    assert_eq!(words::add::prepare(4).map(|bound| bound.call(1)).ok(), Some(10));
}
