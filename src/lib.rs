//! Gives a function the value it will be called with.
//!
//! The attribute [`specialize`](macro@specialize) gives a function variants for the values of some of its parameters. Values that
//! are listed in the attribute get const-generic variants when the program is built. For values that only appear while the program
//! runs, the compiler that built the program makes variants in the background; they are loaded, and found through the same dispatch
//! table. Until a variant is ready, and wherever one cannot be had, the function as written serves. The answer is always the same.
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
//! A specialized parameter is an integer, a float, a `bool` or a `char`; an array or a tuple of values; a slice `&[T]` of values, or a
//! `&str`; or, in a captured module (below), a struct or an enum that derives [`Value`](derive@Value). Two values are the same if their
//! bytes are.
//!
//! ```
//! use specialize::specialize;
//!
//! /// How many of the letters of `text` are in `set`.
//! #[specialize(set in [b"aeiou"])]
//! fn letters(text: &str, set: &[u8]) -> usize {
//!     text.bytes().filter(|letter| set.contains(letter)).count()
//! }
//!
//! assert_eq!(letters("specialize", b"aeiou"), 5);
//! let bound = letters::bind(b"xyz"); // owns a copy of the set
//! assert_eq!(bound.call("specialize"), 1);
//! ```
//!
//! The dispatcher hashes a slice or string on every call, and compares it with that of the variant it finds: use `bind` for what is
//! called often.
//!
//! A function sees only std and what it defines itself, since it is compiled again, away from the crate it stands in. Whatever else it
//! needs goes into a module with it, which is captured as a whole:
//!
//! ```
//! #[specialize::specialize]
//! mod shapes {
//!     pub struct Square(pub u32);
//!
//!     fn doubled(x: u32) -> u32 {
//!         x * 2
//!     }
//!
//!     impl Square {
//!         #[specialize(times)]
//!         pub fn grown(&self, times: u32) -> Square {
//!             Square((0..times).fold(self.0, |side, _| doubled(side)))
//!         }
//!     }
//! }
//!
//! let bound = shapes::Square::grown_bind(3);
//! assert_eq!(bound.call(&shapes::Square(1)).0, 8);
//! ```
//!
//! Type parameters have lists of types, each of which has variants of its own:
//!
//! ```
//! use specialize::specialize;
//!
//! #[specialize(n, T in [f32, f64])]
//! fn sum<T: std::iter::Sum<T> + Copy>(xs: &[T], n: usize) -> T {
//!     xs[..n].iter().copied().sum()
//! }
//!
//! let bound: sum::Bound<f32> = sum::bind::<f32>(2);
//! assert_eq!(bound.call(&[1.5, 2.5, 3.5]), 4.0);
//! assert_eq!(sum(&[1u8, 2, 3], 3), 6); // not listed: as written
//! ```
//!
//! Whether a variant is worth it is measured while the program runs, on the calls it makes: from the first report on, or from the start
//! with [`Config::sampling`]. [`report`] says what the variant cost, what a call takes with it and without, and after how many calls it
//! has paid for itself. With [`Config::demote_losers`] a variant that is no faster is taken out again.
//!
//! ```
//! # use specialize::specialize;
//! # #[specialize(n)]
//! # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
//! let bound = power::prepare(13)?;
//! assert_eq!(bound.call(2), 8192);
//! let report = specialize::report();
//! assert!(report.functions.iter().any(|function| function.name == "power" && function.values[0].value == "13"));
//! println!("{report}"); // a table, with a verdict in words for each value
//! # Ok::<(), specialize::Error>(())
//! ```
//!
//! A test can choose the tier that serves a specialized function, or compare all of them; see [`testing`].
//!
//! ```
//! # use specialize::specialize;
//! # #[specialize(n in [3])]
//! # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
//! use specialize::Tier;
//! use specialize::testing::{assert_tiers_agree, force};
//!
//! assert_tiers_agree!(power(2, 13)); // generic and runtime; also in a property test
//! let _forced = force(Tier::Generic); // for this thread
//! assert_eq!(power(2, 3), 8);
//! ```
//!
//! Rule of thumb: *dispatcher for scalars, `bind` for everything called often, `prepare` for warm-up
//! and tests.*

pub use specialize_macro::{Value, specialize};
#[doc(hidden)]
pub use specialize_runtime::__private;
pub use specialize_runtime::{
    Check, Config, Cost, Counts, Diagnosis, DispatchTable, Engine, Error, Finding, FunctionReport, FunctionStats, Mode, Origin, Pending,
    Report, Stages, Stats, TableEntry, Tier, Value, ValueReport, Verdict, doctor, functions, report, settle, stats, testing,
};
