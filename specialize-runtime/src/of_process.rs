//! What belongs to one process, and not to those that are forked from it.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A place for a value of this process. A forked child has none of its parent's threads, and a lock
/// may have been held as it was forked: it gets a value of its own.
#[derive(Debug)]
pub(crate) struct OfProcess<T> {
    current: AtomicPtr<Owned<T>>,
}

#[derive(Debug)]
struct Owned<T> {
    process: u32,
    value: T,
}

impl<T: Send + Sync + 'static> OfProcess<T> {
    /// A place without a value.
    pub(crate) const fn new() -> OfProcess<T> {
        OfProcess { current: AtomicPtr::new(ptr::null_mut()) }
    }

    /// The value of this process, if it has one.
    pub(crate) fn get(&self) -> Option<&'static T> {
        // SAFETY: the pointer is null or a leaked box, and what is in the box may be shared.
        let owned = unsafe { self.current.load(Ordering::Acquire).as_ref() }?;
        (owned.process == std::process::id()).then_some(&owned.value)
    }

    /// The value of this process, which `make` makes if there is none. It may be asked for more
    /// values than are needed.
    pub(crate) fn get_or_init(&self, make: fn() -> T) -> &'static T {
        loop {
            let current = self.current.load(Ordering::Acquire);
            if let Some(value) = self.get() {
                return value;
            }
            let fresh = Box::into_raw(Box::new(Owned { process: std::process::id(), value: make() }));
            if self.current.compare_exchange(current, fresh, Ordering::AcqRel, Ordering::Acquire).is_err() {
                // SAFETY: the box was never shared.
                drop(unsafe { Box::from_raw(fresh) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_and_shared() {
        static PLACE: OfProcess<String> = OfProcess::new();
        assert!(PLACE.get().is_none());
        let first = PLACE.get_or_init(|| "first".to_owned());
        assert!(ptr::eq(first, PLACE.get_or_init(|| "second".to_owned())));
        assert_eq!(PLACE.get().map(String::as_str), Some("first"));
    }
}
