//! One annotated function: the descriptor the macro emits, and what generated code calls.

use std::fmt;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use crate::binding::{Binding, Shared};
use crate::compile::template::Template;
use crate::config::{Mode, settings};
use crate::dispatch::reclaim::{self, Pin};
use crate::dispatch_table::DispatchTable;
use crate::error::Error;
use crate::pending::Pending;
use crate::value::{self, Image, Values};

/// The code of the generic function, a build-time variant or a runtime variant: for a call, with the whole signature of
/// the annotated function; and for a function with the option `batch`, the loop over a slice of calls. Variants
/// ignore the specialized parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entries {
    call: *const (),
    /// Null where there is none.
    map: *const (),
}

// SAFETY: entries are addresses of code, which any thread may call.
unsafe impl Send for Entries {}
// SAFETY: as above.
unsafe impl Sync for Entries {}

impl Entries {
    /// The code at `call`.
    #[must_use]
    pub const fn new(call: *const ()) -> Entries {
        Entries { call, map: std::ptr::null() }
    }

    /// With the loop at `map`, whose signature has a slice in the place of the batched parameter, and one for
    /// the results as its last parameter.
    #[must_use]
    pub const fn with_map(self, map: *const ()) -> Entries {
        Entries { map, ..self }
    }

    /// The code for a purpose, or null.
    #[inline(always)]
    pub(crate) fn code(self, purpose: Purpose) -> *const () {
        match purpose {
            Purpose::Call => self.call,
            Purpose::Map => self.map,
        }
    }
}

/// Which of a variant's entries is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// That of a call.
    Call,
    /// That of the loop over a slice of calls.
    Map,
}

/// What the macro knows of a function.
#[derive(Debug)]
pub struct Descriptor {
    /// The function's name.
    pub name: &'static str,
    /// Path of the module that stands beside the function.
    pub module_path: &'static str,
    /// Names of the specialized parameters, in the order of the signature.
    pub parameters: &'static [&'static str],
    /// The function as written.
    pub generic: Entries,
    /// The function's source, isolated.
    pub template: Template,
    /// Size and alignment of each type in the signature, the return type last.
    pub layout: &'static [[usize; 2]],
    /// The attribute's `hot`.
    pub hot: Option<u64>,
    /// Whether nothing that a caller may keep can point into a variant, by the types of the signature.
    pub plain: bool,
}

/// An annotated function whose specialized values are a `V`.
#[derive(Debug)]
pub struct Function<V: Values> {
    table: DispatchTable,
    values: PhantomData<V>,
}

impl<V: Values> Function<V> {
    /// The function behind `descriptor`, with the variants made at build time.
    #[must_use]
    pub const fn new<const LISTED: usize>(descriptor: Descriptor, listed: &'static [(V, Entries); LISTED]) -> Function<V> {
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
    pub unsafe fn entry(&'static self, purpose: Purpose, values: V, work: impl FnOnce() -> u64) -> *const () {
        let key = value::key(&values);
        // SAFETY: the caller's promise.
        let found = unsafe { self.table.find(purpose, key, &values) };
        if found.is_null() {
            self.missed(key, values, work());
        }
        found
    }

    /// As [`entry`](Self::entry), for any function: the code stays where it is while the call lives. On a thread that is ending, the
    /// generic function serves.
    #[inline(always)]
    pub fn enter(&'static self, purpose: Purpose, values: V, work: impl FnOnce() -> u64) -> Option<Call> {
        let key = value::key(&values);
        let pin = reclaim::pin()?;
        // SAFETY: the pin is held as long as what is found is used.
        let found = unsafe { self.table.find(purpose, key, &values) };
        if found.is_null() {
            drop(pin);
            self.missed(key, values, work());
            return None;
        }
        Some(Call { code: found, _pin: pin })
    }

    #[inline(never)]
    fn missed(&'static self, key: u64, values: V, work: u64) {
        if self.table.count_miss(key, work) {
            self.table.binding(values.image(), key).ask_when_hot();
        }
    }

    /// The function with `values` bound, served from the best tier there is; a variant is asked for
    /// in the background.
    #[must_use]
    pub fn bind(&'static self, values: V) -> Binding<V> {
        let shared = self.shared(values);
        shared.ask_when_due();
        Binding::new(shared, values)
    }

    /// The function with `values` bound, once they have a variant.
    ///
    /// # Errors
    ///
    /// Why they can have none.
    pub fn prepare(&'static self, values: V) -> Result<Binding<V>, Error> {
        let shared = self.shared(values);
        shared.ask_and_look().wait()?;
        Ok(Binding::new(shared, values))
    }

    /// As [`prepare`](Self::prepare), but waits no longer than `patience`.
    ///
    /// # Errors
    ///
    /// Why the values can have no variant, or [`Error::DeadlinePassed`].
    pub fn prepare_within(&'static self, values: V, patience: Duration) -> Result<Binding<V>, Error> {
        let shared = self.shared(values);
        match shared.ask_and_look().wait_within(patience) {
            Some(outcome) => outcome?,
            None => return Err(Error::DeadlinePassed { function: self.table.name(), waited: patience }),
        }
        Ok(Binding::new(shared, values))
    }

    /// The function with `values` bound, if they have a variant already.
    #[must_use]
    pub fn lookup(&'static self, values: V) -> Option<Binding<V>> {
        let shared = self.shared(values);
        shared.has_variant().then(|| Binding::new(shared, values))
    }

    /// Asks for a variant in the background.
    pub fn request(&'static self, values: V) -> Pending {
        self.shared(values).ask()
    }

    fn shared(&'static self, values: V) -> Arc<Shared> {
        self.table.binding(values.image(), value::key(&values))
    }
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
    /// The build-time variant for the values behind `image`.
    fn find(&self, image: &Image) -> Option<Entries>;

    /// The images of all listed values.
    fn images(&self) -> Vec<Image>;

    /// The values behind `image` as Rust would write them, separated by commas.
    fn show(&self, image: &Image) -> String;
}

impl<V: Values, const LISTED: usize> ListedValues for [(V, Entries); LISTED] {
    fn find(&self, image: &Image) -> Option<Entries> {
        self.iter().find(|(values, _)| values.equals(image.bytes())).map(|&(_, entries)| entries)
    }

    fn images(&self) -> Vec<Image> {
        self.iter().map(|(values, _)| values.image()).collect()
    }

    fn show(&self, image: &Image) -> String {
        V::show(image.bytes())
    }
}

/// Where a call is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// Whether dispatchers may serve listed values from build-time variants.
static BUILD_TIME: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const SERVES: u8 = 1;
const OFF: u8 = 2;

/// Whether a dispatcher may serve listed values from build-time variants: always, but in mode
/// `off`. One byte is loaded and compared.
#[must_use]
#[inline(always)]
pub fn build_time_serves() -> bool {
    BUILD_TIME.load(Ordering::Relaxed) == SERVES || decide_build_time()
}

#[cold]
fn decide_build_time() -> bool {
    let serves = settings().mode != Mode::Off;
    BUILD_TIME.store(if serves { SERVES } else { OFF }, Ordering::Relaxed);
    serves
}
