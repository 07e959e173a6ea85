//! Tests of what a panic leaves behind, with a function that nobody calls.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

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
    let mut again = admit(&shared).expect("it is not being made any more");
    again.finish(Ok(()));
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
