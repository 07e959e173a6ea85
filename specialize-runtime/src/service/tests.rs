//! Tests of what a panic leaves behind, with a function that nobody calls.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake};

use super::*;
use crate::descriptor::example::DESCRIPTOR;
use crate::function::Function;
use crate::value::{self, Of};

fn values(function: &'static Function<Of<u32>>, n: u32) -> Arc<Shared> {
    function.table().binding(value::image::<Of<u32>>(&n), value::key::<Of<u32>>(&n))
}

#[test]
fn whoever_waits_is_told_of_a_panic_and_may_ask_again() {
    static FUNCTION: Function<Of<u32>> = Function::new(DESCRIPTOR, &[]);
    let shared = values(&FUNCTION, 1);
    let job = admit(&shared).expect("nobody has asked for it");
    let waiting = admit(&shared).expect_err("it is being made");
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let _job = job;
        resume_unwind(Box::new("a mistake of this crate's"));
    }));
    assert!(panicked.is_err());
    let is_told = |error: Option<Error>| matches!(error, Some(Error::BackgroundPanic { function: "kernel" }));
    assert!(is_told(waiting.wait().err()) && is_told(FUNCTION.table().last_error()));
    let again = admit(&shared).expect("it is not being made any more");
    again.finish(Ok(()));
}

/// Counts, when it is woken, who holds some values.
struct Holders {
    values: Weak<Shared>,
    then: AtomicUsize,
}

impl Wake for Holders {
    fn wake(self: Arc<Self>) {
        self.then.store(self.values.strong_count(), Ordering::SeqCst);
    }
}

#[test]
fn who_hears_that_values_are_over_is_alone_with_them() {
    static FUNCTION: Function<Of<u32>> = Function::new(DESCRIPTOR, &[]);
    let shared = values(&FUNCTION, 1);
    for result in [Ok(()), Err(Error::Ending)] {
        let job = admit(&shared).expect("nobody has asked for it");
        let holders = Arc::new(Holders { values: Arc::downgrade(&shared), then: AtomicUsize::new(0) });
        let mut waiting = admit(&shared).expect_err("it is being made");
        assert!(Pin::new(&mut waiting).poll(&mut Context::from_waker(&Arc::clone(&holders).into())).is_pending());
        assert!(!settle(Duration::ZERO), "it is waited for");
        job.finish(result);
        assert_eq!(holders.then.load(Ordering::SeqCst), 1, "its variant, if it has one, may leave as soon as this handle is gone");
    }
}

#[test]
fn what_is_not_kept_is_not_waited_for() {
    let service = service();
    service.state().keeping += 1;
    drop(ToKeep { service, keeping: None });
    assert_eq!(service.state().keeping, 0);
}

#[test]
fn values_that_failed_come_up_once_and_only_as_long_as_they_have_handles() {
    static FUNCTION: Function<Of<u32>> = Function::new(DESCRIPTOR, &[]);
    let mut state = State::default();
    let (kept, dropped) = (values(&FUNCTION, 2), values(&FUNCTION, 3));
    state.put_off(&kept);
    state.put_off(&dropped);
    drop(dropped);
    state.unfinished.insert(place(&kept), Arc::default());
    assert!(state.take_due().is_none() && state.next_taken_up().is_some(), "another thread is at it");
    state.unfinished.clear();
    assert!(state.take_due().is_some_and(|shared| Arc::ptr_eq(&shared, &kept)));
    assert!(state.take_due().is_none() && state.next_taken_up().is_none());
}
