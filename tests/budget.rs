//! A stream of hot values does not keep the machine compiling, and none of them is shut out for ever.

mod support;

use std::time::Instant;

use specialize::{Tier, settle, specialize};
use support::private_store;
use support::processes::PATIENCE;

/// Every call of a new value asks for a variant.
#[specialize(n, hot = 1)]
fn shift(x: u64, n: u64) -> u64 {
    x.wrapping_add(n << 3)
}

#[test]
fn hot_values_get_a_share_of_the_time_and_each_gets_in_at_last() {
    const VALUES: u64 = 5_000;
    private_store();
    for n in 0..VALUES {
        assert_eq!(shift(5, n), 5 + (n << 3));
    }
    let counts = shift::table().counts();
    assert!(counts.requests > 0 && counts.declined > 0, "{counts:?}");
    assert_eq!(counts.requests + counts.declined, VALUES);
    assert!(shift::prepare(VALUES).is_ok_and(|bound| bound.tier() == Tier::Runtime), "what is asked for by name does not wait");

    assert!(settle(PATIENCE));
    let (last, started) = (VALUES - 1, Instant::now());
    while shift::lookup(last).is_none() {
        assert!(started.elapsed() < PATIENCE, "it never got in: {:?}", shift::table().counts());
        assert_eq!(shift(1, last), 1 + (last << 3));
        std::thread::yield_now();
    }
}
