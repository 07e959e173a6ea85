//! A library that forbids itself almost everything, with specialized functions of every form that such a library can have.
#![forbid(unsafe_code)]
#![deny(missing_docs, warnings)]
#![deny(clippy::all, clippy::pedantic)]
#![deny(future_incompatible, keyword_idents, let_underscore, nonstandard_style, rust_2018_idioms, unused)]
#![deny(
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

use specialize::{Tier, Value, specialize};

/// Raises `x` to the power `n`, wrapping.
#[must_use]
#[specialize(n in [2, 3, 8], hot = 10)]
pub fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// The longest row.
const LONGEST: usize = 16;

/// Adds up a part of a table.
#[specialize(rows in 1..=2, columns in [4, LONGEST], module = sums)]
#[must_use]
pub fn sum(table: &[f64], rows: usize, columns: usize) -> f64 {
    table.iter().take(rows * columns).sum()
}

/// Writes over `target` and gives back what is left of it.
#[specialize((step, up) in [(1, true), (2, false)])]
pub(crate) fn fill<'a>(target: &'a mut [u8], (first, _): (u8, &str), step: u8, up: bool) -> &'a mut [u8] {
    let mut next = first;
    for byte in &mut *target {
        *byte = next;
        next = if up { next.wrapping_add(step) } else { next.wrapping_sub(step) };
    }
    let middle = target.len() / 2;
    target.split_at_mut(middle).1
}

/// Characters and text, and an error.
///
/// # Errors
///
/// Where `text` has no `separator`.
#[specialize(separator in [',', '\t'])]
pub fn split(text: &str, separator: char) -> Result<(String, Option<&str>), String> {
    let Some((before, after)) = text.split_once(separator) else {
        return Err(format!("{text:?} has no {separator:?}"));
    };
    Ok((before.to_owned(), Some(after).filter(|after| !after.is_empty())))
}

/// A mean of the first `count` elements, for each of two types and for others.
#[specialize(count in [4], T in [f32, u16], batch(shift))]
#[must_use]
pub fn mean<T: Copy + Into<f64>>(values: &[T], shift: T, count: usize) -> f64 {
    values.iter().take(count).map(|&value| value.into() + shift.into()).sum::<f64>() / 4.0
}

/// Values of other types, at build time and at run time.
#[specialize(word in ["ab", ""], weights in [&[0.5, 1.5]], corner in [(1, true)])]
#[must_use]
pub fn weigh<'text>(text: &'text str, word: &str, weights: &[f32], corner: (u8, bool)) -> Option<&'text str> {
    let weight: f32 = weights.iter().sum();
    text.strip_prefix(word).filter(|rest| rest.len() > usize::from(corner.0) || (weight > 1.0) == corner.1)
}

/// A list for one of two parameters, which have a lifetime in common with a third.
#[specialize(kernel, channels in [1, 3])]
#[must_use]
pub fn blur<'row>(row: &'row [f32], kernel: &'row [f32], channels: usize) -> f32 {
    let pair: [&'row [f32]; 2] = [row, kernel];
    pair.concat().iter().step_by(channels).sum()
}

/// A value of one's own.
#[derive(Clone, Copy, Debug, Value)]
pub struct Settings {
    /// How large.
    pub size: u64,
    /// How.
    pub mode: Mode,
}

/// How.
#[derive(Clone, Copy, Debug, Value)]
#[repr(u8)]
pub enum Mode {
    /// So.
    Plain,
    /// By so much.
    By(u32),
}

/// Does nothing with nothing.
#[specialize(_n in [0])]
pub fn nothing(_n: i128) {}

/// Old.
#[deprecated = "it is old"]
#[specialize(r#type in [1u8])]
#[must_use]
pub fn r#match(mut r#type: u8) -> u8 {
    r#type += 1;
    r#type
}

/// Calls itself.
#[specialize(n)]
#[must_use]
pub fn factorial(n: u64) -> u64 {
    if n < 2 { 1 } else { n * factorial(n - 1) }
}

macro_rules! scaled {
    ($($(#[$attribute:meta])* $name:ident($type:ty);)*) => { $(
        $(#[$attribute])*
        #[specialize(factor in [2, 10])]
        #[must_use]
        pub fn $name(values: &[$type], factor: $type) -> Vec<$type> {
            values.iter().map(|value| value * factor).collect()
        }
    )* };
}

scaled! {
    /// Made by a macro.
    scaled_i32(i32);
    /// Made by a macro too.
    scaled_u64(u64);
}

/// A module that shows one function.
pub mod shown {
    use specialize::specialize;

    /// Whether `x` is odd.
    #[specialize(flip in [false, true])]
    #[must_use]
    pub fn odd(x: usize, flip: bool) -> bool {
        (x % 2 == 1) != flip
    }

    #[specialize(n in [1])]
    fn hidden(x: usize, n: usize) -> usize {
        x / n
    }

    #[specialize(n in [1])]
    pub(super) fn half_hidden(x: usize, n: usize) -> usize {
        x * n
    }

    pub(super) fn use_hidden(x: usize) -> usize {
        hidden(x, 1) + hidden::bind(2).call(x)
    }
}

/// Uses what there is.
#[must_use]
pub fn used(x: u64) -> bool {
    const STEP: u64 = 3;
    #[specialize(n in [STEP])]
    fn nested(x: u64, n: u64) -> u64 {
        x * n
    }
    let mut bytes = [0; 8];
    let rest = fill(&mut bytes, (1, ""), 1, true).len();
    let bound = power::bind(13);
    let known = power::lookup(8).is_some_and(|bound| bound.tier() == Tier::BuildTime);
    drop(power::request(21));
    nothing(0);
    known
        && rest == 4
        && bound.call(x) == power::at::<13>(x)
        && nested(x, STEP) == nested::generic(x, 3)
        && shown::half_hidden(2, 1) == shown::use_hidden(1)
}

/// A captured module, with values and methods of its own.
#[specialize]
pub mod machines {
    /// What a machine does.
    #[derive(Clone, Copy, Debug, specialize::Value)]
    pub enum Step {
        /// Adds a number.
        Add(u32),
        /// Doubles.
        Double,
    }

    /// A machine.
    #[derive(Clone, Copy, Debug)]
    pub struct Machine {
        start: u32,
    }

    impl Machine {
        /// A machine that starts here.
        #[must_use]
        pub const fn new(start: u32) -> Machine {
            Machine { start }
        }

        /// Where it ends.
        #[specialize(steps in [&[Step::Double]])]
        #[must_use]
        pub fn run(&self, steps: &[Step]) -> u32 {
            steps.iter().fold(self.start, |at, step| applied(at, *step))
        }
    }

    const fn applied(at: u32, step: Step) -> u32 {
        match step {
            Step::Add(number) => at.wrapping_add(number),
            Step::Double => at.wrapping_mul(2),
        }
    }

    /// The last of all that it reaches, as a number of this type.
    #[specialize(step in [Step::Double], N in [u32, u64])]
    #[must_use]
    pub fn reached<N: From<u32>>(machine: &Machine, step: Step, times: u32) -> N {
        N::from((0..times).fold(machine.start, |at, _| applied(at, step)))
    }
}
