//! The dispatch table of one function: which values have which variants, for both kinds.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::binding::Shared;
use crate::config::{Mode, settings};
use crate::cost::Cost;
use crate::dispatch::hotness::Hotness;
use crate::dispatch::table::Table;
use crate::error::Error;
use crate::function::{Descriptor, Entry, ListedValues, Tier};
use crate::maker;
use crate::value::{Image, mix};
use crate::variant::{Origin, Variant};

/// The dispatch table of one annotated function: `power::table()`.
#[derive(Debug)]
pub struct DispatchTable {
    descriptor: Descriptor,
    listed: &'static dyn ListedValues,
    runtime: Table,
    hotness: Hotness,
    counting: AtomicU8,
    registry: Mutex<Registry>,
}

/// Whether misses are counted: not decided yet, yes, or no because no variant could come of it.
const UNDECIDED: u8 = 0;
const COUNTING: u8 = 1;
const NOT_COUNTING: u8 = 2;

/// What changes under the lock: which handles and variants there are, and how making them went.
#[derive(Debug)]
struct Registry {
    bindings: BTreeMap<Image, Weak<Shared>>,
    /// How many bindings there may be before the dead ones are swept out.
    sweep_at: usize,
    variants: BTreeMap<Image, Arc<Variant>>,
    retry: Retry,
    counts: Counts,
    last_error: Option<Error>,
    /// Why rustc last made a variant where LLVM alone was the first choice.
    fallback: Option<String>,
}

/// When a function whose variants failed is tried again without being asked to.
#[derive(Debug, Default)]
struct Retry {
    not_before: Option<Instant>,
    pause: Duration,
}

/// What has happened to one function so far.
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
}

/// One value in a dispatch table.
#[derive(Clone, Debug)]
pub struct TableEntry {
    tier: Tier,
    value: String,
    origin: Option<Origin>,
    fallback: Option<String>,
    cost: Option<Cost>,
}

impl TableEntry {
    /// The tier that serves the value.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// The specialized values as Rust would write them, in the order of the signature, separated by
    /// commas.
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
}

impl DispatchTable {
    pub(crate) const fn new(descriptor: Descriptor, listed: &'static dyn ListedValues) -> DispatchTable {
        DispatchTable {
            descriptor,
            listed,
            runtime: Table::new(),
            hotness: Hotness::new(),
            counting: AtomicU8::new(UNDECIDED),
            registry: Mutex::new(Registry {
                bindings: BTreeMap::new(),
                sweep_at: 64,
                variants: BTreeMap::new(),
                retry: Retry { not_before: None, pause: Duration::ZERO },
                counts: Counts { requests: 0, compiled: 0, loaded: 0, failed: 0 },
                last_error: None,
                fallback: None,
            }),
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
        self.registry().variants.len()
    }

    /// Whether the table holds no runtime variant.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every value that has a variant now: the listed ones first, unless the mode is `off`. Takes a
    /// lock and allocates.
    #[must_use]
    pub fn entries(&self) -> Vec<TableEntry> {
        let listed = if settings().mode == Mode::Off { Vec::new() } else { self.listed.images() };
        let listed = listed.iter().map(|image| TableEntry {
            tier: Tier::BuildTime,
            value: self.listed.show(image),
            origin: None,
            fallback: None,
            cost: None,
        });
        let registry = self.registry();
        let runtime = registry.variants.iter().map(|(image, variant)| TableEntry {
            tier: Tier::Runtime,
            value: self.listed.show(image),
            origin: Some(variant.origin()),
            fallback: variant.fallback().map(str::to_owned),
            cost: Some(variant.cost()),
        });
        listed.chain(runtime).collect()
    }

    /// What has happened to the function so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.registry().counts
    }

    /// The last reason why a variant could not be made, if there was one.
    #[must_use]
    pub fn last_error(&self) -> Option<Error> {
        self.registry().last_error.clone()
    }

    /// Why rustc last made a variant where LLVM alone was the first choice, if that happened.
    #[must_use]
    pub fn fallback(&self) -> Option<String> {
        self.registry().fallback.clone()
    }

    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// The runtime variant for a value that its key tells apart, or null.
    #[inline(always)]
    pub(crate) fn find(&self, key: u64) -> *const () {
        self.runtime.lookup(key, |_| true)
    }

    /// The runtime variant for a value whose key is a hash, or null.
    #[inline(always)]
    pub(crate) fn find_wide(&self, key: u64, equals: impl Fn(&[u8]) -> bool) -> *const () {
        // SAFETY: where keys are hashes, `publish` makes payloads point at variants that the
        // registry keeps.
        let variant = |payload: *const ()| unsafe { &*payload.cast::<Variant>() };
        let found = self.runtime.lookup(key, |payload| equals(variant(payload).image().bytes()));
        if found.is_null() { found } else { variant(found).entry().code() }
    }

    /// Counts a call that no variant served; true where its value has earned one.
    #[inline]
    pub(crate) fn count_miss(&self, key: u64) -> bool {
        match self.counting.load(Ordering::Relaxed) {
            COUNTING => self.hotness.count(mix(key, 1), 1, || settings().hot(self.descriptor.hot)),
            UNDECIDED => self.decide_counting(key),
            _ => false,
        }
    }

    #[cold]
    fn decide_counting(&self, key: u64) -> bool {
        let counting = self.may_have_runtime_variants().is_ok();
        self.counting.store(if counting { COUNTING } else { NOT_COUNTING }, Ordering::Relaxed);
        counting && self.count_miss(key)
    }

    /// Why the function can have no runtime variants in this process, whatever the value.
    pub(crate) fn may_have_runtime_variants(&self) -> Result<(), Error> {
        let function = self.name();
        match settings().mode {
            Mode::Full | Mode::Load => {}
            mode @ (Mode::BuildTime | Mode::Off) => return Err(Error::Forbidden { mode: mode.as_str(), function }),
        }
        maker::supported(&self.descriptor)?;
        if self.capacity() == 0 {
            return Err(Error::TableFull { function, capacity: 0 });
        }
        Ok(())
    }

    /// What handles of the values behind `image` share; made anew where there are none.
    pub(crate) fn binding(&'static self, image: Image, key: u64) -> Arc<Shared> {
        let mut registry = self.registry();
        if let Some(shared) = registry.bindings.get(&image).and_then(Weak::upgrade) {
            return shared;
        }
        let (tier, entry) = self.best(&registry, &image);
        let shared = Arc::new(Shared::new(self, image.clone(), key, tier, entry));
        registry.bindings.insert(image, Arc::downgrade(&shared));
        if registry.bindings.len() >= registry.sweep_at {
            registry.bindings.retain(|_, shared| shared.strong_count() > 0);
            registry.sweep_at = 64.max(2 * registry.bindings.len());
        }
        shared
    }

    /// The best tier there is for the values behind `image`.
    fn best(&self, registry: &Registry, image: &Image) -> (Tier, Entry) {
        if settings().mode != Mode::Off
            && let Some(entry) = self.listed.find(image)
        {
            return (Tier::BuildTime, entry);
        }
        match registry.variants.get(image) {
            Some(variant) => (Tier::Runtime, variant.entry()),
            None => (Tier::Generic, self.descriptor.generic),
        }
    }

    /// Whether there is room for one more variant.
    pub(crate) fn make_room(&self) -> Result<(), Error> {
        let capacity = self.capacity();
        if self.len() < capacity { Ok(()) } else { Err(Error::TableFull { function: self.name(), capacity }) }
    }

    /// Lets dispatchers and handles of `shared`'s values run `variant` from now on.
    pub(crate) fn publish(&self, shared: &Shared, variant: Variant) {
        let mut registry = self.registry();
        if registry.variants.contains_key(shared.image()) {
            return;
        }
        match variant.origin() {
            Origin::Llvm | Origin::Rustc => registry.counts.compiled += 1,
            Origin::Disk => registry.counts.loaded += 1,
        }
        registry.retry = Retry::default();
        if let Some(reason) = variant.fallback() {
            registry.fallback = Some(reason.to_owned());
        }
        let entry = variant.entry();
        let variant = Arc::new(variant);
        let narrow = shared.image().bytes().len() <= size_of::<u64>();
        let payload = if narrow { entry.code() } else { Arc::as_ptr(&variant).cast() };
        self.runtime.publish(shared.key(), payload, registry.variants.len());
        registry.variants.insert(shared.image().clone(), variant);
        shared.turn_to(entry);
    }

    /// Counts a request.
    pub(crate) fn requested(&self) {
        self.registry().counts.requests += 1;
    }

    /// Remembers that making a variant failed: the next try that nobody asks for waits a while,
    /// twice as long after each failure in a row.
    pub(crate) fn failed(&self, error: &Error) {
        let mut registry = self.registry();
        registry.last_error = Some(error.clone());
        registry.counts.failed += 1;
        let pause = (registry.retry.pause * 2).clamp(Duration::from_secs(1), Duration::from_secs(60));
        registry.retry = Retry { not_before: Instant::now().checked_add(pause), pause };
    }

    /// The failure that keeps variants from being made now without anybody asking for them, if there is one.
    pub(crate) fn lately_failed(&self) -> Option<Error> {
        let registry = self.registry();
        let not_before = registry.retry.not_before?;
        if not_before <= Instant::now() { None } else { registry.last_error.clone() }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
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
