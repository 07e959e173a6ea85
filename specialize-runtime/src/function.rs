//! One annotated function, as generated code calls it.

use std::fmt;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::binding::{Binding, Shared};
use crate::covered::{self, CoveredCall};
use crate::descriptor::{Descriptor, Entries, Purpose};
use crate::dispatch::reclaim::{self, Pin};
use crate::dispatch_table::DispatchTable;
use crate::error::Error;
use crate::pending::Pending;
use crate::value::{self, Image, Values};

/// An annotated function whose specialized parameters are a `V`.
#[derive(Debug)]
pub struct Function<V: Values> {
    table: DispatchTable,
    values: PhantomData<fn(V)>,
}

impl<V: Values> Function<V> {
    /// The function behind `descriptor`, with the variants made at build time.
    #[must_use]
    pub const fn new<const LISTED: usize>(descriptor: Descriptor, listed: &'static [(V::Listed, Entries); LISTED]) -> Function<V> {
        // SAFETY: a list is nothing but its rows.
        let listed = unsafe { &*std::ptr::from_ref(listed).cast::<List<V, LISTED>>() };
        Function { table: DispatchTable::new(descriptor, listed), values: PhantomData }
    }

    /// The function's dispatch table.
    #[must_use]
    pub const fn table(&'static self) -> &'static DispatchTable {
        &self.table
    }

    /// The runtime variant that serves `values`, or null where the generic function does, in which case
    /// `work` is counted. Build-time variants are the caller's to try first.
    ///
    /// # Safety
    ///
    /// The function is not plain: its variants never leave.
    #[must_use]
    #[inline(always)]
    pub unsafe fn entry(&'static self, purpose: Purpose, values: V::Given<'_>, work: impl FnOnce() -> u64) -> *const () {
        if value::is_too_large::<V>(values) {
            return std::ptr::null();
        }
        let key = value::key::<V>(values);
        // SAFETY: the caller's promise.
        let found = unsafe { self.table.find::<V>(purpose, key, values) };
        if found.is_null() {
            self.missed(key, values, work());
        }
        found
    }

    /// As [`entry`](Self::entry), for any function: the code stays where it is while the call lives. On a thread that is ending, the
    /// generic function serves.
    #[inline(always)]
    pub fn enter(&'static self, purpose: Purpose, values: V::Given<'_>, work: impl FnOnce() -> u64) -> Option<Call> {
        if value::is_too_large::<V>(values) {
            return None;
        }
        let key = value::key::<V>(values);
        let pin = reclaim::pin()?;
        // SAFETY: the pin is held as long as what is found is used.
        let found = unsafe { self.table.find::<V>(purpose, key, values) };
        if found.is_null() {
            drop(pin);
            self.missed(key, values, work());
            return None;
        }
        Some(Call { code: found, _pin: pin })
    }

    /// Whether the dispatcher may serve listed values from build-time variants: always, but in mode `off`, and while the table
    /// is covered. One byte is loaded and compared.
    #[must_use]
    #[inline(always)]
    pub fn build_time_serves(&self) -> bool {
        self.table.build_time_serves()
    }

    /// Whether the table is covered, so that every call is to ask [`serve_covered`](Self::serve_covered). To be asked where the generic
    /// function is about to serve.
    #[must_use]
    #[inline(always)]
    pub fn is_covered(&self) -> bool {
        self.table.is_covered()
    }

    /// What serves a call while the table is covered, or nothing where the generic function does, and nobody wants to know how long
    /// it takes.
    ///
    /// # Panics
    ///
    /// The thread is forced to a tier that cannot serve these values.
    #[must_use]
    #[inline(always)]
    pub fn serve_covered(&'static self, purpose: Purpose, values: V::Given<'_>) -> Option<CoveredCall> {
        if value::is_narrow::<V>() {
            self.serve_covered_narrow(purpose, value::key::<V>(values))
        } else {
            self.serve_covered_wide(purpose, values)
        }
    }

    #[cold]
    #[inline(never)]
    fn serve_covered_narrow(&'static self, purpose: Purpose, key: u64) -> Option<CoveredCall> {
        let entered = Instant::now();
        covered::serve(&self.table, purpose, value::narrow_image::<V>(key), key, entered)
    }

    #[cold]
    #[inline(never)]
    fn serve_covered_wide(&'static self, purpose: Purpose, values: V::Given<'_>) -> Option<CoveredCall> {
        if value::is_too_large::<V>(values) {
            return None;
        }
        let entered = Instant::now();
        covered::serve(&self.table, purpose, value::image::<V>(values), value::key::<V>(values), entered)
    }

    /// What is in a narrow key is not handed on by reference: the caller's values stay in registers.
    #[inline(always)]
    fn missed(&'static self, key: u64, values: V::Given<'_>, work: u64) {
        if value::is_narrow::<V>() { self.missed_narrow(key, work) } else { self.missed_wide(key, values, work) }
    }

    #[inline(never)]
    fn missed_narrow(&'static self, key: u64, work: u64) {
        if self.table.is_covered() && self.table.has_variant(&value::narrow_image::<V>(key)) {
            return;
        }
        if self.table.count_miss(key, work) {
            self.table.binding(value::narrow_image::<V>(key), key).ask_when_hot();
        }
    }

    #[inline(never)]
    fn missed_wide(&'static self, key: u64, values: V::Given<'_>, work: u64) {
        if self.table.is_covered() && self.table.has_variant(&value::image::<V>(values)) {
            return;
        }
        if self.table.count_miss(key, work) {
            self.shared(values).ask_when_hot();
        }
    }

    /// The function with `values` bound, served from the best tier there is; a variant is asked for
    /// in the background.
    #[must_use]
    pub fn bind(&'static self, values: V::Given<'_>) -> Binding<V> {
        let shared = self.shared(values);
        shared.ask_when_due();
        bound(shared)
    }

    /// The function with `values` bound, once they have a variant.
    ///
    /// # Errors
    ///
    /// Why they can have none.
    pub fn prepare(&'static self, values: V::Given<'_>) -> Result<Binding<V>, Error> {
        let shared = self.shared(values);
        shared.ask_and_look().wait()?;
        Ok(bound(shared))
    }

    /// As [`prepare`](Self::prepare), but waits no longer than `patience`.
    ///
    /// # Errors
    ///
    /// Why the values can have no variant, or [`Error::DeadlinePassed`].
    pub fn prepare_within(&'static self, values: V::Given<'_>, patience: Duration) -> Result<Binding<V>, Error> {
        let shared = self.shared(values);
        match shared.ask_and_look().wait_within(patience) {
            Some(outcome) => outcome?,
            None => return Err(Error::DeadlinePassed { function: self.table.name(), waited: patience }),
        }
        Ok(bound(shared))
    }

    /// The function with `values` bound, if they have a variant already.
    #[must_use]
    pub fn lookup(&'static self, values: V::Given<'_>) -> Option<Binding<V>> {
        let shared = self.shared(values);
        shared.has_variant().then(|| bound(shared))
    }

    /// Asks for a variant in the background.
    pub fn request(&'static self, values: V::Given<'_>) -> Pending {
        self.shared(values).ask()
    }

    fn shared(&'static self, values: V::Given<'_>) -> Arc<Shared> {
        self.table.binding(value::image::<V>(values), value::key::<V>(values))
    }
}

/// A handle of what handles of values of the type `V` share.
fn bound<V: Values>(shared: Arc<Shared>) -> Binding<V> {
    // SAFETY: only functions with such values come here, with the image of such.
    unsafe { Binding::new(shared) }
}

/// A runtime variant that is about to be called, and stays where it is meanwhile.
#[derive(Debug)]
pub struct Call {
    code: *const (),
    _pin: Pin,
}

impl Call {
    /// The variant's code.
    #[must_use]
    #[inline(always)]
    pub fn code(&self) -> *const () {
        self.code
    }
}

/// The values a function is specialized on, whatever their type: those listed at build time, and
/// how to show any of them.
pub(crate) trait ListedValues: fmt::Debug + Send + Sync + UnwindSafe + RefUnwindSafe {
    /// The build-time variant for the values behind `image`, and whether it fixes all of them.
    fn find(&self, image: &Image) -> Option<(Entries, bool)>;

    /// All listed values as Rust would write them, and `_` for a value that is not fixed.
    fn shown(&self) -> Vec<String>;

    /// How many rows are listed.
    fn count(&self) -> usize;

    /// The values behind `image` as Rust would write them, separated by commas.
    fn show(&self, image: &Image) -> String;
}

/// The values listed for a function whose specialized parameters are a `V`, each row with its variant.
#[repr(transparent)]
struct List<V: Values, const LISTED: usize>([(V::Listed, Entries); LISTED]);

impl<V: Values, const LISTED: usize> ListedValues for List<V, LISTED> {
    fn find(&self, image: &Image) -> Option<(Entries, bool)> {
        let found = self.0.iter().find(|(listed, _)| V::is_listed(listed, &mut image.parts()));
        found.map(|(listed, entries)| (*entries, !V::is_partial(listed)))
    }

    fn shown(&self) -> Vec<String> {
        let show = |(listed, _): &(V::Listed, Entries)| {
            let mut shown = Vec::new();
            V::show_listed(listed, &mut shown);
            shown.join(", ")
        };
        self.0.iter().map(show).collect()
    }

    fn count(&self) -> usize {
        LISTED
    }

    fn show(&self, image: &Image) -> String {
        let mut shown = Vec::new();
        // SAFETY: all images of a function were written from its values.
        unsafe { V::show(&mut image.parts(), &mut shown) };
        shown.join(", ")
    }
}

impl<V: Values, const LISTED: usize> fmt::Debug for List<V, LISTED> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.shown()).finish()
    }
}

/// Where a call is served.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// use specialize::Tier;
///
/// assert_eq!(power::bind(3).tier(), Tier::BuildTime); // listed
/// let bound = power::bind(13);
/// assert!(matches!(bound.tier(), Tier::Generic | Tier::Runtime)); // as soon as it is ready
/// power::prepare(13)?;
/// assert_eq!(bound.tier(), Tier::Runtime);
/// assert_eq!(Tier::BuildTime.to_string(), "build-time");
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Tier {
    /// The function as written, all parameters at run time.
    Generic,
    /// A variant the user's own build made, for a listed value.
    BuildTime,
    /// A variant made while a program ran.
    Runtime,
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Tier::Generic => "generic",
            Tier::BuildTime => "build-time",
            Tier::Runtime => "runtime",
        })
    }
}
