//! One runtime variant: its values' image, its code, and the library that holds the code.

use std::time::Duration;

#[cfg(specialize_runtime_tier)]
use crate::artifact::library::Library;
use crate::cost::{Cost, Stages};
use crate::descriptor::Entries;
use crate::user_code;
use crate::value::Image;

/// Where a runtime variant came from.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// use specialize::Origin;
///
/// power::prepare(13)?;
/// for origin in power::table().entries().iter().filter_map(specialize::TableEntry::origin) {
///     match origin {
///         Origin::Disk => println!("an earlier process has made it"),
///         other => println!("made by this process: {other:?}"),
///     }
/// }
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// LLVM alone made it for this process, from bitcode.
    Llvm,
    /// A run of rustc made it for this process.
    Rustc,
    /// It was found finished on disk.
    Disk,
}

/// How a variant came to be.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) origin: Origin,
    /// Why the first choice of engine did not make it.
    pub(crate) fallback: Option<String>,
    pub(crate) stages: Stages,
}

/// A runtime variant.
#[derive(Debug)]
pub(crate) struct Variant {
    /// The function's name.
    function: &'static str,
    image: Image,
    origin: Origin,
    fallback: Option<String>,
    cost: Cost,
    #[cfg(specialize_runtime_tier)]
    library: Library,
    #[cfg(not(specialize_runtime_tier))]
    library: std::convert::Infallible,
}

impl Variant {
    #[cfg(specialize_runtime_tier)]
    pub(crate) fn new(function: &'static str, image: Image, made: Made, cost: Cost, library: Library) -> Variant {
        Variant { function, image, origin: made.origin, fallback: made.fallback, cost, library }
    }

    pub(crate) fn image(&self) -> &Image {
        &self.image
    }

    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    pub(crate) fn cost(&self) -> Cost {
        self.cost
    }

    /// Counts the time that the request waited in the queue.
    pub(crate) fn waited(mut self, queue: Duration) -> Variant {
        self.cost.queue = queue;
        self
    }

    /// Why the first choice of engine did not make it.
    pub(crate) fn fallback(&self) -> Option<&str> {
        self.fallback.as_deref()
    }

    /// Whether a panic began in it, so that something of it may have been kept.
    #[cfg(specialize_runtime_tier)]
    pub(crate) fn is_pinned(&self) -> bool {
        self.library.is_pinned()
    }

    #[cfg(not(specialize_runtime_tier))]
    pub(crate) fn is_pinned(&self) -> bool {
        match self.library {}
    }

    #[cfg(specialize_runtime_tier)]
    pub(crate) fn entries(&self) -> Entries {
        self.library.entries()
    }

    #[cfg(not(specialize_runtime_tier))]
    pub(crate) fn entries(&self) -> Entries {
        match self.library {}
    }
}

impl Drop for Variant {
    fn drop(&mut self) {
        user_code::event!(
            debug,
            "specialize::unload",
            function = self.function,
            value = self.image.digest(),
            "a variant's code is not used any more"
        );
    }
}
