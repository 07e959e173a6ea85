//! What a dispatch table tells of itself: its entries, and counts of what has happened.

use crate::cost::Cost;
use crate::function::Tier;
use crate::variant::Origin;

/// Counts of what has happened to one function so far.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// power::prepare(13)?;
/// power::prepare(13)?; // it is there
/// let counts = power::table().counts();
/// assert_eq!((counts.requests, counts.compiled + counts.loaded, counts.failed), (1, 1, 0));
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Values for which a variant was asked for and had to be made or loaded.
    pub requests: u64,
    /// Variants that a compiler made for this process.
    pub compiled: u64,
    /// Variants that were found finished on disk.
    pub loaded: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Variants that left to make room for others.
    pub evicted: u64,
    /// How often a hot value had to wait, since making variants for hot values had taken its share of the machine's time.
    pub declined: u64,
}

/// One value in a dispatch table.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// power::prepare(13)?;
/// for entry in power::table().entries() {
///     match entry.origin() {
///         Some(origin) => println!("{} is {origin:?}, pinned: {}", entry.value(), entry.is_pinned()),
///         None => assert_eq!((entry.value(), entry.tier()), ("3", specialize::Tier::BuildTime)),
///     }
/// }
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TableEntry {
    pub(super) tier: Tier,
    pub(super) value: String,
    pub(super) origin: Option<Origin>,
    pub(super) fallback: Option<String>,
    pub(super) cost: Option<Cost>,
    pub(super) pinned: bool,
}

impl TableEntry {
    /// The tier that serves the value.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// The specialized values as Rust would write them, in the order of the signature, separated by
    /// commas; `_` for those that a build-time variant does not fix.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Where a runtime variant came from; `None` for build-time variants.
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        self.origin
    }

    /// Why rustc made a runtime variant where LLVM alone was the first choice.
    #[must_use]
    pub fn fallback(&self) -> Option<&str> {
        self.fallback.as_deref()
    }

    /// What making a runtime variant cost; `None` for build-time variants.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        self.cost
    }

    /// Whether the variant stays for the life of the process: because something of it may have been kept (the signature is not plain,
    /// the function uses `crates(...)`, or a panic began in it), because nothing can be unloaded here, or because it is part of the
    /// program.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.pinned
    }
}
