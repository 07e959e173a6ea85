//! Values listed at build time that const generics cannot hold, and lists for some of the parameters.

use specialize::{Tier, settle, specialize};

use crate::support::private_store;

const HALF: f64 = 1.0 / 2.0;

#[specialize(factor in [0.0, -0.0, HALF, f64::NAN])]
fn scale(x: f64, factor: f64) -> u64 {
    (x + factor).to_bits() ^ factor.to_bits()
}

#[specialize(word in ["ab", "c", ""])]
fn contains(text: &str, word: &str) -> bool {
    text.contains(word)
}

#[specialize(steps in [&[1, 2], &[3], &[]], n in [1, 2])]
fn walk(x: u64, steps: &[u64], n: u32) -> u64 {
    let mut x = x;
    for _ in 0..n {
        for step in steps {
            x = x.wrapping_mul(31).wrapping_add(*step);
        }
    }
    x
}

#[specialize((size, corner) in [([2, 3], (1, true)), ([4, 5], (2, false))])]
fn area(x: u32, size: [u32; 2], corner: (u8, bool)) -> u32 {
    x * size[0] * size[1] + u32::from(corner.0) * u32::from(corner.1)
}

/// Listed variants fix the channels, those made at run time the kernel as well.
#[specialize(kernel, channels in [1, 3, 4])]
fn blur(x: &[f32], kernel: &[f32], channels: usize) -> Vec<f32> {
    let pixels = x.len() / channels;
    let mut blurred = vec![0.0; x.len()];
    for pixel in kernel.len()..pixels {
        for channel in 0..channels {
            blurred[pixel * channels + channel] =
                kernel.iter().enumerate().map(|(back, weight)| weight * x[(pixel - back) * channels + channel]).sum();
        }
    }
    blurred
}

#[specialize(word in ["a", "b"], other)]
fn join(text: &str, word: &str, other: &str) -> String {
    format!("{text}{word}{other}")
}

/// The loop is inside, for a list of some parameters and of values that are no const generics.
#[specialize(weights, offset in [(1.0, 2.0)], batch(x))]
fn weigh(x: f32, weights: &[f32], offset: (f32, f32)) -> f32 {
    weights.iter().fold(offset.0, |sum, weight| sum * x + weight) + offset.1
}

#[test]
fn a_batch_is_the_same_with_any_values() {
    private_store();
    let (xs, weights) = ([0.0, 1.5, -2.0], [1.0, 2.0, 3.0]);
    for offset in [(1.0, 2.0), (0.0, -1.0)] {
        let expected = xs.map(|x| weigh::generic(x, &weights, offset));
        let (mut dispatched, mut bound) = ([0.0; 3], [0.0; 3]);
        weigh::map(&xs, &weights, offset, &mut dispatched);
        weigh::prepare(&weights, offset).expect("a variant").map(&xs, &mut bound);
        assert_eq!((dispatched, bound), (expected, expected));
    }
}

#[test]
fn listed_floats_are_told_apart_by_their_bits() {
    private_store();
    for factor in [0.0, -0.0, 0.5, f64::NAN] {
        let bound = scale::prepare(factor).expect("it is listed");
        assert_eq!((bound.tier(), bound.call(0.0)), (Tier::BuildTime, scale::generic(0.0, factor)));
        assert_eq!(scale(0.0, factor), scale::generic(0.0, factor));
    }
    let other = scale::prepare(f64::from_bits(f64::NAN.to_bits() | 1)).expect("a variant");
    assert_eq!(other.tier(), Tier::Runtime);
}

#[test]
fn listed_strings_and_slices_are_served_at_build_time() {
    private_store();
    for (word, found) in [("ab", true), ("c", false), ("", true)] {
        let bound = contains::prepare(word).expect("it is listed");
        assert_eq!((bound.tier(), bound.call("xaby"), contains("xaby", word)), (Tier::BuildTime, found, found));
    }
    for steps in [&[1, 2][..], &[3], &[]] {
        for n in [1, 2] {
            let bound = walk::prepare(steps, n).expect("it is listed");
            let expected = walk::generic(5, steps, n);
            assert_eq!((bound.tier(), bound.call(5), walk(5, steps, n)), (Tier::BuildTime, expected, expected));
        }
    }
    let other = walk::prepare(&[1, 2, 3], 1).expect("a variant");
    assert_eq!((other.tier(), other.call(5)), (Tier::Runtime, walk::generic(5, &[1, 2, 3], 1)));
    let shown: Vec<String> = walk::table().entries().iter().map(|entry| entry.value().to_owned()).collect();
    assert_eq!(shown[..2], ["[1, 2], 1", "[1, 2], 2"]);
}

#[test]
fn listed_combinations_of_arrays_and_tuples_are_served_at_build_time() {
    private_store();
    let bound = area::prepare([2, 3], (1, true)).expect("it is listed");
    assert_eq!((bound.tier(), bound.call(10), area(10, [2, 3], (1, true))), (Tier::BuildTime, 61, 61));
    let mixed = area::prepare([2, 3], (2, false)).expect("a variant");
    assert_eq!((mixed.tier(), mixed.call(10)), (Tier::Runtime, 60));
}

#[test]
fn a_list_for_some_parameters_serves_until_a_variant_fixes_all() {
    private_store();
    let (x, kernel): (Vec<f32>, _) = ((0..64).map(|index| index as f32).collect(), [0.25, 0.5, 0.25]);
    assert!(blur::lookup(&kernel, 3).is_none());
    assert_eq!(blur(&x, &kernel, 3), blur::generic(&x, &kernel, 3));
    let bound = blur::bind(&kernel, 3);
    assert!(matches!(bound.tier(), Tier::BuildTime | Tier::Runtime));
    assert_eq!(bound.call(&x), blur::generic(&x, &kernel, 3));
    assert!(settle(crate::support::processes::PATIENCE));
    assert_eq!((bound.tier(), bound.call(&x)), (Tier::Runtime, blur::generic(&x, &kernel, 3)));
    let prepared = blur::prepare(&kernel, 4).expect("a variant");
    assert_eq!((prepared.tier(), prepared.call(&x)), (Tier::Runtime, blur::generic(&x, &kernel, 4)));
    assert_eq!(blur(&x, &kernel, 4), blur::generic(&x, &kernel, 4));
    // The others are served as ever.
    let other = blur::prepare(&kernel, 2).expect("a variant");
    assert_eq!((other.tier(), other.call(&x)), (Tier::Runtime, blur::generic(&x, &kernel, 2)));
    let entries = blur::table().entries();
    let listed: Vec<&str> = entries.iter().filter(|entry| entry.tier() == Tier::BuildTime).map(|entry| entry.value()).collect();
    assert_eq!(listed, ["_, 1", "_, 3", "_, 4"]);
}

#[test]
fn a_list_for_some_parameters_may_be_of_any_type() {
    private_store();
    let bound = join::bind("a", "x");
    assert_eq!((bound.call("1"), join("1", "b", "y"), join("1", "c", "z")), ("1ax".to_owned(), "1by".to_owned(), "1cz".to_owned()));
    assert_eq!(join::prepare("b", "y").expect("a variant").call("1"), "1by");
}
