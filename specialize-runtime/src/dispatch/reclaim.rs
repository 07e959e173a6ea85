//! When it is safe to unload: the calls of this process's threads, and what waits for them to end.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr;
use std::sync::OnceLock;

use crate::dispatch::grace::{Domain, Place, Record};
use crate::dispatch::limbo::Limbo;
pub(crate) use crate::dispatch::limbo::Retired;
use crate::per_process::this_process;
use crate::sync::heavy_barrier;

/// The domain of the process.
static DOMAIN: Domain = Domain::new();

/// The record of threads that are not enrolled yet, or not any more: no call begins by it, which is all that callers ask.
static NOBODY: Record = Record::of_nobody();

thread_local! {
    /// The thread's record.
    static RECORD: Cell<&'static Record> = const { Cell::new(&NOBODY) };
    /// Gives the record back as the thread ends.
    static ENDING: Ending = const { Ending { ended: Cell::new(false) } };
}

struct Ending {
    ended: Cell<bool>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.ended.set(true);
        let record = RECORD.replace(&NOBODY);
        if !ptr::eq(record, &NOBODY) {
            record.release();
        }
    }
}

/// Keeps the code that a table leads to where it is, as long as it lives, on this thread.
#[derive(Debug)]
#[must_use]
pub(crate) struct Pin {
    place: &'static Place,
    /// A pin speaks for the thread it was made on.
    thread: PhantomData<*const ()>,
}

/// Begins a call through a table. A few plain loads and stores. Nothing on a thread that is ending and has given its record back:
/// nobody would know of the call.
#[inline(always)]
pub(crate) fn pin() -> Option<Pin> {
    let place = RECORD.get().enter().or_else(enter_otherwise)?;
    Some(Pin { place, thread: PhantomData })
}

/// Begins a call inside another, or the first of this thread; nothing where the thread is ending.
#[cold]
#[inline(never)]
fn enter_otherwise() -> Option<&'static Place> {
    let record = RECORD.get();
    if !ptr::eq(record, &NOBODY) {
        return Some(record.enter_inside());
    }
    // Asking for it arranges for it to be dropped as the thread ends.
    match ENDING.try_with(|ending| ending.ended.get()) {
        Ok(false) => {
            let record = DOMAIN.enroll();
            RECORD.set(record);
            record.enter()
        }
        Ok(true) | Err(_) => None,
    }
}

impl Drop for Pin {
    #[inline(always)]
    fn drop(&mut self) {
        self.place.leave();
    }
}

/// What waits for calls to end.
static LIMBO: Limbo = Limbo::new();

/// Whether anything can ever be freed here.
pub(crate) fn works() -> bool {
    // A forked child has its parent's records, but not the threads that would end their calls.
    static PROCESS: OnceLock<u64> = OnceLock::new();
    *PROCESS.get_or_init(this_process) == this_process() && heavy_barrier()
}

/// Frees `retired`, which no reader can find any more, as soon as no call can be inside it: now, or
/// with one of the next to be retired.
pub(crate) fn retire(retired: Retired) {
    LIMBO.take_in(&DOMAIN, retired);
    collect();
}

/// Frees what can be freed; how much has to wait.
pub(crate) fn collect() -> usize {
    LIMBO.collect(&DOMAIN, works)
}
