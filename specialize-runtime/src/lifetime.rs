//! The end of the process, and of this code within it.

#[cfg(specialize_runtime_tier)]
pub(crate) use with_runtime_tier::{at_exit, pin_this_code, survive_writing};

/// Nothing of this runtime outlives a call where there is no runtime tier.
#[cfg(not(specialize_runtime_tier))]
pub(crate) fn pin_this_code() {}

/// Nothing is written where there is no runtime tier.
#[cfg(not(specialize_runtime_tier))]
pub(crate) fn survive_writing() {}

#[cfg(specialize_runtime_tier)]
mod with_runtime_tier {
    use std::ffi::CStr;
    use std::mem::MaybeUninit;
    use std::sync::{Mutex, Once, PoisonError};
    use std::time::Duration;

    use crate::compile;
    use crate::service;

    /// How long the end of the process may be held up by a compile that is being given up.
    const PATIENCE: Duration = Duration::from_secs(2);

    static LAST_THINGS: Mutex<Vec<fn()>> = Mutex::new(Vec::new());

    /// Runs `last` as the process ends in the ordinary way (`main` returns, or `exit` is called),
    /// after every compile was given up.
    pub(crate) fn at_exit(last: fn()) {
        static REGISTER: Once = Once::new();
        REGISTER.call_once(|| {
            // SAFETY: `end` may be called at any time, and stays mapped: see `pin_this_code`.
            // Where it cannot be registered, what it would remove is left to the next process.
            let _ = unsafe { libc::atexit(end) };
        });
        LAST_THINGS.lock().unwrap_or_else(PoisonError::into_inner).push(last);
    }

    extern "C" fn end() {
        // A forked child leaves alone what its parent is at: the service, the children and each of the last things.
        if service::is_of_this_process() {
            service::refuse_more();
            compile::kill_running();
            service::wait_for_the_end(PATIENCE);
        }
        let last_things = std::mem::take(&mut *LAST_THINGS.lock().unwrap_or_else(PoisonError::into_inner));
        for last in last_things {
            last();
        }
    }

    /// Has this thread told by an error, and not by a signal that ends the process, that a file may not grow or that nobody reads a
    /// pipe. (std lets children begin without blocked signals.)
    pub(crate) fn survive_writing() {
        let mut signals = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: the set is made empty before anything is added, and only this thread's mask is changed.
        unsafe {
            libc::sigemptyset(signals.as_mut_ptr());
            libc::sigaddset(signals.as_mut_ptr(), libc::SIGXFSZ);
            libc::sigaddset(signals.as_mut_ptr(), libc::SIGPIPE);
            libc::pthread_sigmask(libc::SIG_BLOCK, signals.as_ptr(), std::ptr::null_mut());
        }
    }

    /// Keeps the library that holds this code mapped for the life of the process, if it is not the
    /// program itself: a thread of ours is going to run it, and so may the end of the process.
    pub(crate) fn pin_this_code() {
        let mut place = MaybeUninit::<libc::Dl_info>::uninit();
        // SAFETY: `place` is for `dladdr` to fill, which it says it has done.
        let found = unsafe { libc::dladdr(pin_this_code as *const libc::c_void, place.as_mut_ptr()) } != 0;
        if !found {
            return;
        }
        // SAFETY: filled above; the name it points at lives as long as the library is loaded.
        let file = unsafe { CStr::from_ptr(place.assume_init().dli_fname) };
        // SAFETY: with RTLD_NOLOAD nothing is loaded and nothing runs; the handle is kept on purpose.
        // The program itself is not found by its name, and needs no pin.
        unsafe { libc::dlopen(file.as_ptr(), libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE) };
    }
}
