//! What happens on the way of a panic: destructors run, threads end alone, and what cannot be helped aborts.

use std::cell::RefCell;
use std::os::unix::process::ExitStatusExt as _;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::thread;

use specialize::specialize;

use crate::{Panic, expect_panics, observe, outcome, support};

type Log = RefCell<Vec<u32>>;

/// Owns values that note their end, and panics for an even `n`, or lets `action` do so.
#[specialize(n in [4, 5])]
fn fragile(log: &std::cell::RefCell<Vec<u32>>, action: &mut dyn FnMut(u32), n: u32) -> usize {
    struct Noted<'a>(&'a std::cell::RefCell<Vec<u32>>, u32);

    impl Drop for Noted<'_> {
        fn drop(&mut self) {
            self.0.borrow_mut().push(self.1);
        }
    }

    fn deeper(log: &std::cell::RefCell<Vec<u32>>, action: &mut dyn FnMut(u32), n: u32) -> usize {
        let boxed: Box<dyn std::any::Any> = Box::new(n);
        let _guard = Noted(log, 1_000 + n);
        action(n);
        assert!(n % 2 == 1, "{} is even", boxed.downcast_ref::<u32>().copied().unwrap_or_default());
        log.borrow().len()
    }

    let _first = Noted(log, 100);
    let all: Vec<Noted<'_>> = (0..n).map(|index| Noted(log, index)).collect();
    let kept = std::rc::Rc::new(Noted(log, 200));
    let also = std::rc::Rc::clone(&kept);
    let ended = deeper(log, action, n);
    drop(also);
    ended + all.len()
}

/// Runs one tier of `fragile`: how it ends, and which destructors ran.
fn ends(call: impl FnOnce(&Log, &mut dyn FnMut(u32)) -> usize, action: &mut dyn FnMut(u32)) -> (Result<usize, Panic>, Vec<u32>) {
    let log = Log::default();
    let result = outcome(|| call(&log, action));
    (result, log.into_inner())
}

#[test]
fn destructors_of_a_variant_run_as_it_panics() {
    support::private_store();
    for n in [4, 5, 6, 7] {
        let expected = ends(|log, action| fragile::generic(log, action, n), &mut |_| {});
        let noted: Vec<u32> = [1_000 + n, 200].into_iter().chain(0..n).chain([100]).collect();
        assert_eq!(expected.1, noted, "{n}");
        assert_eq!(expected.0.is_err(), n % 2 == 0, "{n}");
        let bound = fragile::prepare(n).expect("a variant");
        assert_eq!(ends(|log, action| bound.call(log, action), &mut |_| {}), expected, "{n}");
        assert_eq!(ends(|log, action| fragile(log, action, n), &mut |_| {}), expected, "{n}");
    }
}

#[test]
fn a_panic_of_the_host_goes_through_a_variant_and_runs_its_destructors() {
    support::private_store();
    for n in [5, 7] {
        let mut action = |n| panic!("the host gives up at {n}");
        let expected = ends(|log, action| fragile::generic(log, action, n), &mut action);
        assert_eq!(expected.0.as_ref().expect_err("the action panics").message, format!("the host gives up at {n}"));
        assert_eq!(expected.1.len(), n as usize + 3);
        let bound = fragile::prepare(n).expect("a variant");
        assert_eq!(ends(|log, action| bound.call(log, action), &mut action), expected, "{n}");
        assert_eq!(ends(|log, action| fragile(log, action, n), &mut action), expected, "{n}");
    }
}

#[test]
fn what_a_variant_was_given_is_dropped_as_it_panics() {
    #[specialize(n)]
    fn consume(values: Vec<std::rc::Rc<u8>>, last: std::rc::Rc<u8>, n: usize) -> std::rc::Rc<u8> {
        let second = std::rc::Rc::clone(&values[n]);
        drop(last);
        second
    }

    support::private_store();
    let bound = consume::prepare(3).expect("a variant");
    let value = Rc::new(1);
    let given = vec![Rc::clone(&value); 3];
    outcome(|| bound.call(given, Rc::clone(&value))).expect_err("there is no fourth");
    assert_eq!(Rc::strong_count(&value), 1);
}

#[test]
fn payloads_of_any_type_go_through_a_variant_untouched() {
    support::private_store();
    let bound = fragile::prepare(7).expect("a variant");
    let log = Log::default();
    let (result, seen) = observe(|| bound.call(&log, &mut |n| panic::panic_any((n, vec![n; 3]))));
    let payload = result.expect_err("the action panics");
    assert_eq!(payload.downcast_ref::<(u32, Vec<u32>)>(), Some(&(7, vec![7; 3])));
    let (result, resumed) = observe(|| bound.call(&log, &mut |n| panic::resume_unwind(Box::new(n))));
    assert_eq!(result.expect_err("it goes on").downcast_ref::<u32>(), Some(&7));
    assert_eq!((seen.len(), resumed.len()), (1, 0), "a panic that is resumed does not call the hook");
}

#[test]
fn a_variant_may_panic_inside_of_one_that_does_not() {
    support::private_store();
    let (outer, inner) = (fragile::prepare(7).expect("a variant"), fragile::prepare(6).expect("a variant"));
    let (outer_log, inner_log) = (Log::default(), Log::default());
    let mut caught = 0;
    let (result, seen) = observe(|| {
        outer.call(&outer_log, &mut |_| {
            let inside = panic::catch_unwind(AssertUnwindSafe(|| inner.call(&inner_log, &mut |_| {})));
            assert!(!thread::panicking());
            caught += usize::from(inside.is_err());
        })
    });
    assert_eq!(result.expect("the outer one returns"), 7);
    assert_eq!((caught, seen.len()), (1, 1));
    assert_eq!((outer_log.into_inner().len(), inner_log.into_inner().len()), (7 + 3, 6 + 3));
}

#[test]
fn a_destructor_sees_that_a_variant_panics_and_may_call_another() {
    struct Calls<'a>(fragile::Bound, &'a RefCell<Vec<(bool, usize)>>);

    impl Drop for Calls<'_> {
        fn drop(&mut self) {
            let result = self.0.call(&Log::default(), &mut |_| {});
            self.1.borrow_mut().push((thread::panicking(), result));
        }
    }

    support::private_store();
    let (panics, returns) = (fragile::prepare(6).expect("a variant"), fragile::prepare(7).expect("a variant"));
    let calls = RefCell::default();
    let log = Log::default();
    let panic = outcome(|| {
        let _calls = Calls(returns, &calls);
        panics.call(&log, &mut |_| {})
    });
    assert_eq!(panic.expect_err("six is even").message, "6 is even");
    assert_eq!(calls.into_inner(), [(true, 7)]);
}

#[test]
fn a_panic_ends_no_thread_but_its_own() {
    support::private_store();
    let bound = fragile::prepare(6).expect("a variant");
    let start = |name: &str, work: fn(&fragile::Bound) -> Option<Panic>| {
        let bound = bound.clone();
        thread::Builder::new().name(name.to_owned()).spawn(move || work(&bound)).expect("a thread")
    };
    let ended: Vec<_> = (0..4)
        .map(|_| {
            start("ended", |bound| {
                expect_panics();
                bound.call(&Log::default(), &mut |_| {});
                None
            })
        })
        .collect();
    for thread in ended {
        let payload = thread.join().expect_err("the thread panicked");
        assert_eq!(payload.downcast_ref::<String>().map(String::as_str), Some("6 is even"));
    }
    let named = start("named", |bound| outcome(|| bound.call(&Log::default(), &mut |_| {})).err());
    let panic = named.join().expect("it was caught").expect("six is even");
    assert_eq!(panic.thread.as_deref(), Some("named"));
    assert!(outcome(|| bound.call(&Log::default(), &mut |_| {})).is_err(), "this thread goes on, and so does the variant");
}

#[test]
fn a_backtrace_goes_through_a_variant() {
    #[inline(never)]
    fn caller_of_the_variant(bound: &fragile::Bound, action: &mut dyn FnMut(u32)) -> usize {
        std::hint::black_box(bound.call(&Log::default(), action))
    }

    support::private_store();
    let bound = fragile::prepare(7).expect("a variant");
    let mut backtrace = String::new();
    caller_of_the_variant(&bound, &mut |_| backtrace = std::backtrace::Backtrace::force_capture().to_string());
    assert!(backtrace.contains("caller_of_the_variant"), "{backtrace}");
}

/// Ends the process, in a way for each `n`.
#[specialize(n in [0, 1, 2])]
fn fatal(x: u32, n: u32) -> u32 {
    struct Bomb(u32);

    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(self.0 == 0, "a destructor panics too: {}", self.0);
        }
    }

    extern "C" fn without_unwinding(x: u32) -> u32 {
        assert!(x == 0, "not to be unwound: {x}");
        x
    }

    match n % 3 {
        0 => {
            let _bomb = Bomb(x);
            panic!("the first panic: {}", n % 3);
        }
        1 => without_unwinding(x),
        _ => std::hint::black_box(Vec::<u64>::with_capacity((isize::MAX as usize >> 4) + x as usize)).len() as u32,
    }
}

#[test]
fn what_aborts_in_the_generic_function_aborts_in_a_variant() {
    const NAME: &str = "unwinding::what_aborts_in_the_generic_function_aborts_in_a_variant";
    const HOW: &str = "TEST_HOW";
    if support::is_child(NAME) {
        let how = std::env::var(HOW).expect("the parent says how");
        let (tier, n) = how.split_once(' ').expect("a tier and a number");
        let n = n.parse().expect("a number");
        let result = match tier {
            "generic" => fatal::generic(7, n),
            _ => fatal::prepare(n).expect("a variant").call(7),
        };
        panic!("it goes on with {result}");
    }
    let store = tempfile::tempdir().expect("a temporary folder");
    let end = |how: String| {
        let output = support::child(NAME, store.path()).env(HOW, &how).env("RUST_BACKTRACE", "0").output().expect("starts");
        (output.status.signal(), said(&output.stderr))
    };
    for n in [3, 4, 5] {
        let (signal, said) = end(format!("generic {n}"));
        assert_eq!(signal, Some(libc::SIGABRT), "{said:?}");
        assert!(!said.is_empty() && !said.iter().any(|line| line.contains("goes on")), "{said:?}");
        for how in [format!("runtime {n}"), format!("build-time {}", n - 3)] {
            assert_eq!(end(how.clone()), (signal, said.clone()), "{how}");
        }
    }
}

/// The lines of a dying process's last words that are the same each time: without thread ids and backtraces.
fn said(stderr: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(stderr);
    let lines = text.lines().filter(|line| !line.starts_with(' ') && !line.starts_with("stack backtrace"));
    lines
        .map(|line| match (line.find("' ("), line.find(") panicked")) {
            (Some(from), Some(to)) if from < to => format!("{}{}", &line[..=from], &line[to + 1..]),
            _ => line.to_owned(),
        })
        .collect()
}
