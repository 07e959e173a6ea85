//! Bounded, and really unloaded: variants leave when there are too many, and only those that nobody
//! can be in and nothing can point into.

mod support;

use std::cell::RefCell;
use std::panic::{Location, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use specialize::{Error, Tier, specialize};

use support::mapped;
use support::processes::PATIENCE;

#[specialize(n)]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// Takes long enough to be caught at it.
#[specialize(n)]
fn long(rounds: u64, n: u64) -> u64 {
    let mut state = n;
    for round in 0..rounds {
        state = state.rotate_left(7).wrapping_mul(n | 1) ^ round;
    }
    state
}

/// Not plain: a literal of the variant's own may be kept.
#[specialize(n)]
fn word(n: u32) -> &'static str {
    if n.is_multiple_of(2) { "an even word of the variant" } else { "an odd word of the variant" }
}

/// Not plain: a function of the variant's own may be kept.
#[specialize(n)]
fn step(n: u32) -> fn(u32) -> u32 {
    if n == 1 { |x| x.wrapping_add(17) } else { |x| x ^ 0x5555 }
}

/// Not plain: a vtable of the variant's own may be kept.
#[specialize(n)]
fn complaint(n: u32) -> Box<dyn std::error::Error + Send + Sync> {
    if n == 0 { "nothing".into() } else { format!("{n} things").into() }
}

/// Plain, but it panics with a literal.
#[specialize(n)]
fn refuse(x: u32, n: u32) -> u32 {
    if x == n {
        panic!("a literal of the variant");
    }
    x / n
}

#[test]
fn the_coldest_variants_leave_and_are_unloaded() {
    support::in_a_child("the_coldest_variants_leave_and_are_unloaded", [("SPECIALIZE_TABLE_CAPACITY", "4")], || {
        for n in 0..40 {
            assert_eq!(power::prepare(n).expect("a variant").call(3), power::generic(3, n));
            assert!(power::table().len() <= 4);
        }
        assert_eq!(power::table().counts().evicted, 36);
        assert!(mapped::count() <= 5, "{} variants are mapped", mapped::count());
        for n in 0..40 {
            assert_eq!(power(3, n), power::generic(3, n));
        }
    });
}

#[test]
fn a_variant_that_is_called_stays_before_one_that_is_not() {
    support::in_a_child("a_variant_that_is_called_stays_before_one_that_is_not", [("SPECIALIZE_TABLE_CAPACITY", "4")], || {
        drop(power::prepare(1_000).expect("a variant"));
        for n in 0..20 {
            assert_eq!(power(3, 1_000), power::generic(3, 1_000));
            drop(power::prepare(n).expect("a variant"));
        }
        assert!(power::table().entries().iter().any(|entry| entry.value() == "1000"));
    });
}

#[test]
fn a_handle_keeps_its_variant() {
    support::in_a_child("a_handle_keeps_its_variant", [("SPECIALIZE_TABLE_CAPACITY", "2")], || {
        let bound = power::prepare(100).expect("a variant");
        for n in 0..20 {
            drop(power::prepare(n).expect("a variant"));
            assert_eq!(bound.call(3), power::generic(3, 100));
            assert_eq!(bound.tier(), Tier::Runtime);
        }
        let _second = power::prepare(101).expect("a variant");
        assert!(matches!(power::prepare(102), Err(Error::TableFull { capacity: 2, .. })), "both are held");
        assert_eq!(power::bind(102).call(3), power::generic(3, 102), "the generic function serves");
    });
}

#[test]
fn no_capacity_means_no_runtime_variants() {
    support::in_a_child("no_capacity_means_no_runtime_variants", [("SPECIALIZE_TABLE_CAPACITY", "0")], || {
        assert!(matches!(power::prepare(5), Err(Error::TableFull { capacity: 0, .. })));
        for x in 0..5_000 {
            assert_eq!(power(x, 5), power::generic(x, 5));
        }
        assert_eq!(power::table().len(), 0);
    });
}

#[test]
fn one_place_for_four_hot_values_and_eight_threads_is_right_while_it_thrashes() {
    let variables = [("SPECIALIZE_TABLE_CAPACITY", "1"), ("SPECIALIZE_HOT", "50")];
    support::in_a_child("one_place_for_four_hot_values_and_eight_threads_is_right_while_it_thrashes", variables, || {
        let deadline = Instant::now() + Duration::from_secs(2);
        std::thread::scope(|scope| {
            for thread in 0..8u64 {
                scope.spawn(move || {
                    let mut x = thread;
                    while Instant::now() < deadline {
                        for n in [3u32, 5, 7, 11] {
                            x = x.wrapping_add(1);
                            assert_eq!(power(x, n), power::generic(x, n));
                        }
                    }
                });
            }
        });
        assert!(specialize::settle(PATIENCE));
        assert!(power::table().len() <= 1);
        assert!(power::table().counts().evicted > 0, "nothing ever left: {:?}", power::table().counts());
    });
}

#[test]
fn what_was_kept_of_a_pinned_variant_can_be_read_for_ever() {
    support::in_a_child("what_was_kept_of_a_pinned_variant_can_be_read_for_ever", [("SPECIALIZE_TABLE_CAPACITY", "2")], || {
        let kept = (word::prepare(2).expect("a variant").call(), word::prepare(3).expect("a variant").call());
        let steps = [step::prepare(1).expect("a variant").call(), step::prepare(2).expect("a variant").call()];
        let complaint = complaint::prepare(3).expect("a variant").call();
        for n in 10..14 {
            assert!(matches!(word::prepare(n), Err(Error::TableFull { .. })), "pinned variants count against the capacity");
            assert_eq!(word(n), word::generic(n), "the generic function serves");
            assert!(matches!(step::prepare(n), Err(Error::TableFull { .. })));
            let _ = complaint::prepare(n);
        }
        assert!(word::table().entries().iter().all(|entry| entry.is_pinned()));
        assert_eq!(kept, ("an even word of the variant", "an odd word of the variant"));
        assert_eq!(steps.map(|step| step(4)), [21, 0x5551]);
        assert_eq!(complaint.to_string(), "3 things");
    });
}

/// Types that share their names with plain ones, and are not.
#[specialize]
#[allow(unreachable_pub, reason = "what the modules in it use of each other is public")]
mod namesakes {
    pub mod plain {
        pub struct Word(pub u32);
        pub struct Waker(pub u32);
        pub struct Text(pub &'static str);
    }

    pub mod renamed {
        use super::plain::Text as Word;

        #[specialize(n)]
        pub fn word(n: u32) -> Word {
            if n == 1 { Word("a literal of the first variant") } else { Word("another") }
        }
    }

    pub mod by_glob {
        use core::task::*;

        #[specialize(n)]
        pub fn waker(n: u32) -> Waker {
            let _ = n;
            Waker::noop().clone()
        }
    }

    pub mod same {
        use super::plain::Word as Renamed;

        #[specialize(n)]
        pub fn number(n: u32) -> Renamed {
            Renamed(n)
        }
    }
}

#[test]
fn a_type_that_shares_its_name_with_a_plain_one_keeps_its_variants() {
    use namesakes::{by_glob::waker, plain, renamed::word, same::number};
    const NAME: &str = "a_type_that_shares_its_name_with_a_plain_one_keeps_its_variants";
    support::in_a_child(NAME, [("SPECIALIZE_TABLE_CAPACITY", "1")], || {
        let kept = (word::prepare(1).expect("a variant").call(), waker::prepare(1).expect("a variant").call());
        for n in 2..6 {
            assert!(matches!(word::prepare(n), Err(Error::TableFull { .. })), "{}", word::table());
            assert!(matches!(waker::prepare(n), Err(Error::TableFull { .. })), "{}", waker::table());
            assert_eq!(number::prepare(n).expect("the one before it leaves").call().0, n);
        }
        assert_eq!((word::table().pinned(), waker::table().pinned(), number::table().pinned()), (1, 1, 0));
        assert_eq!((kept.0.0, plain::Word(1).0, plain::Waker(1).0), ("a literal of the first variant", 1, 1));
        kept.1.wake();
    });
}

#[test]
fn a_variant_that_a_panic_began_in_stays() {
    support::in_a_child("a_variant_that_a_panic_began_in_stays", [("SPECIALIZE_TABLE_CAPACITY", "2")], || {
        static PLACES: Mutex<Vec<&'static Location<'static>>> = Mutex::new(Vec::new());
        std::panic::set_hook(Box::new(|info| {
            let Some(place) = info.location() else { return };
            // SAFETY: a location stands in the constants of the variant, and that those stay is what is tested.
            let place = unsafe { &*std::ptr::from_ref(place).cast::<Location<'static>>() };
            PLACES.lock().expect("no panic here").push(place);
        }));
        let bound = refuse::prepare(7).expect("a variant");
        let payload = catch_unwind(|| bound.call(7)).expect_err("it panics");
        let divided = catch_unwind(|| refuse::prepare(0).expect("a variant").call(1)).expect_err("it divides by zero");
        drop(bound);
        let entries = refuse::table().entries();
        assert!(entries.iter().all(|entry| entry.is_pinned()), "{entries:?}");
        for n in 20..24 {
            assert!(matches!(refuse::prepare(n), Err(Error::TableFull { .. })));
            assert_eq!(refuse(100, n), 100 / n);
        }
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"a literal of the variant"));
        assert!(divided.downcast_ref::<&str>().is_some_and(|message| message.contains("divide by zero")));
        let places = PLACES.lock().expect("no panic here");
        assert!(places.len() == 2 && places.iter().all(|place| place.file().ends_with("unloading.rs")), "{places:?}");
    });
}

#[test]
fn a_thread_that_ends_may_still_call() {
    support::private_store();
    struct CallsAtTheEnd;
    impl Drop for CallsAtTheEnd {
        fn drop(&mut self) {
            assert_eq!(power(2, 9), 512);
        }
    }
    thread_local! {
        static LAST: RefCell<Option<CallsAtTheEnd>> = const { RefCell::new(None) };
    }
    drop(power::prepare(9).expect("a variant"));
    for calls_before in [false, true] {
        let thread = std::thread::spawn(move || {
            LAST.set(Some(CallsAtTheEnd));
            if calls_before {
                assert_eq!(power(3, 9), power::generic(3, 9));
            }
        });
        thread.join().expect("no panic");
    }
}

#[test]
fn values_that_never_come_back_compile_almost_nothing() {
    support::private_store();
    for x in 0..2_000_000u32 {
        assert_eq!(step_by(u64::from(x), x), step_by::generic(u64::from(x), x));
    }
    assert!(specialize::settle(PATIENCE));
    assert!(step_by::table().counts().requests < 20, "{:?}", step_by::table().counts());
}

#[specialize(n)]
fn step_by(x: u64, n: u32) -> u64 {
    x.wrapping_mul(3).wrapping_add(u64::from(n))
}

#[test]
fn a_value_that_comes_back_while_its_old_code_waits_is_pinned_by_its_panic() {
    const NAME: &str = "a_value_that_comes_back_while_its_old_code_waits_is_pinned_by_its_panic";
    support::in_a_child(NAME, [("SPECIALIZE_TABLE_CAPACITY", "1")], || {
        std::panic::set_hook(Box::new(|_| {}));
        drop(long::prepare(5).expect("a variant"));
        let started = AtomicBool::new(false);
        std::thread::scope(|scope| {
            // As long as this call lasts, nothing that leaves can be unloaded.
            let call = scope.spawn(|| {
                started.store(true, Ordering::SeqCst);
                long(400_000_000, 5)
            });
            while !started.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            for n in [7, 8, 7] {
                drop(refuse::prepare(n).expect("a variant"));
            }
            call.join().expect("no panic");
        });
        let payload = catch_unwind(|| refuse(7, 7)).expect_err("it panics");
        assert!(refuse::table().entries().iter().all(|entry| entry.is_pinned()), "{:?}", refuse::table().entries());
        for n in 20..24 {
            assert!(matches!(refuse::prepare(n), Err(Error::TableFull { .. })), "the panicked variant left for {n}");
        }
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"a literal of the variant"));
    });
}

#[test]
fn the_process_has_room_again_after_a_long_call() {
    support::in_a_child("the_process_has_room_again_after_a_long_call", [("SPECIALIZE_CODE_LIMIT", "2")], || {
        let held = power::prepare(5).expect("there is room");
        drop(long::prepare(5).expect("there is room"));
        let started = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let call = scope.spawn(|| {
                started.store(true, Ordering::SeqCst);
                long(400_000_000, 5)
            });
            while !started.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            std::thread::sleep(Duration::from_millis(20));
            // Whether this finds room depends on whether the call is still under way.
            let _ = power::prepare(6);
            call.join().expect("no panic");
        });
        assert_eq!(power::prepare(7).expect("the call has ended").call(2), 128);
        assert_eq!(held.call(2), 32);
    });
}

#[test]
fn values_that_come_and_go_on_many_threads_use_up_no_room() {
    let variables = [("SPECIALIZE_TABLE_CAPACITY", "2"), ("SPECIALIZE_CODE_LIMIT", "64")];
    support::in_a_child("values_that_come_and_go_on_many_threads_use_up_no_room", variables, || {
        let deadline = Instant::now() + Duration::from_secs(3);
        std::thread::scope(|scope| {
            for thread in 0..8u32 {
                scope.spawn(move || {
                    for n in (0..16).cycle().skip(thread as usize) {
                        if Instant::now() >= deadline {
                            break;
                        }
                        let x = u64::from(n + thread);
                        match power::prepare(n) {
                            Ok(bound) => assert_eq!(bound.call(x), power::generic(x, n)),
                            Err(error) => assert!(matches!(error, Error::TableFull { .. } | Error::CodeLimit { .. }), "{error}"),
                        }
                    }
                });
            }
        });
        drop(power::prepare(100).expect("nobody holds anything any more"));
        assert!(power::table().len() <= 2, "{}", power::table().len());
        assert_eq!(specialize::stats().stuck, 0);
        assert!(mapped::count() <= 3, "{} variants are mapped", mapped::count());
    });
}
