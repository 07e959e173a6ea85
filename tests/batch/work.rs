//! Work that is counted instead of calls.

use specialize::specialize;

use crate::support::private_store;
use crate::support::processes::PATIENCE;

/// A name that only this module has.
const SCALE: u64 = 1_000;

/// Counts what it is given, in thousandths.
#[specialize(n, work = xs.len() as u64 * SCALE, hot = 1_000_000 * SCALE / 1_000)]
fn sum(xs: &[u64], n: u64) -> u64 {
    xs.iter().fold(0, |sum, x| sum.wrapping_add(x.wrapping_mul(n)))
}

/// How often a value was hot, after all that was asked for has come. On a slow machine it may have to wait for its variant.
fn hot(table: &specialize::DispatchTable) -> u64 {
    assert!(specialize::settle(PATIENCE));
    let counts = table.counts();
    counts.requests + counts.declined
}

#[test]
fn one_large_call_is_hot_and_a_thousand_small_ones_are_not() {
    private_store();
    let many = vec![1; 1_000];
    for _ in 0..300 {
        assert_eq!(sum(&many[..3], 5), 15);
    }
    assert_eq!(hot(sum::table()), 0);
    assert_eq!(sum(&many, 7), 7_000);
    assert_eq!(hot(sum::table()), 1);
    assert_eq!((sum::lookup(7).is_some(), sum::lookup(5).is_some()), (sum::table().counts().requests == 1, false));
}

/// Counts nothing, or less.
#[specialize(n, work = i64::from(x) - 10, hot = 2)]
fn less(x: u8, n: u64) -> u64 {
    n.wrapping_add(u64::from(x))
}

#[test]
fn work_below_zero_is_none() {
    private_store();
    for _ in 0..2_000 {
        less(9, 3);
    }
    assert_eq!(hot(less::table()), 0);
    less(12, 3);
    assert_eq!(hot(less::table()), 1);
}

/// Keeps what it is given until it is called.
#[specialize(n, work = list.len() + out.len(), hot = 6)]
fn append(n: u8, list: Vec<u8>, out: &mut [u8]) -> Vec<u8> {
    out.fill(n);
    let mut list = list;
    list.push(n);
    list
}

#[test]
fn work_looks_at_parameters_that_the_call_takes() {
    private_store();
    let mut out = [0; 2];
    assert_eq!(append(1, vec![1, 2, 3], &mut out), [1, 2, 3, 1]);
    assert_eq!(hot(append::table()), 0);
    assert_eq!(append(2, vec![1, 2, 3, 4], &mut out), [1, 2, 3, 4, 2]);
    assert_eq!((hot(append::table()), out), (1, [2; 2]));
}

/// A loop counts all its elements.
#[specialize(n, batch(x), work = n * u32::from(x), hot = 1_000)]
fn repeat(x: u8, n: u32) -> u32 {
    (0..n).fold(0, |sum, _| sum.wrapping_add(u32::from(x)))
}

#[test]
fn the_work_of_a_map_is_that_of_its_elements() {
    private_store();
    let mut out = [0; 10];
    repeat::map(&[9; 10], 10, &mut out);
    assert_eq!(hot(repeat::table()), 0);
    repeat::map(&[10; 10], 11, &mut out);
    assert_eq!(hot(repeat::table()), 1);
}

/// Without work, a loop is a call.
#[specialize(n, batch(x), hot = 3)]
fn plus(x: u8, n: u8) -> u8 {
    x.wrapping_add(n)
}

#[test]
fn a_map_counts_as_a_call() {
    private_store();
    let mut out = [0; 10];
    plus::map(&[9; 10], 10, &mut out);
    plus::map(&[9; 10], 10, &mut out);
    assert_eq!(hot(plus::table()), 0);
    plus(1, 10);
    assert_eq!(hot(plus::table()), 1);
}

/// A function in a function sees what stands there.
#[test]
fn work_sees_the_names_around_the_function() {
    private_store();
    const EACH: u64 = 50;
    #[specialize(n, work = EACH, hot = 100)]
    fn inner(n: u64) -> u64 {
        n ^ 1
    }
    inner(4);
    assert_eq!(hot(inner::table()), 0);
    inner(4);
    assert_eq!(hot(inner::table()), 1);
}
