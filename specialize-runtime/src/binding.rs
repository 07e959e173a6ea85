//! Values bound to a function: the handle, and the state its clones share.

use std::fmt;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::descriptor::{Entries, Purpose};
use crate::dispatch_table::DispatchTable;
use crate::error::Error;
use crate::function::Tier;
use crate::pending::Pending;
use crate::service;
use crate::value::{Image, LIMIT, Values};
use crate::variant::Variant;

/// A function with values bound to it; what a generated `Bound` wraps.
pub struct Binding<V: Values> {
    shared: Arc<Shared>,
    /// May point into the image that the handles share.
    kept: V::Kept,
}

impl<V: Values> Binding<V> {
    /// A handle of the values that `shared` is about.
    ///
    /// # Safety
    ///
    /// They are values of a `V`.
    pub(crate) unsafe fn new(shared: Arc<Shared>) -> Binding<V> {
        // SAFETY: the caller's promise.
        let kept = unsafe { V::keep(&mut shared.image.parts()) };
        Binding { shared, kept }
    }

    /// The code that serves these values now.
    #[must_use]
    #[inline(always)]
    pub fn entry(&self, purpose: Purpose) -> *const () {
        let entry = match purpose {
            Purpose::Call => &self.shared.call,
            Purpose::Map => &self.shared.map,
        };
        entry.load(Ordering::Acquire)
    }

    /// The bound values, to call the code with.
    #[must_use]
    #[inline(always)]
    pub fn values(&self) -> V::Called<'_> {
        // SAFETY: the image lives as long as the handle.
        unsafe { V::called(&self.kept) }
    }

    /// The tier that serves these values now.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.shared.state().tier
    }

    /// Why the values have no variant, if making one was tried and failed.
    #[must_use]
    pub fn last_error(&self) -> Option<Error> {
        self.shared.state().error.clone()
    }
}

impl<V: Values> Clone for Binding<V> {
    #[inline]
    fn clone(&self) -> Binding<V> {
        Binding { shared: Arc::clone(&self.shared), kept: self.kept }
    }
}

impl<V: Values> fmt::Debug for Binding<V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.shared.table.show(&self.shared.image);
        formatter.debug_struct(self.shared.table.name()).field("values", &format_args!("({values})")).field("tier", &self.tier()).finish()
    }
}

/// What all handles of one function and one tuple of values share.
#[derive(Debug)]
pub(crate) struct Shared {
    table: &'static DispatchTable,
    image: Image,
    key: u64,
    call: AtomicPtr<()>,
    map: AtomicPtr<()>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    tier: Tier,
    /// Whether the code that serves fixes all of the values.
    whole: bool,
    error: Option<Error>,
    /// The code that serves.
    entries: Entries,
    /// Whether calls go through the dispatcher instead, for as long as the table is covered.
    covered: bool,
    /// Keeps every variant that handles ever led to loaded while there are handles: a call may be inside it, since calls by a handle are
    /// not announced.
    variants: Vec<Arc<Variant>>,
}

impl State {
    fn new(tier: Tier, whole: bool, entries: Entries, variant: Option<Arc<Variant>>) -> State {
        State { tier, whole, error: None, entries, covered: false, variants: Vec::from_iter(variant) }
    }
}

impl Shared {
    /// Values that the generic function serves.
    pub(crate) fn generic(table: &'static DispatchTable, image: Image, key: u64, entries: Entries) -> Shared {
        Shared::new(table, image, key, State::new(Tier::Generic, false, entries, None))
    }

    /// Values that a build-time variant serves.
    pub(crate) fn built(table: &'static DispatchTable, image: Image, key: u64, entries: Entries) -> Shared {
        Shared::new(table, image, key, State::new(Tier::BuildTime, true, entries, None))
    }

    /// Values of which a build-time variant fixes some, and serves them until there is one that fixes all.
    pub(crate) fn partly_built(table: &'static DispatchTable, image: Image, key: u64, entries: Entries) -> Shared {
        Shared::new(table, image, key, State::new(Tier::BuildTime, false, entries, None))
    }

    /// Values that have a runtime variant.
    pub(crate) fn ready(table: &'static DispatchTable, image: Image, key: u64, variant: Arc<Variant>) -> Shared {
        let entries = variant.entries();
        Shared::new(table, image, key, State::new(Tier::Runtime, true, entries, Some(variant)))
    }

    fn new(table: &'static DispatchTable, image: Image, key: u64, state: State) -> Shared {
        let entries = state.entries;
        let [call, map] = [Purpose::Call, Purpose::Map].map(|purpose| AtomicPtr::new(entries.code(purpose).cast_mut()));
        Shared { table, image, key, call, map, state: Mutex::new(state) }
    }

    pub(crate) fn table(&self) -> &'static DispatchTable {
        self.table
    }

    pub(crate) fn image(&self) -> &Image {
        &self.image
    }

    pub(crate) fn key(&self) -> u64 {
        self.key
    }

    /// Whether there is a variant that fixes all of the values.
    pub(crate) fn has_variant(&self) -> bool {
        self.state().whole
    }

    /// Why the values can have no runtime variant in this process.
    pub(crate) fn may_have_a_variant(&self) -> Result<(), Error> {
        self.table.may_have_runtime_variants()?;
        let (function, size) = (self.table.name(), self.image.size());
        if size <= LIMIT { Ok(()) } else { Err(Error::ValueTooLarge { function, size, limit: LIMIT }) }
    }

    /// Asks for a variant, unless there is one.
    pub(crate) fn ask(self: &Arc<Shared>) -> Pending {
        if self.has_variant() { Pending::ready(Ok(())) } else { service::request(self) }
    }

    /// Asks for a variant, unless there is one, for a caller that is going to wait for it.
    pub(crate) fn ask_and_look(self: &Arc<Shared>) -> Pending {
        if self.has_variant() { Pending::ready(Ok(())) } else { service::request_and_look(self) }
    }

    /// Asks for a variant in the background, unless there is one, or making one for this function
    /// failed a moment ago.
    pub(crate) fn ask_when_due(self: &Arc<Shared>) {
        if self.has_variant() {
            return;
        }
        match self.table.why_not_asked(&self.image) {
            // What holds up the making of variants is the reason why these values have none.
            Some(error) => {
                self.failed(&error);
                if error.may_pass() {
                    service::put_off(self);
                }
            }
            None => drop(service::request(self)),
        }
    }

    /// As [`ask_when_due`](Self::ask_when_due), for values that nobody named: only as far as the machine's time allows it.
    pub(crate) fn ask_when_hot(self: &Arc<Shared>) {
        if self.has_variant() {
            return;
        }
        if self.table.why_not_asked(&self.image).is_some() || service::affords(self) {
            self.ask_when_due();
        } else {
            self.table.declined();
        }
    }

    /// Turns every handle to the finished variant.
    pub(crate) fn turn_to(&self, variant: Arc<Variant>) {
        let mut state = self.state();
        (state.tier, state.whole, state.entries, state.error) = (Tier::Runtime, true, variant.entries(), None);
        state.variants.push(variant);
        self.lead(&state);
    }

    /// Turns every handle back to what serves without the runtime variant.
    pub(crate) fn turn_back(&self, tier: Tier, entries: Entries, error: &Error) {
        let mut state = self.state();
        (state.tier, state.whole, state.entries, state.error) = (tier, false, entries, Some(error.clone()));
        self.lead(&state);
    }

    /// Leads calls through the dispatcher, or back to what serves.
    pub(crate) fn cover(&self, covered: bool) {
        let mut state = self.state();
        state.covered = covered;
        self.lead(&state);
    }

    /// Leads calls to where the state says.
    fn lead(&self, state: &State) {
        let entries = if state.covered { self.table.descriptor().dispatcher } else { state.entries };
        self.call.store(entries.code(Purpose::Call).cast_mut(), Ordering::Release);
        self.map.store(entries.code(Purpose::Map).cast_mut(), Ordering::Release);
    }

    /// Remembers why there is no variant, unless there is one by now.
    pub(crate) fn failed(&self, error: &Error) {
        let mut state = self.state();
        if !state.whole {
            state.error = Some(error.clone());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
