//! The report says what paid off, from calls as they were made; and losers may be taken out.

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use specialize::{Error, Tier, ValueReport, Verdict, specialize};
use support::in_a_child;
use support::processes::PATIENCE;

/// Gains much from a value that is a power of two.
#[specialize(n in [4], hot = 1_000_000_000_000)]
fn remainders(xs: &[u64], n: u64) -> u64 {
    xs.iter().fold(0, |sum, x| sum.wrapping_add(x % n))
}

/// Gains nothing: its value is mixed in once, and all else is the caller's own.
#[specialize(n, hot = 1_000_000_000_000)]
fn chain(x: u64, work: fn(u64) -> u64, n: u64) -> u64 {
    work(x ^ n)
}

/// A microsecond or so.
fn work(x: u64) -> u64 {
    (0..200).fold(x, |product: u64, _| product.wrapping_mul(product | 1).rotate_left(7))
}

/// Takes so long without its value that it must not be called often. It says where its code is, which tells who was called.
#[specialize(n, hot = 1_000_000_000_000)]
fn slow(n: u64) -> (u64, usize) {
    fn here() {}
    let here: fn() = here;
    let mut sum = 0;
    let mut step = 0;
    while step < n {
        sum ^= step;
        step += 1;
    }
    (sum, here as usize)
}

/// How long this thread has worked, whatever others did meanwhile.
fn worked() -> Duration {
    // SAFETY: all zeros is a value of this type.
    let mut time: libc::timespec = unsafe { std::mem::zeroed() };
    // SAFETY: the place is ours to be filled.
    let known = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(known, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Calls until the report of a value is as it should be, or for ten seconds.
fn report_of(module: &str, value: &str, mut call: impl FnMut() -> u64, is_done: impl Fn(&ValueReport) -> bool) -> ValueReport {
    let started = Instant::now();
    loop {
        (0..10_000).for_each(|_| _ = black_box(call()));
        let report = specialize::report();
        let function = report.functions.into_iter().find(|function| function.module_path.ends_with(module)).expect("the function");
        if let Some(found) = function.values.into_iter().find(|known| known.value == value)
            && (is_done(&found) || started.elapsed() > Duration::from_secs(10))
        {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{value} is not in the report");
    }
}

fn is_measured(value: &ValueReport) -> bool {
    !matches!(value.verdict, Verdict::NotMeasured | Verdict::TooCloseToTell { .. })
}

/// As in programs, and not as in other tests.
const SAMPLING: [(&str, &str); 1] = [("SPECIALIZE_SAMPLING", "true")];

#[test]
fn dispatchers_and_handles_are_measured_and_judged() {
    let _ = in_a_child("dispatchers_and_handles_are_measured_and_judged", SAMPLING, || {
        let xs: Vec<u64> = (0..100).collect();
        let bound = remainders::prepare(8).expect("a variant");
        let by_handle = report_of("remainders", "8", || bound.call(black_box(&xs)), is_measured);
        assert!(matches!(by_handle.verdict, Verdict::Pays { speedup, after, .. } if speedup > 1.2 && after > 0), "{by_handle:?}");
        assert_eq!(by_handle.tier, Tier::Runtime);
        assert!(by_handle.generic > by_handle.bound && by_handle.cost.is_some_and(|cost| !cost.is_zero()), "{by_handle:?}");
        remainders::prepare(16).expect("a variant");
        let dispatched = report_of("remainders", "16", || remainders(black_box(&xs), 16), is_measured);
        assert!(matches!(dispatched.verdict, Verdict::Pays { .. }), "{dispatched:?}");
        // In a build for tests it may not be faster.
        let listed = report_of("remainders", "4", || remainders(black_box(&xs), 4), |listed| listed.bound.is_some());
        assert_eq!((listed.tier, listed.cost), (Tier::BuildTime, None));
        assert!(listed.generic.is_some() && listed.verdict != Verdict::NotMeasured, "{listed:?}");
    });
}

#[test]
fn calls_are_counted_about_right() {
    let _ = in_a_child("calls_are_counted_about_right", SAMPLING, || {
        let bound = chain::prepare(1).expect("a variant");
        let (started, began, mut calls) = (Instant::now(), worked(), 0u64);
        let report = report_of(
            "chain",
            "1",
            || {
                calls += 1;
                bound.call(black_box(calls), work)
            },
            |_| worked() - began > Duration::from_secs(2),
        );
        // While others have the processor, windows cannot tell that there are no calls.
        let share = (worked() - began).div_duration_f64(started.elapsed());
        let most = (calls * 3) as f64 / share;
        assert!((calls / 3..most as u64).contains(&report.calls), "{calls} calls, and the report says {}: {share}", report.calls);
    });
}

#[test]
fn a_loser_is_taken_out_and_made_only_by_name() {
    let _ = in_a_child(
        "a_loser_is_taken_out_and_made_only_by_name",
        [("SPECIALIZE_SAMPLING", "true"), ("SPECIALIZE_DEMOTE_LOSERS", "true")],
        || {
            let (bound, expected) = (chain::prepare(1).expect("a variant"), chain::generic(7, work, 1));
            let call = || {
                assert_eq!([bound.call(black_box(7), work), chain(black_box(7), work, 1)], [expected; 2]);
                expected
            };
            let report = report_of("chain", "1", call, |value| value.tier == Tier::Generic);
            assert_eq!((report.tier, bound.tier()), (Tier::Generic, Tier::Generic));
            assert!(matches!(report.verdict, Verdict::NotWorthIt { .. }), "{report:?}");
            assert!(matches!(bound.last_error(), Some(Error::Demoted { function: "chain", .. })));
            assert!(chain::table().is_empty());
            let again = chain::bind(1);
            assert!(specialize::settle(PATIENCE));
            assert_eq!(again.tier(), Tier::Generic, "it is not asked for any more");
            assert_eq!(chain::prepare(1).expect("a variant, by name").tier(), Tier::Runtime);
            assert_eq!(chain(7, work, 1), expected);
        },
    );
}

#[test]
fn winners_stay() {
    let _ = in_a_child("winners_stay", [("SPECIALIZE_SAMPLING", "true"), ("SPECIALIZE_DEMOTE_LOSERS", "true")], || {
        let xs: Vec<u64> = (0..100).collect();
        let bound = remainders::prepare(8).expect("a variant");
        let report = report_of("remainders", "8", || bound.call(black_box(&xs)), is_measured);
        assert!(matches!(report.verdict, Verdict::Pays { .. }), "{report:?}");
        assert_eq!(bound.tier(), Tier::Runtime);
    });
}

#[test]
fn a_slow_generic_function_is_not_called_for_the_report_s_sake() {
    let _ = in_a_child("a_slow_generic_function_is_not_called_for_the_report_s_sake", SAMPLING, || {
        let n = 60_000_000;
        let bound = slow::prepare(n).expect("a variant");
        let began = worked();
        let generic = black_box(slow::generic(black_box(n)));
        let of_generic = worked() - began;
        let started = Instant::now();
        let slow_calls = (0..200).filter(|_| {
            let (sum, place) = black_box(bound.call());
            assert_eq!(sum, generic.0);
            place == generic.1
        });
        // A two hundredth of the time may be lost, and one call before it was known how slow they are.
        let (slow_calls, affordable) = (slow_calls.count(), started.elapsed().div_duration_f64(200 * of_generic));
        assert!(slow_calls as f64 <= 3.0 + affordable, "{slow_calls} slow calls of {of_generic:?}, and {affordable} can be afforded");
    });
}

#[test]
fn nothing_is_measured_where_that_is_switched_off() {
    let _ = in_a_child("nothing_is_measured_where_that_is_switched_off", [("SPECIALIZE_SAMPLING", "false")], || {
        let bound = chain::prepare(1).expect("a variant");
        let _ = specialize::report();
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(300) {
            black_box(bound.call(black_box(7), work));
        }
        let report = specialize::report().to_string();
        assert!(report.contains("not measured"), "{report}");
        assert!(!report.contains("worth it:"), "{report}");
    });
}

/// What machines read.
#[cfg(feature = "serde")]
#[test]
fn a_report_is_json() {
    let _ = in_a_child("a_report_is_json", SAMPLING, || {
        let bound = chain::prepare(1).expect("a variant");
        assert_eq!(bound.call(7, work), chain::generic(7, work, 1));
        let json = serde_json::to_value(specialize::report()).expect("it can be written");
        let functions = json["functions"].as_array().expect("a list");
        let chain = functions.iter().find(|function| function["name"] == "chain").expect("the function");
        let value = &chain["values"][0];
        assert_eq!((&value["value"], &value["tier"], &value["verdict"]["is"]), (&"1".into(), &"runtime".into(), &"not_measured".into()));
    });
}
