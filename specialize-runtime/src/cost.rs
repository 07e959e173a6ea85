//! What making a variant cost, stage by stage.

use std::time::Duration;

/// What making one runtime variant cost, from the request until it was ready to be called.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// power::prepare(13)?;
/// for entry in power::table().entries() {
///     if let Some(cost) = entry.cost() {
///         println!("{}: {:?}, of which the engine took {:?}", entry.value(), cost.total(), cost.compile);
///         assert!(cost.total() >= cost.compile);
///     }
/// }
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// Waiting for earlier requests, and for a thread.
    pub queue: Duration,
    /// Looking for it on disk, and everything that was built once for the function or the machine.
    pub prepare: Duration,
    /// The engine's work; nothing where the variant was found on disk.
    pub compile: Duration,
    /// The parts of the engine's work, where it was LLVM alone.
    pub stages: Stages,
    /// Writing, opening and checking it. (Keeping it for the next process comes after.)
    pub load: Duration,
}

/// The parts of the work that LLVM alone does for a variant.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// power::prepare(14)?;
/// for cost in power::table().entries().iter().filter_map(specialize::TableEntry::cost) {
///     let specialize::Stages { fill, optimise, emit, link, .. } = cost.stages;
///     println!("filled in {fill:?}, optimised in {optimise:?}, emitted in {emit:?}, linked in {link:?}");
/// }
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stages {
    /// Reading the template's bitcode and filling its holes.
    pub fill: Duration,
    /// Optimising.
    pub optimise: Duration,
    /// Emitting machine code.
    pub emit: Duration,
    /// Linking.
    pub link: Duration,
}

impl Cost {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.queue + self.prepare + self.compile + self.load
    }
}
