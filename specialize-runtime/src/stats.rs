//! What the whole process has done so far, function by function.

use std::borrow::Cow;
use std::fmt;

use linkme::distributed_slice;

use crate::config::{Mode, settings};
use crate::dispatch_table::{Counts, DispatchTable};
use crate::error::Error;

/// Where every annotated function linked into the program enters its table.
#[distributed_slice]
pub static FUNCTIONS: [&'static DispatchTable];

/// The table of every annotated function linked into the program, ordered by path.
///
/// Cost: one allocation and a sort.
///
/// ```
/// for table in specialize::functions() {
///     println!("{} holds {} variants", table.name(), table.len());
/// }
/// ```
#[must_use]
pub fn functions() -> Vec<&'static DispatchTable> {
    let mut functions = FUNCTIONS.to_vec();
    functions.sort_by_key(|table| (table.module_path(), table.name()));
    functions
}

/// What the process has done so far. Prints as a table.
///
/// Cost: some locks and an allocation for each annotated function.
///
/// ```
/// println!("{}", specialize::stats());
/// ```
#[must_use]
pub fn stats() -> Stats {
    Stats {
        mode: settings().mode,
        store_error: crate::maker::store_failure(),
        stuck: crate::maker::stuck(),
        functions: functions().into_iter().map(FunctionStats::of).collect(),
    }
}

/// What the process has done so far.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// power::prepare(13)?;
/// let stats = specialize::stats();
/// if let Some(error) = &stats.store_error {
///     println!("nothing is kept for the next process: {error}");
/// }
/// assert_eq!(stats.functions.iter().map(|function| function.variants).sum::<usize>(), 1);
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stats {
    /// The mode in force.
    pub mode: Mode,
    /// Why finished variants are not kept for the next process, if they were meant to be.
    pub store_error: Option<Error>,
    /// Variants that were unloaded as far as this crate can, but that the system's loader still keeps mapped.
    pub stuck: usize,
    /// Every annotated function, ordered by path.
    pub functions: Vec<FunctionStats>,
}

/// What one function's table has seen so far.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// power::prepare(13)?;
/// for function in specialize::stats().functions {
///     println!("{}: {} of {} variants, {} for ever", function.name, function.variants, function.capacity, function.pinned);
///     assert!(function.last_error.is_none());
/// }
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FunctionStats {
    /// The function's name.
    pub name: &'static str,
    /// The path of the module that stands beside it.
    pub module_path: &'static str,
    /// Runtime variants in its table.
    pub variants: usize,
    /// How many of them stay for the life of the process.
    pub pinned: usize,
    /// How many it may hold.
    pub capacity: usize,
    /// What has happened.
    pub counts: Counts,
    /// The last reason why a value has no variant.
    pub last_error: Option<Error>,
    /// Why rustc last made a variant where LLVM alone was the first choice.
    pub fallback: Option<String>,
}

impl FunctionStats {
    fn of(table: &DispatchTable) -> FunctionStats {
        FunctionStats {
            name: table.name(),
            module_path: table.module_path(),
            variants: table.len(),
            pinned: table.pinned(),
            capacity: table.capacity(),
            counts: table.counts(),
            last_error: table.last_error(),
            fallback: table.fallback(),
        }
    }
}

/// The path of the module that stands beside a function; for a family of a function with type parameters, whose module has no name that
/// its user knows, the path with the types.
pub(crate) fn path<'a>(module_path: &'a str, name: &str) -> Cow<'a, str> {
    let outer = || module_path.rsplit_once("::")?.0.rsplit_once("::").map(|(outer, _)| outer);
    match outer() {
        Some(outer) if name.ends_with('>') => format!("{outer}::{name}").into(),
        _ => module_path.into(),
    }
}

/// A text as part of a row: what a compiler printed has lines of its own.
fn indented(text: impl fmt::Display) -> String {
    text.to_string().replace('\n', "\n    ")
}

impl fmt::Display for Stats {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "mode {}", self.mode.as_str())?;
        if let Some(error) = &self.store_error {
            writeln!(formatter, "no store: {error}")?;
        }
        if self.stuck > 0 {
            writeln!(formatter, "variants that left and that the system's loader keeps all the same: {}", self.stuck)?;
        }
        writeln!(
            formatter,
            "{:<40} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
            "function", "variants", "pinned", "requests", "compiled", "loaded", "evicted", "failed", "declined"
        )?;
        for function in &self.functions {
            let Counts { requests, compiled, loaded, failed, evicted, declined } = function.counts;
            writeln!(
                formatter,
                "{:<40} {:>8} {:>8} {requests:>8} {compiled:>8} {loaded:>8} {evicted:>8} {failed:>8} {declined:>8}",
                path(function.module_path, function.name),
                function.variants,
                function.pinned
            )?;
            if let Some(error) = &function.last_error {
                writeln!(formatter, "  generic serves where there is no variant: {}", indented(error))?;
            }
            if let Some(reason) = &function.fallback {
                writeln!(formatter, "  rustc made variants instead of LLVM alone: {}", indented(reason))?;
            }
        }
        Ok(())
    }
}
