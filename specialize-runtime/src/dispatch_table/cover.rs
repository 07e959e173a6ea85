//! Covering a table: every call goes to where the generic function would serve, and asks there what is to serve it.
//!
//! The array of runtime variants is kept from readers, the byte that dispatchers read ahead of build-time variants says no, and
//! handles lead to the dispatcher. So a call costs nothing more as long as the table is not covered.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};

use crate::binding::Shared;
use crate::config::{Mode, settings};
use crate::descriptor::Entries;
use crate::dispatch::reclaim::{self, Retired};
use crate::dispatch_table::DispatchTable;
use crate::error::Error;
use crate::function::Tier;
use crate::measure::Figures;
use crate::service;
use crate::user_code;
use crate::value::Image;
use crate::variant::Variant;

/// What the gate says of build-time variants: not decided yet, they serve, they do not, or the table is covered.
pub(super) const UNKNOWN: u8 = 0;
const SERVES: u8 = 1;
const OFF: u8 = 2;
const COVERED: u8 = 3;

/// Code for some values, which stays where it is meanwhile.
#[derive(Debug)]
pub(crate) struct Serving {
    pub(crate) entries: Entries,
    pub(crate) variant: Option<Arc<Variant>>,
}

impl DispatchTable {
    /// Whether dispatchers may serve listed values from build-time variants.
    #[inline(always)]
    pub(crate) fn build_time_serves(&self) -> bool {
        self.gate.load(Ordering::Relaxed) == SERVES || self.decide_build_time()
    }

    #[cold]
    fn decide_build_time(&self) -> bool {
        if self.gate.load(Ordering::Relaxed) == UNKNOWN {
            let decided = if settings().mode == Mode::Off { OFF } else { SERVES };
            // It may have been covered meanwhile, or decided by another thread.
            let _ = self.gate.compare_exchange(UNKNOWN, decided, Ordering::Relaxed, Ordering::Relaxed);
        }
        self.gate.load(Ordering::Relaxed) == SERVES
    }

    /// Whether the table is covered.
    #[inline(always)]
    pub(crate) fn is_covered(&self) -> bool {
        self.gate.load(Ordering::Relaxed) == COVERED
    }

    /// Covers the table until [`uncover`](Self::uncover) was called as often.
    pub(crate) fn cover(&self) {
        self.change_covers(|covers| covers + 1);
    }

    /// Takes one cover off.
    pub(crate) fn uncover(&self) {
        self.change_covers(|covers| covers.saturating_sub(1));
    }

    fn change_covers(&self, change: impl FnOnce(usize) -> usize) {
        let mut ledger = self.ledger();
        let before = ledger.covers;
        ledger.covers = change(before);
        let covered = ledger.covers > 0;
        if (before > 0) == covered {
            return;
        }
        self.gate.store(if covered { COVERED } else { UNKNOWN }, Ordering::Relaxed);
        let handles = ledger.registry.cover(&self.runtime, covered);
        handles.iter().for_each(|shared| shared.cover(covered));
        // The last of its handles may have gone meanwhile, and a variant with it: that is no work under a lock.
        drop(ledger);
        drop(handles);
    }

    /// Whether a variant fixes all of the values behind `image`, covered or not.
    pub(crate) fn has_variant(&self, image: &Image) -> bool {
        self.built(image).is_some_and(|(_, whole)| whole) || self.ledger().registry.variant(image).is_some()
    }

    /// The best variant for the values behind `image`, covered or not: one that fixes all of them before one that fixes some.
    pub(crate) fn serving(&self, image: &Image) -> Option<Serving> {
        match self.built(image) {
            Some((serving, true)) => Some(serving),
            partial => self.made(image).or(partial.map(|(serving, _)| serving)),
        }
    }

    /// The build-time variant, and whether it fixes all of the values.
    fn built(&self, image: &Image) -> Option<(Serving, bool)> {
        let (entries, whole) = if settings().mode == Mode::Off { None } else { self.listed.find(image) }?;
        Some((Serving { entries, variant: None }, whole))
    }

    /// The runtime variant.
    fn made(&self, image: &Image) -> Option<Serving> {
        let variant = Arc::clone(self.ledger().registry.variant(image)?);
        Some(Serving { entries: variant.entries(), variant: Some(variant) })
    }

    /// What serves the values behind `image` in `tier` and no other; a runtime variant is made, which may take long.
    ///
    /// # Errors
    ///
    /// Why the tier cannot serve them.
    pub(crate) fn serving_in(&'static self, tier: Tier, image: &Image, key: u64) -> Result<Serving, Error> {
        match tier {
            Tier::Generic => Ok(Serving { entries: self.descriptor.generic, variant: None }),
            Tier::BuildTime => self.built(image).map(|(serving, _)| serving).ok_or(Error::NotListed { function: self.name() }),
            Tier::Runtime => loop {
                if let Some(serving) = self.made(image) {
                    return Ok(serving);
                }
                let mut shared = self.binding(image.clone(), key);
                if shared.has_variant() {
                    // A listed value, whose handles need no runtime variant.
                    shared = Arc::new(Shared::generic(self, image.clone(), key, self.descriptor.generic));
                }
                service::request(&shared).wait()?;
            },
        }
    }

    /// Takes out the variant for the values behind `image`, which is only `speedup` times as fast as the generic function, and has it
    /// made no more unless it is asked for by name.
    pub(crate) fn demote(&self, image: &Image, speedup: f64) {
        let mut ledger = self.ledger();
        if ledger.demoted.len() >= self.capacity() || ledger.demoted.contains_key(image) {
            return;
        }
        let Some(variant) = ledger.registry.take(image) else { return };
        ledger.demoted.insert(image.clone(), speedup);
        let shared = ledger.registry.binding(image);
        if let Some(shared) = &shared {
            let (tier, entries) = match self.built(image) {
                Some((serving, _)) => (Tier::BuildTime, serving.entries),
                None => (Tier::Generic, self.descriptor.generic),
            };
            shared.turn_back(tier, entries, &self.demotion(speedup));
        }
        ledger.leaving.push(Box::new(variant) as Retired);
        drop(ledger);
        drop(shared);
        let value = image.digest();
        user_code::event!(
            info,
            "specialize::evict",
            function = self.name(),
            value,
            speedup,
            "a variant is no faster than the generic function, and is taken out"
        );
        if reclaim::works() {
            self.retire_leaving();
        }
    }

    /// What keeps a variant for the values behind `image` from being made now without anybody asking for it by name, if anything does.
    pub(crate) fn why_not_asked(&self, image: &Image) -> Option<Error> {
        self.why_demoted(image).or_else(|| self.lately_failed())
    }

    /// Why a variant for the values behind `image` is made only if it is asked for by name.
    fn why_demoted(&self, image: &Image) -> Option<Error> {
        self.ledger().demoted.get(image).map(|&speedup| self.demotion(speedup))
    }

    fn demotion(&self, speedup: f64) -> Error {
        Error::Demoted { function: self.name(), speedup }
    }

    /// Whether there is, or is going to be, anything to compare with the generic function.
    pub(crate) fn is_worth_measuring(&self) -> bool {
        self.listed.count() > 0 || self.ledger().counts.requests > 0
    }

    /// What was measured.
    pub(crate) fn figures(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use crate::descriptor::example::DESCRIPTOR;
    use crate::function::Function;
    use crate::value::Of;

    #[test]
    fn build_time_variants_serve_whichever_thread_is_the_first() {
        for _ in 0..2_000 {
            let (function, together) = (Function::<Of<u32>>::new(DESCRIPTOR, &[]), Barrier::new(2));
            let serves = || {
                together.wait();
                function.build_time_serves()
            };
            let both =
                std::thread::scope(|scope| [scope.spawn(serves), scope.spawn(serves)].map(|thread| thread.join().expect("no panic")));
            assert_eq!(both, [true; 2]);
        }
    }
}
