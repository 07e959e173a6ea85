//! A grace period that costs a caller a few plain instructions.
//!
//! A thread that calls through a table writes the epoch into a record of its own, and wipes it out
//! when the call has returned. Whoever unloads takes the code out of the table first, then moves
//! the epoch on, then has the kernel run a memory barrier on every thread of the process, and only
//! then looks at the records: a thread whose record is empty or newer cannot have found the code.
//! So the caller's side needs no fence of the processor, only one that binds the compiler
//! (membarrier(2); Desnoyers and others, "User-Level Implementations of Read-Copy Update", 2012).

use std::ptr;

use crate::sync::{AtomicBool, AtomicPtr, AtomicUsize, Ordering, constant, heavy_barrier, leaked, light_barrier};

/// The records of all threads, and the epoch. There is one in the process.
#[derive(Debug)]
pub(crate) struct Domain {
    /// Counts what was retired, from one.
    epoch: AtomicUsize,
    /// Every record there ever was, the newest first; those of threads that ended are taken again.
    records: AtomicPtr<Record>,
}

/// What one thread says of itself; a cache line of its own, so that others' calls do not slow it.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Record {
    /// The epoch in which the thread's outermost call began; zero where it is in none.
    epoch: AtomicUsize,
    taken: AtomicBool,
    next: *mut Record,
}

impl Domain {
    constant! {
        pub(crate) fn new() -> Domain {
            Domain { epoch: AtomicUsize::new(1), records: AtomicPtr::new(ptr::null_mut()) }
        }
    }

    /// A record for the calling thread, one that nobody uses or a new one.
    pub(crate) fn enroll(&self) -> &'static Record {
        let mut next = self.records.load(Ordering::Acquire);
        // SAFETY: the list holds records that are never freed.
        while let Some(record) = unsafe { next.as_ref() } {
            if record.taken.compare_exchange(false, true, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                return record;
            }
            next = record.next;
        }
        let mut head = self.records.load(Ordering::Acquire);
        let record = leaked(Record { epoch: AtomicUsize::new(0), taken: AtomicBool::new(true), next: head });
        while let Err(newer) = self.records.compare_exchange(head, record, Ordering::AcqRel, Ordering::Acquire) {
            head = newer;
            // SAFETY: nobody else sees the record yet.
            unsafe { (*record).next = head };
        }
        // SAFETY: records are never freed.
        unsafe { &*record }
    }

    /// Begins a call on the thread that has `record`; gives back what [`leave`](Record::leave) takes.
    #[inline(always)]
    pub(crate) fn enter(&self, record: &Record) -> usize {
        let before = record.epoch.load(Ordering::Relaxed);
        // A call inside a call is covered by the outer one, whose epoch is the older.
        let epoch = if before == 0 { self.epoch.load(Ordering::Acquire) } else { before };
        // Whoever sees a newer epoch here knows by it that the calls before have ended, with all they did.
        record.epoch.store(epoch, Ordering::Release);
        light_barrier();
        before
    }

    /// Moves the epoch on. What was taken out of reach before is safe to free as soon as
    /// [`oldest`](Self::oldest) is past what this returns.
    pub(crate) fn retire(&self) -> usize {
        self.epoch.fetch_add(1, Ordering::SeqCst)
    }

    /// The epoch in which the oldest call under way began, or later; `None` where it cannot be known.
    pub(crate) fn oldest(&self) -> Option<usize> {
        if !heavy_barrier() {
            return None;
        }
        let mut oldest = usize::MAX;
        let mut next = self.records.load(Ordering::Acquire);
        // SAFETY: the list holds records that are never freed.
        while let Some(record) = unsafe { next.as_ref() } {
            let epoch = record.epoch.load(Ordering::Acquire);
            if epoch != 0 {
                oldest = oldest.min(epoch);
            }
            next = record.next;
        }
        Some(oldest)
    }
}

impl Record {
    /// Ends a call. Everything the call did comes before.
    #[inline(always)]
    pub(crate) fn leave(&self, before: usize) {
        self.epoch.store(before, Ordering::Release);
    }

    /// Gives the record back.
    pub(crate) fn release(&self) {
        self.epoch.store(0, Ordering::Release);
        self.taken.store(false, Ordering::Release);
    }
}
