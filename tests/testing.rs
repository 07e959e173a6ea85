//! A thread can be kept to a tier, and tiers can be compared.

mod support;

use std::panic::catch_unwind;

use proptest::prelude::*;
use specialize::testing::{assert_tiers_agree, force};
use specialize::{Error, Tier, specialize};
use support::private_store;

/// Where its code is: another place in every variant made at run time.
#[specialize(n in [1, 2], batch(x))]
fn place(x: u32, n: u32) -> usize {
    fn here() {}
    let here: fn() = here;
    let _ = (x, n);
    here as usize
}

/// The same with a signature that is not plain.
#[specialize(n in [1])]
fn place_of(n: u32) -> (&'static str, usize) {
    fn here() {}
    let here: fn() = here;
    let _ = n;
    ("here", here as usize)
}

#[specialize(n in [3])]
fn power(x: u64, n: u32) -> u64 {
    assert!(n < 1_000, "an exponent of {n}");
    (0..n).fold(1u64, |product, _| product.wrapping_mul(x))
}

#[specialize(n in [1])]
fn quotient(x: f64, n: i32) -> f64 {
    x / n as f64
}

/// Cannot be linked into a variant.
#[specialize(n)]
fn printed(x: u32, n: u32) -> u32 {
    if x == u32::MAX {
        println!("{n}");
    }
    n
}

#[test]
fn a_thread_is_kept_to_a_tier_by_dispatchers_maps_and_handles() {
    private_store();
    let here = place::generic(9, 1);
    let (bound, unlisted) = (place::bind(1), place::prepare(7).expect("a variant"));
    let map = |n| {
        let mut out = [0; 2];
        place::map(&[9, 9], n, &mut out);
        out[0]
    };
    {
        let _forced = force(Tier::Generic);
        assert_eq!([place(9, 1), place(9, 7), bound.call(9), unlisted.call(9), map(1), place::bind(1).call(9)], [here; 6]);
        {
            let _inner = force(Tier::Runtime);
            assert_ne!(place(9, 1), here);
        }
        assert_eq!(place(9, 1), here, "the inner guard is gone");
    }
    {
        let _forced = force(Tier::Runtime);
        let made = place(9, 1);
        assert!(made != here, "a listed value has a runtime variant now");
        assert_eq!([place(9, 1), bound.call(9), place::bind(1).call(9)], [made; 3]);
        assert_ne!(place(9, 11), here, "a value without a variant gets one");
        assert_eq!(unlisted.call(9), place(9, 7));
        assert!(map(12) != here, "as a slice does");
    }
    assert_eq!([place(9, 1), bound.call(9)], [here; 2], "nothing is kept when the guard is gone");
    assert_ne!(unlisted.call(9), here);
}

#[test]
fn a_function_that_is_not_plain_is_kept_to_a_tier_too() {
    private_store();
    let here = place_of(1).1;
    let forced = force(Tier::Runtime);
    let made = place_of(1).1;
    drop(forced);
    assert_ne!(made, here);
    let _forced = force(Tier::Generic);
    assert_eq!(place_of(1).1, here);
}

#[test]
fn other_threads_are_served_as_ever() {
    private_store();
    let bound = place::prepare(8).expect("a variant");
    let made = bound.call(9);
    let _forced = force(Tier::Generic);
    let elsewhere = std::thread::scope(|scope| scope.spawn(|| [place(9, 8), bound.call(9)]).join());
    assert_eq!(elsewhere.expect("no panic"), [made; 2]);
    assert_eq!([place(9, 8), bound.call(9)], [place::generic(9, 8); 2]);
}

#[test]
fn a_tier_that_cannot_serve_says_why() {
    private_store();
    let message = |tier, call: fn() -> u64| {
        let _forced = force(tier);
        *catch_unwind(call).expect_err("the tier cannot serve").downcast::<String>().expect("a message")
    };
    assert_eq!(message(Tier::BuildTime, || power(2, 5)), Error::NotListed { function: "power" }.to_string());
    assert!(message(Tier::Runtime, || u64::from(printed(1, 1))).contains("printed"));
}

#[test]
fn tiers_are_compared_as_far_as_they_are_there() {
    private_store();
    assert_eq!(assert_tiers_agree!(power(7, 3)), [Tier::Generic, Tier::BuildTime, Tier::Runtime]);
    assert_eq!(assert_tiers_agree!(power(7, 5)), [Tier::Generic, Tier::Runtime]);
    assert_eq!(assert_tiers_agree!(printed(1, 5)), [Tier::Generic]);
    let caught = assert_tiers_agree!(catch_unwind(|| power(7, 5)).ok());
    assert_eq!(caught, [Tier::Generic, Tier::Runtime], "that there is no variant is no panic, which the expression could catch");
    assert_eq!(assert_tiers_agree!(power(7, 1_000)), [Tier::Generic, Tier::Runtime], "they panic with the same words");
    assert_eq!(assert_tiers_agree!(quotient(0.0, 0)).len(), 2, "a NaN is a NaN");
    assert_eq!(assert_tiers_agree!(quotient(-0.0, 1)).len(), 3);
}

#[test]
fn what_differs_is_said() {
    private_store();
    let call = || assert_tiers_agree!(place(9, 1));
    let message = *catch_unwind(call).expect_err("they differ").downcast::<String>().expect("a message");
    let lines: Vec<&str> = message.lines().collect();
    assert_eq!(lines[0], "the tiers of `place(9, 1)` differ:");
    assert!(lines[1].starts_with("  generic: ") && lines[2].starts_with("  runtime: "), "{message}");
    let message = *catch_unwind(|| assert_tiers_agree!(1 + 1)).expect_err("nothing to compare").downcast::<String>().expect("a message");
    assert!(message.contains("`1 + 1` calls no specialized function"), "{message}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]
    #[test]
    fn a_property_test_compares_tiers(x: u64, n in 0u32..6) {
        private_store();
        assert_tiers_agree!(power(x, n));
    }
}
