//! The dispatch table of one function: which values have which variants, for both kinds.

mod cover;
mod entry;
mod show;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use self::entry::{Counts, TableEntry};
use crate::backoff::Backoff;
use crate::binding::Shared;
use crate::config::{Mode, settings};
use crate::descriptor::{Descriptor, Purpose};
use crate::dispatch::hotness::Hotness;
use crate::dispatch::reclaim::{self, Retired};
use crate::dispatch::table::Table;
use crate::error::Error;
use crate::function::{ListedValues, Tier};
use crate::maker;
use crate::measure::Figures;
use crate::registry::Registry;
use crate::user_code;
use crate::value::{self, Image, Values, mix};
use crate::variant::{Origin, Variant};

/// The dispatch table of one annotated function: `power::table()`. Prints as a list of its values by tier.
///
/// Its methods take a lock for a moment; [`entries`](Self::entries) also allocates.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// use specialize::Tier;
///
/// let table = power::table();
/// assert_eq!((table.name(), table.parameters()), ("power", &["n"][..]));
/// let _kept = power::prepare(13)?;
/// assert!(!table.is_empty() && table.len() <= table.capacity());
/// let tiers: Vec<(String, Tier)> = table.entries().iter().map(|entry| (entry.value().to_owned(), entry.tier())).collect();
/// assert_eq!(tiers, [("3".to_owned(), Tier::BuildTime), ("13".to_owned(), Tier::Runtime)]);
/// # Ok::<(), specialize::Error>(())
/// ```
pub struct DispatchTable {
    descriptor: Descriptor,
    listed: &'static dyn ListedValues,
    runtime: Table,
    hotness: Hotness,
    counting: AtomicU8,
    /// What build-time variants do; see [`cover`].
    gate: AtomicU8,
    ledger: Mutex<Ledger>,
    figures: Mutex<Figures>,
}

/// Whether misses are counted: not decided yet, yes, or no because no variant could come of it.
const UNDECIDED: u8 = 0;
const COUNTING: u8 = 1;
const NOT_COUNTING: u8 = 2;

/// What changes under the lock.
struct Ledger {
    registry: Registry,
    /// When a function whose variants failed is tried again without being asked to.
    retry: Backoff<Error>,
    counts: Counts,
    last_error: Option<Error>,
    /// Why rustc last made a variant where LLVM alone was the first choice.
    fallback: Option<String>,
    /// What was taken out of the table, and calls may still be using: to be retired when no lock is held. Where no variant ever
    /// leaves, callers announce nothing, and this is a few arrays that stay.
    leaving: Vec<Retired>,
    /// The digests of the values whose variants left, to be told when no lock is held.
    evicted: Vec<String>,
    /// How many want the table covered.
    covers: usize,
    /// Values whose variants were no faster than the generic function, and how much faster they were.
    demoted: BTreeMap<Image, f64>,
}

impl DispatchTable {
    pub(crate) const fn new(descriptor: Descriptor, listed: &'static dyn ListedValues) -> DispatchTable {
        DispatchTable {
            descriptor,
            listed,
            runtime: Table::new(),
            hotness: Hotness::new(),
            counting: AtomicU8::new(UNDECIDED),
            gate: AtomicU8::new(cover::UNKNOWN),
            ledger: Mutex::new(Ledger {
                registry: Registry::new(),
                counts: Counts { requests: 0, compiled: 0, loaded: 0, failed: 0, evicted: 0, declined: 0 },
                retry: Backoff::new(),
                last_error: None,
                fallback: None,
                leaving: Vec::new(),
                evicted: Vec::new(),
                covers: 0,
                demoted: BTreeMap::new(),
            }),
            figures: Mutex::new(Figures::new()),
        }
    }

    /// The function's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.descriptor.name
    }

    /// The path of the module that stands beside the function.
    #[must_use]
    pub fn module_path(&self) -> &'static str {
        self.descriptor.module_path
    }

    /// The names of the specialized parameters, in the order of the signature.
    #[must_use]
    pub fn parameters(&self) -> &'static [&'static str] {
        self.descriptor.parameters
    }

    /// How many runtime variants the table may hold.
    #[must_use]
    pub fn capacity(&self) -> usize {
        settings().table_capacity
    }

    /// How many runtime variants the table holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ledger().registry.len()
    }

    /// Whether the table holds no runtime variant.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many runtime variants stay for the life of the process.
    #[must_use]
    pub fn pinned(&self) -> usize {
        self.ledger().registry.variants().filter(|variant| self.pins(variant)).count()
    }

    /// Every value that has a variant now: the listed ones first, unless the mode is `off`. Takes a
    /// lock and allocates.
    #[must_use]
    pub fn entries(&self) -> Vec<TableEntry> {
        let listed = if settings().mode == Mode::Off { Vec::new() } else { self.listed.shown() };
        let listed = listed.into_iter().map(|value| TableEntry {
            tier: Tier::BuildTime,
            value,
            origin: None,
            fallback: None,
            cost: None,
            pinned: true,
        });
        let ledger = self.ledger();
        let runtime = ledger.registry.variants().map(|variant| TableEntry {
            tier: Tier::Runtime,
            value: self.listed.show(variant.image()),
            origin: Some(variant.origin()),
            fallback: variant.fallback().map(str::to_owned),
            cost: Some(variant.cost()),
            pinned: self.pins(variant),
        });
        listed.chain(runtime).collect()
    }

    /// What has happened to the function so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.ledger().counts
    }

    /// The last reason why a variant could not be made, if there was one.
    #[must_use]
    pub fn last_error(&self) -> Option<Error> {
        self.ledger().last_error.clone()
    }

    /// Why rustc last made a variant where LLVM alone was the first choice, if that happened.
    #[must_use]
    pub fn fallback(&self) -> Option<String> {
        self.ledger().fallback.clone()
    }

    /// The values behind `image` as Rust would write them, separated by commas.
    pub(crate) fn show(&self, image: &Image) -> String {
        self.listed.show(image)
    }

    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// The runtime variant for `values`, by the entry for `purpose`, or null.
    ///
    /// # Safety
    ///
    /// The function is not plain, or the caller's thread holds a [`Pin`](crate::dispatch::reclaim::Pin).
    #[inline(always)]
    pub(crate) unsafe fn find<V: Values>(&self, purpose: Purpose, key: u64, values: V::Given<'_>) -> *const () {
        if value::is_narrow::<V>() {
            // SAFETY: arrays of plain functions are retired, others never freed.
            return unsafe {
                match purpose {
                    Purpose::Call => self.runtime.lookup(key, |_| true),
                    Purpose::Map => self.runtime.lookup_companion(key, |_| true),
                }
            };
        }
        // SAFETY: where keys are hashes, payloads are variants, which are retired before they go.
        let variant = |payload: *const ()| unsafe { &*payload.cast::<Variant>() };
        // SAFETY: as above.
        let found = unsafe { self.runtime.lookup(key, |payload| V::equal(values, &mut variant(payload).image().parts())) };
        if found.is_null() { found } else { variant(found).entries().code(purpose) }
    }

    /// Counts the work of a call that no variant served; true where its value has earned one.
    #[inline]
    pub(crate) fn count_miss(&self, key: u64, work: u64) -> bool {
        match self.counting.load(Ordering::Relaxed) {
            COUNTING => self.hotness.count(mix(key, 1), work, || settings().hot(self.descriptor.hot)),
            UNDECIDED => self.decide_counting(key, work),
            _ => false,
        }
    }

    #[cold]
    fn decide_counting(&self, key: u64, work: u64) -> bool {
        let counting = self.may_have_runtime_variants().is_ok();
        self.counting.store(if counting { COUNTING } else { NOT_COUNTING }, Ordering::Relaxed);
        counting && self.count_miss(key, work)
    }

    /// Why the function can have no runtime variants in this process, whatever the value.
    pub(crate) fn may_have_runtime_variants(&self) -> Result<(), Error> {
        let function = self.name();
        settings().check_mode(function)?;
        maker::supported(&self.descriptor)?;
        if self.capacity() == 0 {
            return Err(Error::TableFull { function, capacity: 0 });
        }
        Ok(())
    }

    /// What handles of the values behind `image` share; made anew where there are none.
    pub(crate) fn binding(&'static self, image: Image, key: u64) -> Arc<Shared> {
        let mode = settings().mode;
        let mut ledger = self.ledger();
        if let Some(shared) = ledger.registry.binding(&image) {
            return shared;
        }
        let listed = if mode == Mode::Off { None } else { self.listed.find(&image) };
        let shared = match (listed, ledger.registry.variant(&image)) {
            (Some((entries, true)), _) => Shared::built(self, image, key, entries),
            (_, Some(variant)) => Shared::ready(self, image, key, Arc::clone(variant)),
            (Some((entries, false)), None) => Shared::partly_built(self, image, key, entries),
            (None, None) => Shared::generic(self, image, key, self.descriptor.generic),
        };
        let shared = Arc::new(shared);
        shared.cover(ledger.covers > 0);
        ledger.registry.bind(&shared);
        shared
    }

    /// Makes sure that there is room for one more variant: the coldest leaves if there is none.
    ///
    /// # Errors
    ///
    /// [`Error::TableFull`] where none can leave.
    pub(crate) fn make_room(&self) -> Result<(), Error> {
        let capacity = self.capacity();
        while self.len() >= capacity {
            if !self.evict() {
                return Err(Error::TableFull { function: self.name(), capacity });
            }
        }
        Ok(())
    }

    /// Lets the coldest variant go, if one can; false if none can. It is unloaded as soon as no call
    /// can be inside it.
    pub(crate) fn evict(&self) -> bool {
        if !self.descriptor.plain || !reclaim::works() {
            return false;
        }
        let Some(variant) = self.take_coldest() else {
            return false;
        };
        self.report_eviction(&variant.image().digest());
        reclaim::retire(Box::new(variant));
        true
    }

    fn take_coldest(&self) -> Option<Arc<Variant>> {
        let mut ledger = self.ledger();
        let variant = ledger.registry.take_coldest()?;
        ledger.counts.evicted += 1;
        Some(variant)
    }

    /// Whether `variant` stays for the life of the process.
    fn pins(&self, variant: &Variant) -> bool {
        !self.descriptor.plain || variant.is_pinned() || !reclaim::works()
    }

    /// Lets dispatchers and handles of `shared`'s values run `variant` from now on.
    pub(crate) fn publish(&self, shared: &Shared, variant: Variant) {
        let mut ledger = self.ledger();
        if ledger.registry.variant(shared.image()).is_some() {
            return;
        }
        match variant.origin() {
            Origin::Llvm | Origin::Rustc => ledger.counts.compiled += 1,
            Origin::Disk => ledger.counts.loaded += 1,
        }
        ledger.retry.succeeded();
        if let Some(reason) = variant.fallback() {
            ledger.fallback = Some(reason.to_owned());
        }
        // Others may have published since room was made.
        while ledger.registry.len() >= self.capacity() {
            let may_leave = self.descriptor.plain && reclaim::works();
            let Some(coldest) = may_leave.then(|| ledger.registry.take_coldest()).flatten() else { break };
            ledger.counts.evicted += 1;
            ledger.evicted.push(coldest.image().digest());
            ledger.leaving.push(Box::new(coldest));
        }
        let variant = Arc::new(variant);
        let replaced = ledger.registry.publish(&self.runtime, shared.key(), &variant);
        ledger.leaving.extend(replaced.map(|array| Box::new(array) as Retired));
        shared.turn_to(variant);
    }

    fn report_eviction(&self, value: &str) {
        user_code::event!(debug, "specialize::evict", function = self.name(), value, "a variant leaves the table");
    }

    /// Retires what was taken out of the table; to be called when no lock is held, since it may unload, and tells of it.
    pub(crate) fn retire_leaving(&self) {
        let evicted = std::mem::take(&mut self.ledger().evicted);
        evicted.iter().for_each(|value| self.report_eviction(value));
        if self.descriptor.plain {
            let leaving = std::mem::take(&mut self.ledger().leaving);
            leaving.into_iter().for_each(reclaim::retire);
        }
    }

    /// Counts a request.
    pub(crate) fn requested(&self) {
        self.ledger().counts.requests += 1;
    }

    /// Remembers that a hot value has to wait.
    pub(crate) fn declined(&self) {
        self.ledger().counts.declined += 1;
        user_code::event!(
            debug,
            "specialize::request",
            function = self.name(),
            "a hot value waits: making variants had its share of the machine's time"
        );
    }

    /// Remembers that making a variant failed: the next try that nobody asks for waits a while,
    /// twice as long after each failure in a row.
    pub(crate) fn failed(&self, error: &Error) {
        let mut ledger = self.ledger();
        ledger.last_error = Some(error.clone());
        ledger.counts.failed += 1;
        ledger.retry.failed(error.clone());
    }

    /// The failure that keeps variants from being made now without anybody asking for them, if there is one.
    fn lately_failed(&self) -> Option<Error> {
        self.ledger().retry.holds_up().cloned()
    }

    /// How long no variants are made without anybody asking for them.
    pub(crate) fn held_up_for(&self) -> Duration {
        self.ledger().retry.left()
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for DispatchTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}({})", self.name(), self.parameters().join(", "))?;
        for entry in self.entries() {
            writeln!(formatter, "  {:<10} {}", entry.tier(), entry.value())?;
        }
        Ok(())
    }
}
