//! Floats, arrays and tuples.

use proptest::prelude::*;
use specialize::{Tier, specialize};

use crate::support::private_store;

#[specialize(factor)]
fn scale(x: f64, factor: f64) -> u64 {
    (x * factor).to_bits() ^ factor.to_bits()
}

#[specialize(kernel)]
fn convolve(x: &[f32], kernel: [f32; 3]) -> Vec<u32> {
    x.windows(3).map(|window| window.iter().zip(kernel).map(|(x, k)| x * k).sum::<f32>().to_bits()).collect()
}

/// With padding between the fields, and a field that is itself a tuple.
#[specialize(rule, offset)]
fn apply(x: u64, rule: (u8, u32, (bool, char)), offset: (i8, u128)) -> (u64, u128, char) {
    let turned = if rule.2.0 { x.rotate_left(u32::from(rule.0)) } else { x };
    (turned.wrapping_mul(u64::from(rule.1)), offset.1.wrapping_add_signed(i128::from(offset.0)), rule.2.1)
}

#[specialize(nothing, also)]
fn sizeless(x: u32, nothing: (), also: [u64; 0]) -> (u32, usize) {
    let () = nothing;
    (x, also.len())
}

/// So many that their types are nested.
#[specialize(a, b, c, d, e, f, g, h, i, j, k, l, m)]
#[allow(clippy::too_many_arguments)]
fn many(x: f32, a: f32, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: [u8; 2], m: f32) -> f32 {
    let sum: u32 = [b, c, d, e, f, g, h, i, j, k, l[0], l[1]].iter().map(|value| u32::from(*value)).sum();
    x * a + m * sum as f32
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_float_is_the_same_in_every_tier(x in -1e9..1e9, factor in prop_oneof![-1e9..1e9, Just(-0.0), Just(0.0), Just(f64::INFINITY)]) {
        private_store();
        let bound = scale::prepare(factor)?;
        prop_assert_eq!(bound.tier(), Tier::Runtime);
        let expected = scale::generic(x, factor);
        prop_assert_eq!((bound.call(x), scale(x, factor)), (expected, expected));
    }

    #[test]
    fn an_array_is_the_same_in_every_tier(x in prop::collection::vec(-1e3f32..1e3, 0..40), kernel in prop::array::uniform3(-9f32..9.0)) {
        private_store();
        let bound = convolve::prepare(kernel)?;
        prop_assert_eq!(bound.tier(), Tier::Runtime);
        let expected = convolve::generic(&x, kernel);
        prop_assert_eq!((&bound.call(&x), &convolve(&x, kernel)), (&expected, &expected));
    }

    #[test]
    fn a_tuple_is_the_same_in_every_tier(
        x in any::<u64>(),
        rule in (any::<u8>(), any::<u32>(), (any::<bool>(), any::<char>())),
        offset in (any::<i8>(), any::<u128>()),
    ) {
        private_store();
        let bound = apply::prepare(rule, offset)?;
        prop_assert_eq!(bound.tier(), Tier::Runtime);
        let expected = apply::generic(x, rule, offset);
        prop_assert_eq!((bound.call(x), apply(x, rule, offset)), (expected, expected));
    }
}

#[test]
fn floats_are_told_apart_by_their_bits() {
    private_store();
    let payloads = [f64::NAN.to_bits(), f64::NAN.to_bits() | 1, (-f64::NAN).to_bits() | 7, (-0.0f64).to_bits(), 0];
    for bits in payloads {
        let bound = scale::prepare(f64::from_bits(bits)).expect("a variant");
        let known = scale::lookup(f64::from_bits(bits)).expect("it is ready");
        assert_eq!((bound.tier(), known.tier()), (Tier::Runtime, Tier::Runtime));
        // What is not a NaN is found in the result.
        assert_eq!(bound.call(0.0), scale::generic(0.0, f64::from_bits(bits)));
    }
    let shown: Vec<String> = scale::table().entries().iter().map(|entry| entry.value().to_owned()).collect();
    for value in ["NaN", "-0.0", "0.0"] {
        assert!(shown.iter().any(|shown| shown == value), "{value} in {shown:?}");
    }
    assert!(shown.iter().filter(|shown| *shown == "NaN").count() == 3, "{shown:?}");
}

#[test]
fn values_without_size_have_a_variant() {
    private_store();
    let bound = sizeless::prepare((), []).expect("a variant");
    assert_eq!((bound.tier(), bound.call(3), sizeless(4, (), [])), (Tier::Runtime, (3, 0), (4, 0)));
}

#[test]
fn many_values_of_several_kinds_have_a_variant() {
    private_store();
    let bound = many::prepare(1.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, [11, 12], 0.5).expect("a variant");
    let expected = many::generic(3.0, 1.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, [11, 12], 0.5);
    assert_eq!((bound.tier(), bound.call(3.0)), (Tier::Runtime, expected));
    let shown = format!("{:?}", bound.clone());
    assert!(shown.contains("(1.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, [11, 12], 0.5)"), "{shown}");
}
