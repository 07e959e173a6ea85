//! Values that belong to one process, and not to its forks. Here alone the two are told apart.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

#[cfg(specialize_runtime_tier)]
pub(crate) use with_runtime_tier::this_process;

/// A number that tells this process from all that it was forked from, and that are forked from it.
#[cfg(not(specialize_runtime_tier))]
pub(crate) fn this_process() -> u64 {
    u64::from(std::process::id())
}

/// A place for a value of this process. A forked child has none of its parent's threads, and a lock
/// may have been held as it was forked: it gets a value of its own.
#[derive(Debug)]
pub(crate) struct PerProcess<T> {
    current: AtomicPtr<Owned<T>>,
}

#[derive(Debug)]
struct Owned<T> {
    process: u64,
    value: T,
}

impl<T: Send + Sync + 'static> PerProcess<T> {
    /// A place without a value.
    pub(crate) const fn new() -> PerProcess<T> {
        PerProcess { current: AtomicPtr::new(ptr::null_mut()) }
    }

    /// The value of this process, if it has one.
    pub(crate) fn get(&self) -> Option<&'static T> {
        // SAFETY: the pointer is null or a leaked box, and what is in the box may be shared.
        let owned = unsafe { self.current.load(Ordering::Acquire).as_ref() }?;
        (owned.process == this_process()).then_some(&owned.value)
    }

    /// The value of this process, which `make` makes if there is none. It may be asked for more
    /// values than are needed.
    pub(crate) fn get_or_init(&self, make: fn() -> T) -> &'static T {
        loop {
            let current = self.current.load(Ordering::Acquire);
            if let Some(value) = self.get() {
                return value;
            }
            let fresh = Box::into_raw(Box::new(Owned { process: this_process(), value: make() }));
            if self.current.compare_exchange(current, fresh, Ordering::AcqRel, Ordering::Acquire).is_err() {
                // SAFETY: the box was never shared.
                drop(unsafe { Box::from_raw(fresh) });
            }
        }
    }
}

#[cfg(specialize_runtime_tier)]
mod with_runtime_tier {
    use std::ptr;
    use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

    use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

    /// The number of this process, in memory that the kernel gives a forked child as zeros (Linux 4.14).
    static NUMBER: AtomicPtr<AtomicU64> = AtomicPtr::new(ptr::null_mut());

    /// Stands in its place where the kernel has no such memory.
    static NONE: AtomicU64 = AtomicU64::new(0);

    /// The last number given in this process or in one that it was forked from.
    static LAST: AtomicU64 = AtomicU64::new(0);

    /// A number that tells this process from all that it was forked from, and that are forked from it. A few loads.
    ///
    /// What the system calls a process does not: the first process of one namespace and its child, if that is the first of another,
    /// both see themselves as number one.
    pub(crate) fn this_process() -> u64 {
        let mut place = NUMBER.load(Ordering::Acquire);
        if place.is_null() {
            place = make_place();
        }
        if ptr::eq(place, &raw const NONE) {
            return u64::from(std::process::id());
        }
        // SAFETY: the place is mapped for the life of the process, and zeros are a value of it.
        let number = unsafe { &*place };
        match number.load(Ordering::Acquire) {
            0 => {
                let next = LAST.fetch_add(1, Ordering::Relaxed) + 1;
                number.compare_exchange(0, next, Ordering::AcqRel, Ordering::Acquire).map_or_else(|given| given, |_| next)
            }
            given => given,
        }
    }

    #[cold]
    fn make_place() -> *mut AtomicU64 {
        let place = wiped_in_children().unwrap_or((&raw const NONE).cast_mut());
        match NUMBER.compare_exchange(ptr::null_mut(), place, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => place,
            Err(other) => {
                if !ptr::eq(place, &raw const NONE) {
                    // SAFETY: mapped by this call, and never shared. Where that fails, a page stays.
                    let _ = unsafe { munmap(place.cast(), size_of::<AtomicU64>()) };
                }
                other
            }
        }
    }

    fn wiped_in_children() -> Option<*mut AtomicU64> {
        const SIZE: usize = size_of::<AtomicU64>();
        // SAFETY: a new mapping, of zeros.
        let place = unsafe { mmap_anonymous(ptr::null_mut(), SIZE, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) }.ok()?;
        // SAFETY: it only says what becomes of the mapping in children.
        match unsafe { madvise(place, SIZE, Advice::LinuxWipeOnFork) } {
            Ok(()) => Some(place.cast()),
            Err(_) => {
                // SAFETY: the mapping made above, to which nothing points. Where that fails, a page stays.
                let _ = unsafe { munmap(place, SIZE) };
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_keeps_its_number() {
        let numbers: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(this_process)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(numbers.iter().all(|number| *number == this_process()), "{numbers:?}");
    }

    #[cfg(specialize_runtime_tier)]
    #[test]
    fn a_child_has_another_number_however_it_was_forked() {
        let parents = this_process();
        // Neither std nor the C library hears of this one.
        // SAFETY: the child uses nothing but atomics before it ends.
        let child = unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) };
        if child == 0 {
            let own = this_process();
            let has_its_own = own != parents && own == this_process();
            // SAFETY: it ends at once.
            unsafe { libc::_exit(if has_its_own { 0 } else { 1 }) };
        }
        let mut status = -1;
        // SAFETY: the status is ours to be filled.
        assert_eq!(i64::from(unsafe { libc::waitpid(child as libc::pid_t, &raw mut status, 0) }), child);
        assert_eq!((status, this_process()), (0, parents));
    }

    #[test]
    fn a_value_is_made_once_and_shared() {
        static PLACE: PerProcess<String> = PerProcess::new();
        assert!(PLACE.get().is_none());
        let first = PLACE.get_or_init(|| "first".to_owned());
        assert!(ptr::eq(first, PLACE.get_or_init(|| "second".to_owned())));
        assert_eq!(PLACE.get().map(String::as_str), Some("first"));
    }
}
