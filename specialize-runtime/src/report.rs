//! The report on what paid off: for every function and value, what its variant cost, what a call takes with it and without, and a verdict.

mod table;

use std::time::Duration;

use crate::dispatch_table::DispatchTable;
use crate::function::Tier;
use crate::measure::{self, Comparison, Samples};
use crate::stats::functions;

/// What paid off so far. It prints as a table, and serializes with the feature `serde`.
///
/// Now and then a few calls are timed, with the program's own arguments, in the generic function and in the variant by turns: calls of
/// dispatchers and of handles, but not of `map`. The other calls cost nothing more. Timing begins with the first report, or at the start
/// with [`Config::sampling`](crate::Config::sampling); so the first report has no times yet.
///
/// Cost: a lock for each function, and a sort of some hundred numbers for each value.
///
/// ```
/// println!("{}", specialize::report());
/// ```
#[must_use]
pub fn report() -> Report {
    measure::ask();
    Report { functions: functions().into_iter().map(FunctionReport::of).collect() }
}

/// What paid off so far.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// power::prepare(13)?;
/// let report = specialize::report();
/// assert!(report.functions.iter().any(|function| function.name == "power"));
/// println!("{report}");
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Report {
    /// Every annotated function, ordered by path.
    pub functions: Vec<FunctionReport>,
}

/// What paid off for one function.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// power::prepare(13)?;
/// for function in specialize::report().functions {
///     println!("{} of {} has {} values", function.name, function.module_path, function.values.len());
/// }
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FunctionReport {
    /// The function's name.
    pub name: &'static str,
    /// The path of the module that stands beside it.
    pub module_path: &'static str,
    /// Every value that has a variant, or was called while calls were timed.
    pub values: Vec<ValueReport>,
}

/// What paid off for one value.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// use specialize::Verdict;
///
/// power::prepare(13)?;
/// for value in specialize::report().functions.iter().flat_map(|function| &function.values) {
///     if let Verdict::NotWorthIt { .. } = value.verdict {
///         println!("{} is not worth it", value.value);
///     }
/// }
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ValueReport {
    /// The specialized values as Rust would write them, separated by commas.
    pub value: String,
    /// The tier that serves them.
    pub tier: Tier,
    /// About how many calls there were since timing began: how often they come is estimated ten times a second.
    /// Never much too many; far too few of functions that take nanoseconds, since looking at a call takes some 100 ns, which cannot be told
    /// from the program's own pause.
    pub calls: u64,
    /// How long making the runtime variant took; `None` in other tiers.
    pub cost: Option<Duration>,
    /// Nanoseconds that the median call takes in the generic function; `None` if too few calls were timed.
    pub generic: Option<f64>,
    /// Nanoseconds that the median call takes in the variant; `None` if too few calls were timed.
    pub bound: Option<f64>,
    /// Whether the variant is worth it.
    pub verdict: Verdict,
}

/// Whether a variant is worth it. Prints in words.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// power::prepare(13)?;
/// for value in specialize::report().functions.iter().flat_map(|function| &function.values) {
///     println!("{}: {}", value.value, value.verdict); // "too few calls were timed", for one
/// }
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case", tag = "is"))]
#[non_exhaustive]
pub enum Verdict {
    /// Too few calls were timed, in the generic function or in the variant.
    NotMeasured,
    /// The difference is smaller than what the times vary by.
    TooCloseToTell {
        /// How many times as fast as the generic function the variant seems to be.
        speedup: f64,
    },
    /// The variant is no faster than the generic function, or by less than a twentieth.
    NotWorthIt {
        /// How many times as fast as the generic function it is.
        speedup: f64,
    },
    /// The variant is faster.
    Pays {
        /// How many times as fast as the generic function it is.
        speedup: f64,
        /// After how many calls it has saved the time that making it took.
        after: u64,
        /// Whether there were that many calls.
        paid: bool,
    },
}

impl FunctionReport {
    fn of(table: &'static DispatchTable) -> FunctionReport {
        // By tier, the build-time variants first; what has no variant is served by the generic function.
        let mut values: Vec<ValueReport> = Vec::new();
        for entry in table.entries() {
            if !values.iter().any(|known| known.value == entry.value()) {
                values.push(ValueReport::unmeasured(entry.value().to_owned(), entry.tier(), entry.cost().map(|cost| cost.total())));
            }
        }
        let figures = table.figures();
        for (image, measured) in figures.values() {
            let value = table.show(image);
            let place = values.iter().position(|known| known.value == value).unwrap_or_else(|| {
                values.push(ValueReport::unmeasured(value, Tier::Generic, None));
                values.len() - 1
            });
            values[place].measured(measured.calls as u64, &measured.generic, &measured.variant);
        }
        drop(figures);
        FunctionReport { name: table.name(), module_path: table.module_path(), values }
    }
}

impl ValueReport {
    fn unmeasured(value: String, tier: Tier, cost: Option<Duration>) -> ValueReport {
        ValueReport { value, tier, calls: 0, cost, generic: None, bound: None, verdict: Verdict::NotMeasured }
    }

    fn measured(&mut self, calls: u64, generic: &Samples, variant: &Samples) {
        (self.calls, self.generic, self.bound) = (calls, generic.median(), variant.median());
        self.verdict = match Samples::compare(generic, variant) {
            Comparison::Unknown => Verdict::NotMeasured,
            Comparison::Unclear { speedup } => Verdict::TooCloseToTell { speedup },
            Comparison::Slower { speedup } => Verdict::NotWorthIt { speedup },
            Comparison::Faster { speedup, gain } => {
                let after = (self.cost.unwrap_or_default().as_nanos() as f64 / gain).ceil() as u64;
                Verdict::Pays { speedup, after, paid: calls >= after }
            }
        };
    }
}
