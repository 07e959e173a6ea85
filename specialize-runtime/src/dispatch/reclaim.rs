//! When it is safe to unload: the calls of this process's threads, and what waits for them to end.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr;
use std::sync::OnceLock;

use crate::dispatch::grace::{Domain, Record};
use crate::dispatch::limbo::Limbo;
pub(crate) use crate::dispatch::limbo::Retired;
use crate::per_process::this_process;
use crate::sync::heavy_barrier;

/// The domain of the process.
static DOMAIN: Domain = Domain::new();

thread_local! {
    /// The thread's record: not enrolled yet is null.
    static RECORD: Cell<*const Record> = const { Cell::new(ptr::null()) };
    /// Gives the record back as the thread ends.
    static ENDING: Ending = const { Ending { ended: Cell::new(false) } };
}

struct Ending {
    ended: Cell<bool>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.ended.set(true);
        let record = RECORD.replace(ptr::null());
        // SAFETY: null or a leaked box.
        if let Some(record) = unsafe { record.as_ref() } {
            record.release();
        }
    }
}

/// Keeps the code that a table leads to where it is, as long as it lives, on this thread.
#[derive(Debug)]
#[must_use]
pub(crate) struct Pin {
    record: &'static Record,
    before: usize,
    /// A pin speaks for the thread it was made on.
    thread: PhantomData<*const ()>,
}

/// Begins a call through a table. A few plain loads and stores. Nothing on a thread that is ending and has given its record back:
/// nobody would know of the call.
#[inline(always)]
pub(crate) fn pin() -> Option<Pin> {
    let mut record = RECORD.get();
    if record.is_null() {
        record = enroll_this_thread();
    }
    // SAFETY: null or a leaked box.
    let record = unsafe { record.as_ref() }?;
    Some(Pin { record, before: DOMAIN.enter(record), thread: PhantomData })
}

/// The record of this thread, or null where the thread is ending.
#[cold]
fn enroll_this_thread() -> *const Record {
    // Asking for it arranges for it to be dropped as the thread ends.
    match ENDING.try_with(|ending| ending.ended.get()) {
        Ok(false) => {
            let record = ptr::from_ref(DOMAIN.enroll());
            RECORD.set(record);
            record
        }
        Ok(true) | Err(_) => ptr::null(),
    }
}

impl Drop for Pin {
    #[inline(always)]
    fn drop(&mut self) {
        self.record.leave(self.before);
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
