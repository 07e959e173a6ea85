//! The atomics, locks and barriers of the lock-free parts. A model checker puts its own in this place: see
//! `tests/models`.

pub(crate) use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
pub(crate) use std::sync::{Mutex, MutexGuard};

/// Slots of a table's smallest array; each larger one has twice as many.
pub(crate) const FIRST_SLOTS: usize = 64;

/// A function that is `const` here, and not where atomics are the model checker's.
macro_rules! constant {
    ($(#[$meta:meta])* $visibility:vis fn $($rest:tt)*) => { $(#[$meta])* $visibility const fn $($rest)* };
}
pub(crate) use constant;

/// The caller's side of the asymmetric barrier, which binds the compiler only.
#[inline(always)]
pub(crate) fn light_barrier() {
    std::sync::atomic::compiler_fence(Ordering::SeqCst);
}

/// The other side: when it returns, every thread of the process has gone through a full barrier.
/// False where the kernel has no such call (before Linux 4.14, or forbidden by a filter).
pub(crate) fn heavy_barrier() -> bool {
    #[cfg(specialize_runtime_tier)]
    {
        use std::sync::OnceLock;
        static REGISTERED: OnceLock<bool> = OnceLock::new();
        // SAFETY: membarrier(2) takes a command and flags, and touches no memory of ours.
        let call = |command: libc::c_int| unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) } == 0;
        *REGISTERED.get_or_init(|| call(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)) && call(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED)
    }
    #[cfg(not(specialize_runtime_tier))]
    false
}

/// A place for `value` for the life of the process, by the system's allocator: the program's own may count what it gives, and
/// this is given once for each thread that ever ran at the same time.
pub(crate) fn leaked<T>(value: T) -> *mut T {
    use std::alloc::{GlobalAlloc, Layout, System, handle_alloc_error};
    let layout = Layout::new::<T>();
    // SAFETY: records are not zero-sized.
    let place = unsafe { System.alloc(layout) }.cast::<T>();
    if place.is_null() {
        handle_alloc_error(layout);
    }
    // SAFETY: the place was made for a `T`.
    unsafe { place.write(value) };
    place
}
