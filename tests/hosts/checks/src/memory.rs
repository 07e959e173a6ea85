//! An allocator that counts, to see that every piece of memory is freed by the allocator it came from.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static COUNTS: Cell<Counts> = const { Cell::new(Counts { calls: 0, bytes: 0 }) };
}

/// What this thread has asked of this allocator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// How often memory was allocated or grown.
    pub calls: usize,
    /// The bytes allocated, less those freed.
    pub bytes: isize,
}

/// What this thread has asked of this allocator so far.
pub fn counts() -> Counts {
    COUNTS.get()
}

/// The system's allocator, with counts.
pub struct Counting;

impl Counting {
    fn note(calls: usize, bytes: isize) {
        COUNTS.set(Counts { calls: COUNTS.get().calls + calls, bytes: COUNTS.get().bytes + bytes });
    }
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::note(1, layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Counting::note(1, layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Counting::note(1, size as isize - layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Counting::note(0, -(layout.size() as isize));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}
