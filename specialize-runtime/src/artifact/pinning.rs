//! Which loaded variants a panic began in: they stay loaded, since its message and location may be kept for ever.
//!
//! A panic in a variant enters the host's std through [`panic_entry`], which looks at the stack for
//! code of variants before it goes on.

use core::panic::{Location, PanicInfo};
use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::artifact::mapping::Mapping;
use crate::record;

/// What is known of the code of variants.
#[derive(Debug)]
struct Loaded {
    /// The code that is loaded, by where it starts.
    code: BTreeMap<usize, Region>,
    /// Code that was to be unloaded, and that the loader kept all the same when it was last looked at, by where it starts.
    stuck: BTreeMap<usize, Arc<Mapping>>,
}

/// The code of one variant. The loader gives the same code to whoever opens the same file again.
#[derive(Debug)]
struct Region {
    end: usize,
    users: usize,
    pinned: Arc<AtomicBool>,
}

static LOADED: Mutex<Loaded> = Mutex::new(Loaded { code: BTreeMap::new(), stuck: BTreeMap::new() });

/// One use of the code of a loaded variant.
#[derive(Debug)]
pub(crate) struct Code {
    start: usize,
    pinned: Arc<AtomicBool>,
}

/// What is to be done with a library whose code is not used any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposal {
    /// A panic began in it: it stays.
    Keep,
    /// Others use the same code.
    Shared,
    /// Nobody does: it is unloaded.
    Unload,
}

impl Code {
    /// Enters a use of the code in `range`, which was loaded for it.
    pub(crate) fn enter(range: Range<usize>) -> Code {
        let mut loaded = loaded();
        loaded.stuck.remove(&range.start);
        let fresh = Region { end: range.end, users: 0, pinned: Arc::default() };
        let region = loaded.code.entry(range.start).or_insert(fresh);
        region.users += 1;
        Code { start: range.start, pinned: Arc::clone(&region.pinned) }
    }

    /// Whether a panic began in it.
    pub(crate) fn is_pinned(&self) -> bool {
        self.pinned.load(Ordering::Acquire)
    }

    /// Ends the use, which comes before the code may be unmapped: afterwards other code may stand there. What a panic began in
    /// stays entered for ever.
    pub(crate) fn leave(&self) -> Disposal {
        let mut loaded = loaded();
        let Some(region) = loaded.code.get_mut(&self.start) else {
            return Disposal::Shared;
        };
        region.users -= 1;
        match (self.is_pinned(), region.users) {
            (true, _) => Disposal::Keep,
            (false, 0) => {
                loaded.code.remove(&self.start);
                Disposal::Unload
            }
            (false, _) => Disposal::Shared,
        }
    }

    /// Notes that the loader keeps the code, which is in `mapping`, unless it has been loaded again.
    pub(crate) fn note_stuck(&self, mapping: &Mapping) {
        let mut loaded = loaded();
        if !loaded.code.contains_key(&self.start) {
            loaded.stuck.insert(self.start, Arc::new(mapping.clone()));
        }
    }
}

/// How many variants are mapped, and how many of them only because the loader keeps them.
pub(crate) fn count() -> (usize, usize) {
    let gone = gone();
    let mut loaded = loaded();
    loaded.stuck.retain(|_, mapping| !gone.iter().any(|gone| Arc::ptr_eq(gone, mapping)));
    (loaded.code.len() + loaded.stuck.len(), loaded.stuck.len())
}

/// What was stuck and is not any more: the thread whose destructors kept it has ended, or somebody else had loaded the same file and
/// has closed it since. The kernel is asked without the lock, which panics need.
fn gone() -> Vec<Arc<Mapping>> {
    let stuck: Vec<Arc<Mapping>> = loaded().stuck.values().map(Arc::clone).collect();
    stuck.into_iter().filter(|mapping| !mapping.is_still_there()).collect()
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
        if let Some((_, region)) = loaded().code.range(..=place).next_back()
            && place < region.end
        {
            region.pinned.store(true, Ordering::Release);
        }
        GO_ON
    }
    // SAFETY: the unwinder calls `visit` for each frame of this thread, while this call lasts.
    unsafe { _Unwind_Backtrace(visit, std::ptr::null_mut()) };
}

fn loaded() -> MutexGuard<'static, Loaded> {
    LOADED.lock().unwrap_or_else(PoisonError::into_inner)
}
