//! Which loaded variant a panic began in: its message and location may be kept for ever.
//!
//! A panic in a variant enters the host's std through [`panic_entry`], which looks at the stack for
//! code of variants before it goes on.

use core::panic::{Location, PanicInfo};
use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::compile::record;

/// The code of a loaded variant, and whether it must stay.
#[derive(Debug)]
pub(crate) struct Code {
    start: usize,
    pinned: Arc<AtomicBool>,
}

/// The code of all loaded variants by where it starts: where it ends, and whether it must stay.
static LOADED: Mutex<BTreeMap<usize, (usize, Arc<AtomicBool>)>> = Mutex::new(BTreeMap::new());

impl Code {
    /// Enters the code of a variant that was loaded.
    pub(crate) fn enter(range: Range<usize>) -> Code {
        let pinned = Arc::new(AtomicBool::new(false));
        loaded().insert(range.start, (range.end, Arc::clone(&pinned)));
        Code { start: range.start, pinned }
    }

    /// Whether a panic began in it.
    pub(crate) fn is_pinned(&self) -> bool {
        self.pinned.load(Ordering::Acquire)
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        loaded().remove(&self.start);
    }
}

/// How many variants are loaded.
pub(crate) fn count() -> usize {
    loaded().len()
}

/// What the panics of variants enter, in place of the host's own entry.
pub(crate) fn panic_entry(info: &PanicInfo<'_>) -> ! {
    pin_what_is_on_the_stack();
    // SAFETY: this is the entry of the host's std, with its contract.
    unsafe { record::begin_unwind(info) }
}

/// What a panic with one literal enters before edition 2021, in place of the host's own function.
pub(crate) fn panic_with_literal(message: &'static str, place: &'static Location<'static>) -> ! {
    pin_what_is_on_the_stack();
    // SAFETY: this is the function of the host's std, with its contract.
    unsafe { record::begin_panic(message, place) }
}

unsafe extern "C" {
    // Of the unwinder that std itself links.
    fn _Unwind_Backtrace(visit: extern "C" fn(*mut c_void, *mut c_void) -> c_int, argument: *mut c_void) -> c_int;
    fn _Unwind_GetIP(frame: *mut c_void) -> usize;
}

/// The unwinder's word for going on to the next frame.
const GO_ON: c_int = 0;

fn pin_what_is_on_the_stack() {
    extern "C" fn visit(frame: *mut c_void, _: *mut c_void) -> c_int {
        // SAFETY: the unwinder passes a frame that lives as long as this call.
        let place = unsafe { _Unwind_GetIP(frame) };
        if let Some((_, (end, pinned))) = loaded().range(..=place).next_back()
            && place < *end
        {
            pinned.store(true, Ordering::Release);
        }
        GO_ON
    }
    // SAFETY: the unwinder calls `visit` for each frame of this thread, while this call lasts.
    unsafe { _Unwind_Backtrace(visit, std::ptr::null_mut()) };
}

fn loaded() -> MutexGuard<'static, BTreeMap<usize, (usize, Arc<AtomicBool>)>> {
    LOADED.lock().unwrap_or_else(PoisonError::into_inner)
}
