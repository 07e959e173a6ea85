//! Panics of every kind: the same message, payload and place in every tier.

use specialize::{Tier, specialize};

use crate::{Payload, outcome, overflow_checks, support, text_at};

/// How many kinds there are.
const KINDS: u8 = 40;

/// Panics in the way that `kind` says. Every kind is listed with `listed`, and is not without.
#[rustfmt::skip]
#[specialize(kind in 0..40, listed in [true])]
#[allow(clippy::all, clippy::unwrap_used, clippy::todo, reason = "each line panics in its own way")]
fn trouble(x: i32, xs: &[i32], text: &str, none: Option<i32>, kind: u8, listed: bool) -> i32 {
    let n = i32::from(kind);
    let small = x as u8;
    match kind {
        0 => xs[n as usize + 3],
        1 => xs[x as usize],
        2 => xs[xs.len() + 1..].len() as i32,
        3 => xs[..=n as usize].len() as i32,
        4 => xs[n as usize..1].len() as i32,
        5 => xs[n as usize - 3..xs.len() - 2].len() as i32,
        6 => text[n as usize - 5..].len() as i32,
        7 => i32::MAX - 6 + n,
        8 => -x - i32::MAX - n,
        9 => x * (i32::MAX / n + 1),
        10 => -(i32::MIN + x * (n - 10)),
        11 => i32::from(small + (255 - kind)),
        12 => i32::from(small << (n - 4)),
        13 => x / (n - 13),
        14 => x % (n - 14),
        15 => (i32::MIN + x * (n - 15)) / (14 - n),
        16 => (i128::MIN / i128::from(16 - n)) as i32,
        17 => none.unwrap(),
        18 => none.expect("there is a number"),
        19 => text.parse::<i32>().unwrap(),
        20 => text.parse::<f64>().expect("a float") as i32,
        21 => Ok::<i32, String>(x).unwrap_err().len() as i32,
        22 => { assert!(x < n); x }
        23 => { assert!(x < n, "{x} is not less than {n}, {text:?}"); x }
        24 => { assert_eq!(x, n); x }
        25 => { assert_eq!(xs, [n], "the list of {}", text); x }
        26 => { assert_ne!(xs.len(), n as usize - 23); x }
        27 => panic!(),
        28 => panic!("just so"),
        29 => panic!("{n} {x:>5} {}", text.to_uppercase()),
        30 => { if x > 0 { unreachable!("{x}") } x }
        31 => todo!(),
        32 => unimplemented!("kind {n}"),
        33 => { let mut to = [0; 2]; to.copy_from_slice(xs); to[0] }
        34 => { let cell = std::cell::RefCell::new(x); let held = cell.borrow_mut(); *cell.borrow() + *held }
        35 => { let mut all = xs.to_vec(); all.remove(n as usize) }
        36 => xs.chunks(n as usize - 36).count() as i32,
        37 => Vec::<u64>::with_capacity(usize::MAX - n as usize).len() as i32,
        38 => std::char::from_digit(x as u32, kind.into()).map_or(0, |digit| digit as i32),
        39 => { let list = std::collections::BTreeMap::from([(x, x)]); list[&n] }
        _ => i32::from(listed),
    }
}

/// What each kind's panic says, among others, and text at its place or behind it; none where it blames a file of std's.
const EXPECTED: [(&str, &str); KINDS as usize] = [
    ("index out of bounds: the len is 3 but the index is 3", "xs[n as usize + 3]"),
    ("index out of bounds: the len is 3 but the index is 100", "xs[x as usize]"),
    ("out of range for slice of length 3", "[xs.len() + 1..]"),
    ("out of range for slice of length 3", "[..=n as usize]"),
    ("out of range for slice of length 3", "[n as usize..1]"),
    ("starts at 2 but ends at 1", "[n as usize - 3..xs.len() - 2]"),
    ("1 is not a char boundary", "[n as usize - 5..]"),
    ("attempt to add with overflow", "i32::MAX - 6 + n"),
    ("attempt to subtract with overflow", "-x - i32::MAX"),
    ("attempt to multiply with overflow", "x * (i32::MAX / n + 1)"),
    ("attempt to negate with overflow", "-(i32::MIN + x * (n - 10))"),
    ("attempt to add with overflow", "small + (255 - kind)"),
    ("attempt to shift left with overflow", "small << (n - 4)"),
    ("attempt to divide by zero", "x / (n - 13)"),
    ("with a divisor of zero", "x % (n - 14)"),
    ("attempt to divide with overflow", "(i32::MIN + x * (n - 15)) / (14 - n)"),
    ("attempt to divide by zero", "i128::MIN / i128::from(16 - n)"),
    ("`None` value", "unwrap()"),
    ("there is a number", "expect("),
    ("`Err` value: ParseIntError", "unwrap()"),
    ("a float: ParseFloatError", "expect("),
    ("`Ok` value: 100", "unwrap_err()"),
    ("assertion failed: x < n", "assert!(x < n)"),
    ("100 is not less than 23, \"é!\"", "assert!(x < n, "),
    ("left: 100\n right: 24", "assert_eq!(x, n)"),
    ("the list of é!\n  left: [1, 2, 3]\n right: [25]", "assert_eq!(xs, "),
    ("left: 3\n right: 3", "assert_ne!(xs.len()"),
    ("explicit panic", "panic!()"),
    ("just so", "panic!(\"just so\")"),
    ("29   100 É!", "panic!(\"{n} {x:>5} {}\""),
    ("entered unreachable code: 100", "unreachable!("),
    ("not yet implemented", "todo!()"),
    ("not implemented: kind 32", "unimplemented!("),
    ("does not match destination slice length", "copy_from_slice(xs)"),
    ("already mutably borrowed", "borrow() + "),
    ("(is 35) should be < len (is 3)", "remove(n as usize)"),
    ("chunk size must be non-zero", "chunks(n as usize - 36)"),
    ("capacity overflow", ""),
    ("radix", ""),
    ("no entry found for key", "[&n]"),
];

/// The kinds that panic only where overflow is checked.
const OVERFLOWS: std::ops::RangeInclusive<u8> = 7..=12;

const X: i32 = 100;
const XS: &[i32] = &[1, 2, 3];
const TEXT: &str = "é!";

#[test]
fn every_kind_of_panic_is_the_same_in_every_tier() {
    support::private_store();
    for kind in 0..KINDS {
        let expected = outcome(|| trouble::generic(X, XS, TEXT, None, kind, false));
        for (listed, tier) in [(true, Tier::BuildTime), (false, Tier::Runtime)] {
            let bound = trouble::prepare(kind, listed).expect("a variant");
            assert_eq!(bound.tier(), tier, "kind {kind}");
            assert_eq!(outcome(|| bound.call(X, XS, TEXT, None)), expected, "kind {kind}, {tier}");
            assert_eq!(outcome(|| trouble(X, XS, TEXT, None, kind, listed)), expected, "kind {kind}, dispatched");
        }
        let (message, place) = EXPECTED[usize::from(kind)];
        match expected {
            Ok(_) => assert!(OVERFLOWS.contains(&kind) && !overflow_checks(), "kind {kind} returns"),
            Err(panic) => {
                assert!(panic.message.contains(message), "kind {kind}: {panic:?}");
                match place {
                    "" => assert!(panic.file.contains("library"), "kind {kind}: {panic:?}"),
                    place => assert!(text_at(&panic).contains(place), "kind {kind} is at {:?}", text_at(&panic)),
                }
            }
        }
    }
}

#[test]
fn variants_for_constants_panic_as_the_generic_function_does() {
    let constant = [outcome(|| trouble::at::<1, false>(X, XS, TEXT, None)), outcome(|| trouble::at::<29, false>(X, XS, TEXT, None))];
    let generic = [1, 29].map(|kind| outcome(|| trouble::generic(X, XS, TEXT, None, kind, false)));
    assert!(generic.iter().all(Result::is_err));
    assert_eq!(constant, generic);
}

#[test]
fn a_literal_message_is_the_payload_itself_and_one_with_arguments_a_string() {
    support::private_store();
    for (kind, payload) in [(28, Payload::Str), (29, Payload::String), (13, Payload::Str), (1, Payload::String)] {
        let bound = trouble::prepare(kind, false).expect("a variant");
        let panic = outcome(|| bound.call(X, XS, TEXT, None)).expect_err("it panics");
        assert_eq!(panic.payload, payload, "kind {kind}");
    }
}

#[test]
fn a_variant_that_panicked_serves_on() {
    support::private_store();
    let bound = trouble::prepare(0, false).expect("a variant");
    for _ in 0..3 {
        outcome(|| bound.call(X, XS, TEXT, None)).expect_err("the list is too short");
        assert_eq!(outcome(|| bound.call(X, &[0, 0, 0, 44], TEXT, None)), Ok(44));
    }
}
