//! What was taken out of tables and waits until no call can be inside it.

use std::fmt;
use std::sync::PoisonError;

use crate::dispatch::grace::Domain;
use crate::sync::{Mutex, MutexGuard, constant};

/// Something that was taken out of a table, and is freed when no call can be inside it.
pub(crate) type Retired = Box<dyn Leaving>;

/// What may leave a table: it is freed on whichever thread finds that it can be.
pub(crate) trait Leaving: fmt::Debug + Send {}

impl<T: fmt::Debug + Send> Leaving for T {}

/// What waits for calls to end, with the epoch in which it was taken out.
#[derive(Debug)]
pub(crate) struct Limbo {
    waiting: Mutex<Vec<(usize, Retired)>>,
}

impl Limbo {
    constant! {
        pub(crate) fn new() -> Limbo {
            Limbo { waiting: Mutex::new(Vec::new()) }
        }
    }

    /// Takes in what no reader of the domain's tables can find any more.
    pub(crate) fn take_in(&self, domain: &Domain, retired: Retired) {
        let epoch = domain.retire();
        self.waiting().push((epoch, retired));
    }

    /// Frees what can be freed, which is nothing unless it `works`; how much has to wait.
    pub(crate) fn collect(&self, domain: &Domain, works: impl FnOnce() -> bool) -> usize {
        let mut waiting = self.waiting();
        if waiting.is_empty() {
            return 0;
        }
        let oldest = if works() { domain.oldest().unwrap_or(0) } else { 0 };
        let (free, wait): (Vec<_>, Vec<_>) = waiting.drain(..).partition(|(epoch, _)| *epoch < oldest);
        *waiting = wait;
        let count = waiting.len();
        drop(waiting);
        // Unloading runs code of the loader's: no lock is held.
        drop(free);
        count
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<(usize, Retired)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
