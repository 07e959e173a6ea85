//! What `crate::sync` is in the runtime, by the model checker's atomics.

pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
pub(crate) use loom::sync::{Mutex, MutexGuard};

/// Few enough slots for a model to fill.
pub(crate) const FIRST_SLOTS: usize = 4;

/// The checker's atomics cannot be made in constants.
macro_rules! constant {
    ($(#[$meta:meta])* $visibility:vis fn $($rest:tt)*) => { $(#[$meta])* $visibility fn $($rest)* };
}
pub(crate) use constant;

/// The checker knows no asymmetric barriers: this side gets the full fence that the other makes of it.
pub(crate) fn light_barrier() {
    loom::sync::atomic::fence(Ordering::SeqCst);
}

pub(crate) fn heavy_barrier() -> bool {
    loom::sync::atomic::fence(Ordering::SeqCst);
    true
}

pub(crate) fn leaked<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}
