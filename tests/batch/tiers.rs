//! The same results, and the same panics, in the generic function, in listed variants and in those made at run time.

use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Mutex;

use proptest::prelude::*;
use specialize::{Tier, specialize};

use crate::support::{in_a_child, private_store};
use crate::{divide, in_every_tier, power};

proptest! {
    #[test]
    fn every_tier_gives_what_calls_one_by_one_give(xs in proptest::collection::vec(any::<u64>(), 0..100)) {
        private_store();
        in_every_tier(|map, exponent| {
            let mut out = vec![7; xs.len()];
            map(&xs, &mut out);
            let expected: Vec<u64> = xs.iter().map(|x| power::generic(*x, exponent)).collect();
            assert_eq!(out, expected, "exponent {exponent}");
        });
    }
}

#[test]
fn an_engine_of_its_own_makes_the_loop_too() {
    for engine in ["llvm", "rustc"] {
        in_a_child("tiers::an_engine_of_its_own_makes_the_loop_too", [("SPECIALIZE_ENGINE", engine)], || {
            let bound = power::prepare(13).expect("a variant");
            let mut out = [0; 3];
            bound.map(&[1, 2, 3], &mut out);
            assert_eq!(out, [1, 8_192, 1_594_323]);
        });
    }
}

/// The message and the place of the panic that `body` ends in.
fn panic_of(body: impl FnOnce()) -> (String, String) {
    static SEEN: Mutex<String> = Mutex::new(String::new());
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(Location::to_string).unwrap_or_default();
        *SEEN.lock().expect("no panic") = place;
    }));
    let payload = catch_unwind(AssertUnwindSafe(body)).expect_err("it panics");
    std::panic::set_hook(hook);
    let message = payload.downcast::<String>().map(|text| *text).expect("a message");
    (message, SEEN.lock().expect("no panic").clone())
}

#[test]
fn slices_of_different_length_are_refused_at_the_callers_place_with_the_same_words() {
    private_store();
    in_every_tier(|map, _| {
        let (message, place) = panic_of(|| map(&[1, 2, 3], &mut [0; 4]));
        assert_eq!(message, "`power::map` was given 3 inputs and room for 4 outputs: the two slices must have the same length");
        assert!(place.contains("tests/batch.rs"), "{place}");
    });
    let mut places = [3, 13, 29].map(|exponent| panic_of(|| power::map(&[1], exponent, &mut [])).1).to_vec();
    places.dedup();
    assert_eq!(places.len(), 1, "{places:?}");
}

#[test]
fn a_panic_half_way_leaves_what_was_written() {
    private_store();
    divide::prepare(50).expect("a variant");
    let (mut places, xs) = (Vec::new(), [60, 40, 10, 1, 50, 90]);
    for (n, whole) in [(1, 3), (50, 4), (10, 2)] {
        let mut out = [1_000; 6];
        let (message, place) = panic_of(|| divide::map(n, &xs, &mut out));
        assert_eq!(message, format!("no answer for {n}"));
        let expected: Vec<u32> = xs[..whole].iter().map(|x| n / x.abs_diff(n)).chain(vec![1_000; 6 - whole]).collect();
        assert_eq!(out.to_vec(), expected);
        places.push(place);
    }
    places.dedup();
    assert_eq!(places.len(), 1, "{places:?}");
}

#[test]
fn empty_slices_are_mapped_to_nothing() {
    private_store();
    in_every_tier(|map, _| map(&[], &mut []));
}

#[test]
fn a_handle_maps_before_its_variant_is_there_and_after() {
    private_store();
    let bound = power::bind(17);
    let (xs, mut before, mut after) = ([3, 5], [0; 2], [0; 2]);
    bound.map(&xs, &mut before);
    power::request(17).wait().expect("a variant");
    assert_eq!(bound.tier(), Tier::Runtime);
    bound.map(&xs, &mut after);
    assert_eq!(before, after);
    assert_eq!(before, [129_140_163, 762_939_453_125]);
}

/// Its other parameters are of every kind that can be copied.
#[specialize(n in [1], batch(row))]
fn weigh(weights: &[f32], row: &[f32; 2], n: usize, (add, scale): (f32, f32), name: &str) -> (f32, usize) {
    let sum: f32 = row.iter().zip(weights).take(n).map(|(x, weight)| x * weight).sum();
    (sum * scale + add, name.len())
}

#[test]
fn other_parameters_are_the_same_for_every_element() {
    private_store();
    weigh::prepare(2).expect("a variant");
    for n in [0, 1, 2] {
        let mut out = [(0.0, 0); 2];
        weigh::map(&[0.5, 0.25], &[&[1.0, 2.0], &[4.0, 8.0]], n, (1.0, 2.0), "four", &mut out);
        let expected = [[2.0, 2.0, 3.0][n], [5.0, 5.0, 9.0][n]];
        let expected = if n == 0 { [1.0; 2] } else { expected };
        assert_eq!(out, expected.map(|sum| (sum, 4)), "n = {n}");
    }
}

/// Gives back a part of what it was given.
#[specialize(n in [1], batch(text))]
fn first(text: &str, n: usize) -> &str {
    text.get(..n).unwrap_or(text)
}

#[test]
fn results_may_borrow_from_the_elements() {
    private_store();
    first::prepare(2).expect("a variant");
    let texts = [String::from("abc"), String::from("d")];
    for (n, expected) in [(1, ["a", "d"]), (2, ["ab", "d"]), (3, ["abc", "d"])] {
        let mut out = [""; 2];
        first::map(&texts.each_ref().map(String::as_str), n, &mut out);
        assert_eq!(out, expected);
    }
}

/// Reads without a check.
///
/// # Safety
///
/// `x` is less than the length of `from`.
#[specialize(n in [1], batch(x))]
unsafe fn read(x: usize, n: u8, from: &[u8], out: u8) -> String {
    // SAFETY: the caller's promise.
    format!("{}", unsafe { from.get_unchecked(x) }.wrapping_mul(n) + out)
}

#[test]
fn an_unsafe_function_has_an_unsafe_map_that_drops_what_it_replaces() {
    private_store();
    let bound = read::prepare(3).expect("a variant");
    let mut out = vec!["long enough to stand on the heap".to_owned(); 2];
    for n in [1, 2, 3] {
        // SAFETY: both places are there.
        unsafe { read::map(&[1, 0], n, &[5, 6], 1, &mut out) };
        assert_eq!(out, [format!("{}", 6 * n + 1), format!("{}", 5 * n + 1)]);
    }
    // SAFETY: as above.
    unsafe { bound.map(&[0, 0], &[5, 6], 0, &mut out) };
    assert_eq!(out, ["15", "15"]);
}

/// Its values are too wide for a key.
#[specialize(n, batch(x))]
fn wide(x: u128, n: u128) -> u128 {
    x ^ n
}

#[test]
fn values_that_are_wider_than_a_key_are_told_apart() {
    private_store();
    for n in [1 << 100, 3 << 100] {
        wide::prepare(n).expect("a variant");
        let mut out = [0];
        wide::map(&[1], n, &mut out);
        assert_eq!(out, [n | 1]);
    }
}
