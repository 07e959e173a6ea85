//! Large values: served, or refused by a stated limit.

use specialize::{Error, Tier, settle, specialize};

use crate::support::private_store;

#[specialize(row, hot = 3)]
fn sum(x: u64, row: &[u64]) -> u64 {
    row.iter().fold(x, |sum, value| sum.wrapping_mul(3).wrapping_add(*value))
}

#[specialize(table)]
fn at(index: usize, table: [u16; 5_000]) -> u16 {
    table[index]
}

#[test]
fn a_slice_of_a_hundred_thousand_elements_has_a_variant() {
    private_store();
    let row: Vec<u64> = (0..100_000).collect();
    let bound = sum::prepare(&row).expect("a variant");
    let expected = sum::generic(1, &row);
    assert_eq!((bound.tier(), bound.call(1), sum(1, &row)), (Tier::Runtime, expected, expected));
}

#[test]
fn what_is_too_large_is_served_by_the_generic_function() {
    private_store();
    let row = vec![7u64; (1 << 17) + 1];
    let error = sum::prepare(&row).expect_err("it is too large");
    assert!(matches!(error, Error::ValueTooLarge { function: "sum", size: 1_048_584, limit: 1_048_576 }), "{error}");
    let bound = sum::bind(&row);
    assert_eq!((bound.tier(), bound.call(1)), (Tier::Generic, sum::generic(1, &row)));
    assert!(matches!(bound.last_error(), Some(Error::ValueTooLarge { .. })));
    for _ in 0..10 {
        assert_eq!(sum(1, &row), sum::generic(1, &row));
    }
    // Other values are none the worse for it.
    assert!(settle(crate::support::processes::PATIENCE));
    let other = sum::prepare(&row[1..]).expect("a variant");
    assert_eq!((other.tier(), other.call(1)), (Tier::Runtime, sum::generic(1, &row[1..])));
}

#[test]
fn a_large_array_has_a_variant() {
    private_store();
    let table: [u16; 5_000] = std::array::from_fn(|index| index as u16 * 3);
    let bound = at::prepare(table).expect("a variant");
    assert_eq!((bound.tier(), bound.call(1_234), at(4_999, table)), (Tier::Runtime, 3_702, 14_997));
}
