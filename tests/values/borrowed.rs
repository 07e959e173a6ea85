//! Slices and strings.

use proptest::prelude::*;
use specialize::{Tier, specialize};

use crate::support::private_store;

/// An interpreter of a small stack machine; an instruction is its code and its operand.
#[specialize(program)]
fn run(x: i64, program: &[(u8, i64)]) -> i64 {
    let mut stack = [0i64; 8];
    let mut top = 0;
    stack[0] = x;
    for &(code, operand) in program {
        match code % 5 {
            0 => {
                top = (top + 1) % 8;
                stack[top] = operand;
            }
            1 => {
                top = (top + 7) % 8;
                stack[top] = stack[top].wrapping_add(stack[(top + 1) % 8]);
            }
            2 => {
                top = (top + 7) % 8;
                stack[top] = stack[top].wrapping_mul(stack[(top + 1) % 8]);
            }
            3 => stack[top] = stack[top].rotate_left(operand as u32 % 64),
            _ => stack[top] ^= operand,
        }
    }
    stack[top]
}

#[specialize(set)]
fn tokens<'text>(text: &'text str, set: &[u8]) -> Vec<&'text str> {
    text.split(|letter: char| set.iter().any(|known| char::from(*known) == letter)).collect()
}

#[specialize(pattern)]
fn matches(text: &str, pattern: &str) -> bool {
    fn rest(text: &[u8], pattern: &[u8]) -> bool {
        match pattern {
            [] => text.is_empty(),
            [b'*', after @ ..] => (0..=text.len()).any(|skipped| rest(&text[skipped..], after)),
            [b'?', after @ ..] => !text.is_empty() && rest(&text[1..], after),
            [letter, after @ ..] => text.first() == Some(letter) && rest(&text[1..], after),
        }
    }
    rest(text.as_bytes(), pattern.as_bytes())
}

/// One lifetime for what is specialized and what is not.
#[specialize(suffix, n)]
fn ending<'a>(text: &'a str, suffix: &'a str, n: u32) -> (usize, String) {
    let pair: [&'a str; 2] = [text, suffix];
    (pair.iter().map(|part| part.len()).sum(), pair.concat().repeat(n as usize))
}

#[specialize(weights)]
fn dot(x: &[f32], weights: &[f32]) -> f32 {
    x.iter().zip(weights).map(|(x, weight)| x * weight).sum()
}

#[specialize(units)]
fn count(x: usize, units: &[()]) -> usize {
    x + units.len()
}

/// Where a slice is found must be right for its elements.
#[specialize(words)]
fn address(x: usize, words: &[u128]) -> (usize, u128) {
    (words.as_ptr().addr() % 16 + x, words.iter().fold(0, |sum: u128, word| sum.wrapping_add(*word)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_slice_is_the_same_in_every_tier(x in any::<i64>(), program in prop::collection::vec((any::<u8>(), any::<i64>()), 0..60)) {
        private_store();
        let bound = run::prepare(&program)?;
        prop_assert_eq!(bound.tier(), Tier::Runtime);
        let expected = run::generic(x, &program);
        prop_assert_eq!((bound.call(x), run(x, &program)), (expected, expected));
    }

    #[test]
    fn a_string_is_the_same_in_every_tier(text in "[abc]{0,12}", pattern in "[abc*?]{0,8}") {
        private_store();
        let bound = matches::prepare(&pattern)?;
        prop_assert_eq!(bound.tier(), Tier::Runtime);
        let expected = matches::generic(&text, &pattern);
        prop_assert_eq!((bound.call(&text), matches(&text, &pattern)), (expected, expected));
    }

    #[test]
    fn strings_hold_any_character(pattern in any::<String>(), n in 0u32..3) {
        private_store();
        let bound = ending::prepare(&pattern, n)?;
        prop_assert_eq!(bound.tier(), Tier::Runtime);
        prop_assert_eq!(bound.call("x"), ending::generic("x", &pattern, n));
    }
}

#[test]
fn a_handle_owns_what_it_was_bound_to() {
    private_store();
    let program = vec![(0, 5), (2, 0), (4, 3)];
    let bound = run::bind(&program);
    drop(program);
    let clone = bound.clone();
    let shown = format!("{bound:?}");
    assert!(shown.contains("([(0, 5), (2, 0), (4, 3)])"), "{shown}");
    drop(bound);
    assert_eq!(clone.call(7), (7 * 5) ^ 3);
    assert!(specialize::settle(crate::support::processes::PATIENCE));
    assert_eq!((clone.tier(), clone.call(7)), (Tier::Runtime, (7 * 5) ^ 3));
}

#[test]
fn what_is_returned_may_borrow_from_the_other_parameters() {
    private_store();
    let bound = tokens::prepare(b" ,").expect("a variant");
    let text = "one two,three".to_owned();
    assert_eq!((bound.call(&text), tokens(&text, b" ,")), (vec!["one", "two", "three"], vec!["one", "two", "three"]));
}

#[test]
fn empty_slices_and_strings_are_values() {
    private_store();
    let (nothing, blank) = (run::prepare(&[]).expect("a variant"), matches::prepare("").expect("a variant"));
    assert_eq!((nothing.tier(), nothing.call(9), run(8, &[])), (Tier::Runtime, 9, 8));
    assert_eq!((blank.tier(), blank.call(""), blank.call("a"), matches("", "")), (Tier::Runtime, true, false, true));
    let wide = address::prepare(&[]).expect("a variant");
    assert_eq!((wide.tier(), wide.call(0)), (Tier::Runtime, (0, 0)));
}

#[test]
fn slices_of_what_has_no_size_are_told_apart_by_their_length() {
    private_store();
    for length in [0, 1, 5] {
        let units = vec![(); length];
        let bound = count::prepare(&units).expect("a variant");
        assert_eq!((bound.tier(), bound.call(1), count(2, &units)), (Tier::Runtime, 1 + length, 2 + length));
    }
}

#[test]
fn elements_are_aligned() {
    private_store();
    let bound = address::prepare(&[1, 2, u128::MAX]).expect("a variant");
    assert_eq!((bound.tier(), bound.call(0)), (Tier::Runtime, (0, 2)));
}

#[test]
fn a_row_of_floats_adds_up_in_order() {
    private_store();
    let weights: Vec<f32> = (0..768).map(|index| 1.0 / (index + 1) as f32).collect();
    let x: Vec<f32> = (0..768).map(|index| (index * 7 % 31) as f32 - 15.0).collect();
    let bound = dot::prepare(&weights).expect("a variant");
    assert_eq!(bound.tier(), Tier::Runtime);
    assert_eq!(bound.call(&x).to_bits(), dot::generic(&x, &weights).to_bits());
}
