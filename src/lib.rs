//! Gives a function the value it will be called with.
//!
//! The attribute [`specialize`](macro@specialize) makes const-generic variants of a function for values
//! that are listed when the program is built; and for values that only appear while the program
//! runs, it has the compiler that built the program specialize the function in the background,
//! loads the result, and finds it through the same dispatch table. Until a variant is ready, and
//! wherever one cannot be had, the function as written serves. The answer is always the same.
//!
//! ```
//! use specialize::specialize;
//!
//! /// Raises `x` to the power `n`, wrapping.
//! #[specialize(n in [2, 3, 8])]
//! pub fn power(x: u64, n: u32) -> u64 {
//!     let mut product = 1u64;
//!     for _ in 0..n {
//!         product = product.wrapping_mul(x);
//!     }
//!     product
//! }
//!
//! assert_eq!(power(2, 8), 256); // a dispatcher now: 8 is listed, and costs one direct call
//! assert_eq!(power::at::<3>(5), 125); // the variant itself, for a constant
//! let bound = power::bind(13); // never blocks: generic at first, its own variant when it is ready
//! assert_eq!(bound.call(2), 8192);
//! ```
//!
//! Rule of thumb: *dispatcher for scalars, `bind` for everything called often, `prepare` for warm-up
//! and tests.*

pub use specialize_macro::specialize;
#[doc(hidden)]
pub use specialize_runtime::__private;
pub use specialize_runtime::{
    Config, Cost, Counts, DispatchTable, Engine, Error, FunctionStats, Mode, Origin, Pending, Stages, Stats, TableEntry, Tier, functions,
    settle, stats,
};
