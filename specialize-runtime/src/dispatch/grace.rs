//! A grace period that costs a caller a few plain instructions.
//!
//! A thread that calls through a table writes the epoch into a record of its own, and wipes it out
//! when the call has returned. Whoever unloads takes the code out of the table first, then moves
//! the epoch on and tells it to every thread, in its record, then has the kernel run a memory barrier
//! on every thread of the process, and only then looks at the records: a thread whose record is empty
//! or newer cannot have found the code.
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

/// What one thread says of itself, in memory of its own, so that others' calls do not slow it: processors fetch cache lines in pairs.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Record {
    /// What the thread's outermost call says.
    outermost: Place,
    /// What calls inside that one say, which nobody reads: they are covered.
    inner: Place,
    /// The epoch, as whoever unloads last told it to the thread.
    told: AtomicUsize,
    taken: AtomicBool,
    next: *mut Record,
}

// SAFETY: where the next one is, is written before anybody else sees the record.
unsafe impl Sync for Record {}

/// Where a call says in which epoch it began; zero where there is none.
#[derive(Debug)]
pub(crate) struct Place(AtomicUsize);

impl Domain {
    constant! {
        pub(crate) fn new() -> Domain {
            Domain { epoch: AtomicUsize::new(1), records: AtomicPtr::new(ptr::null_mut()) }
        }
    }

    /// A record for the calling thread, one that nobody uses or a new one.
    pub(crate) fn enroll(&self) -> &'static Record {
        let take = |record: &&Record| record.taken.compare_exchange(false, true, Ordering::AcqRel, Ordering::Relaxed).is_ok();
        if let Some(record) = self.records().find(take) {
            return record;
        }
        let mut head = self.records.load(Ordering::Acquire);
        let record = leaked(Record::new(0, self.epoch.load(Ordering::Acquire), head));
        while let Err(newer) = self.records.compare_exchange(head, record, Ordering::AcqRel, Ordering::Acquire) {
            head = newer;
            // SAFETY: nobody else sees the record yet.
            unsafe { (*record).next = head };
        }
        // SAFETY: records are never freed.
        unsafe { &*record }
    }

    /// Moves the epoch on. What was taken out of reach before is safe to free as soon as
    /// [`oldest`](Self::oldest) is past what this returns.
    pub(crate) fn retire(&self) -> usize {
        self.epoch.fetch_add(1, Ordering::AcqRel)
    }

    /// The epoch in which the oldest call under way began, or later; `None` where it cannot be known.
    pub(crate) fn oldest(&self) -> Option<usize> {
        // Whoever begins a call in this epoch sees what was taken out of reach before it.
        let epoch = self.epoch.load(Ordering::Acquire);
        self.records().for_each(|record| record.told.store(epoch, Ordering::Release));
        if !heavy_barrier() {
            return None;
        }
        let begun = self.records().map(|record| record.outermost.0.load(Ordering::Acquire));
        Some(begun.filter(|&epoch| epoch != 0).min().unwrap_or(usize::MAX))
    }

    fn records(&self) -> impl Iterator<Item = &'static Record> {
        // SAFETY: the list holds records that are never freed.
        let record = |record: *mut Record| unsafe { record.as_ref() };
        std::iter::successors(record(self.records.load(Ordering::Acquire)), move |&before| record(before.next))
    }
}

impl Record {
    constant! {
        fn new(outermost: usize, told: usize, next: *mut Record) -> Record {
            Record {
                outermost: Place(AtomicUsize::new(outermost)),
                inner: Place(AtomicUsize::new(0)),
                told: AtomicUsize::new(told),
                taken: AtomicBool::new(true),
                next,
            }
        }
    }

    constant! {
        /// The record of threads that have none: no call begins by it.
        pub(crate) fn of_nobody() -> Record {
            Record::new(1, 0, ptr::null_mut())
        }
    }

    /// Begins a call on the thread that has the record, unless it is in one.
    #[inline(always)]
    pub(crate) fn enter(&self) -> Option<&Place> {
        if self.outermost.0.load(Ordering::Relaxed) != 0 {
            return None;
        }
        // Whoever sees a newer epoch here knows by it that the calls before have ended, with all they did.
        self.outermost.0.store(self.told.load(Ordering::Acquire), Ordering::Release);
        light_barrier();
        Some(&self.outermost)
    }

    /// Begins a call inside another, which covers it, since its epoch is the older.
    pub(crate) fn enter_inside(&self) -> &Place {
        &self.inner
    }

    /// Gives the record back.
    pub(crate) fn release(&self) {
        self.outermost.leave();
        self.taken.store(false, Ordering::Release);
    }
}

impl Place {
    /// Ends a call. Everything the call did comes before.
    #[inline(always)]
    pub(crate) fn leave(&self) {
        self.0.store(0, Ordering::Release);
    }
}
