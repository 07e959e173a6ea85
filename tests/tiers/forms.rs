//! Signatures and attributes in all their forms.
#![allow(clippy::type_complexity, reason = "long types are a form, too")]

use proptest::collection::vec;
use proptest::prelude::*;
use specialize::{Tier, specialize};

use crate::same_in_every_tier;

/// Specialized on eight bytes at most, whose values are keys themselves.
#[specialize(a in [1, 2], b in [false], c in ['x'])]
fn narrow(x: u32, a: u16, b: bool, c: char) -> (u32, String) {
    (x.rotate_left(a.into()), format!("{c}{b}"))
}

/// Specialized on more, whose values are hashed.
#[specialize((a, b) in [(1, 2), (0xffff_ffff_ffff_ffff, -1)])]
fn wide(x: u64, a: u64, b: i64) -> u128 {
    u128::from(x ^ a) * u128::from(b.unsigned_abs())
}

#[specialize(a, b, c, d, e, f, g, h, i, j, k, l, m, n)]
#[allow(clippy::too_many_arguments, reason = "that is what is tested")]
fn fourteen(
    x: u64,
    a: u8,
    b: u8,
    c: i8,
    d: u16,
    e: i16,
    f: u32,
    g: i32,
    h: u64,
    i: i64,
    j: u128,
    k: usize,
    l: bool,
    m: char,
    n: u8,
) -> (u64, u128, String) {
    let sum = [u64::from(a), b.into(), d.into(), f.into(), h, k as u64, m.into(), n.into()].into_iter().fold(x, u64::wrapping_add);
    (sum, j.wrapping_mul(sum.into()), format!("{c} {e} {g} {i} {l} {m}"))
}

/// The specialized parameters stand between others, and in the attribute in another order.
#[specialize(second in [5], first in [1, 2], hot = 1 << 20, limit = 8)]
fn between(x: u32, first: u8, text: &str, second: u16, y: i64) -> String {
    format!("{x} {first} {text} {second} {y}")
}

#[specialize(n in [2])]
fn longest<'a, 'b>(x: &'a str, y: &'b str, n: usize) -> &'a str
where
    'b: 'a,
{
    if x.chars().count() * n >= y.chars().count() { x } else { y }
}

#[specialize(at in [0])]
fn place(xs: &mut [u32], at: usize) -> Option<&mut u32> {
    xs.get_mut(at)
}

#[specialize(n in [4])]
unsafe fn raw(xs: *const u32, length: usize, n: usize) -> u32 {
    // SAFETY: the caller says how many there are.
    (0..length.min(n)).fold(0, |sum: u32, index| unsafe { sum.wrapping_add(*xs.add(index)) })
}

#[specialize(n in [1])]
fn patterns(
    (a, mut b): (u32, u32),
    &[c, .., d]: &[u32; 4],
    core::ops::Range { start, .. }: core::ops::Range<u32>,
    _: &str,
    mut n: u32,
) -> u32 {
    while n > 0 {
        b = b.wrapping_add(a ^ c.rotate_left(n)) ^ start;
        n -= 1;
    }
    b.wrapping_sub(d)
}

#[specialize(r#type in [1], module = r#struct)]
fn r#match(r#fn: u32, r#type: u32) -> u32 {
    r#fn.wrapping_mul(r#type + 2)
}

#[specialize(n in [0, 1])]
fn ackermann(m: u64, n: u64) -> u64 {
    match (m, n) {
        (0, n) => n + 1,
        (m, 0) => ackermann(m - 1, 1),
        (m, n) => ackermann(m - 1, ackermann(m, n - 1)),
    }
}

#[specialize(n in [3])]
fn nothing(n: u32) {
    let _ = n.count_ones();
}

/// Its variants are kept for good: what they return points into them.
#[specialize(n in [3])]
fn returned_code(n: u32) -> (&'static str, fn(u32) -> u32, Box<dyn Fn(u32) -> u32>) {
    fn triple(x: u32) -> u32 {
        x.wrapping_mul(3)
    }
    (if n > 5 { "more" } else { "less" }, triple, Box::new(move |x| x.wrapping_add(n)))
}

/// Calls what the host hands in.
#[specialize(n in [3])]
fn called_back(action: &mut dyn FnMut(u32) -> Option<u32>, show: fn(&dyn std::fmt::Debug) -> String, n: u32) -> Vec<String> {
    (0..n).map_while(action).map(|x| show(&(x, n))).collect()
}

/// Compiled for more than the program's own processor.
#[specialize(n in [2])]
#[target_feature(enable = "avx2,fma")]
unsafe fn with_features(xs: &[f32; 16], n: usize) -> ([f32; 16], [bool; 2]) {
    let squares = std::array::from_fn(|index| xs[index].mul_add(xs[index], xs[(index * n) % 16]));
    (squares, [cfg!(target_feature = "avx2"), cfg!(target_feature = "sse3")])
}

/// Asks at run time what the processor can do; no processor has all of it.
#[specialize(n in [2])]
fn with_detection(xs: &[f32; 16], n: usize) -> (f32, [bool; 6]) {
    let wide = if std::arch::is_x86_feature_detected!("avx2") { 8 } else { 4 };
    let sum = xs.chunks(wide).map(|chunk| chunk.iter().step_by(n).sum::<f32>()).sum();
    let detected = [
        std::arch::is_x86_feature_detected!("avx2"),
        std::arch::is_x86_feature_detected!("fma"),
        std::arch::is_x86_feature_detected!("sha"),
        std::arch::is_x86_feature_detected!("avx512vbmi2"),
        std::arch::is_x86_feature_detected!("rtm"),
        std::arch::is_x86_feature_detected!("tbm"),
    ];
    (sum, detected)
}

same_in_every_tier! {
    narrow(x) with (x in any::<u32>())
        for listed [(1, false, 'x'), (2, false, 'x')], others [(1, true, 'x'), (1, false, 'y'), (513, true, '\u{10ffff}')];
    wide(x) with (x in any::<u64>())
        for listed [(1, 2), (0xffff_ffff_ffff_ffff, -1)], others [(2, 1), (1, -2), (0, 0)];
    fourteen(x) with (x in any::<u64>()) for listed [], others [
        (1, 2, -3, 4, -5, 6, -7, 8, -9, 10, 11, true, '\u{c}', 13),
        (255, 0, -128, 65535, -32768, 0xffff_ffff, -1, 0xffff_ffff_ffff_ffff, 0, 0xffff_ffff_ffff_ffff_ffff, 0, false, '\0', 0)
    ];
    longest(&x, &y) with (x in ".{0,9}", y in ".{0,9}") for listed [2], others [1];
    place(&mut xs) with (xs in vec(any::<u32>(), 0..5)) for listed [0], others [3];
    raw(xs.as_ptr(), xs.len()) with (xs in vec(any::<u32>(), 0..9)) for listed [4], others [0, 100];
    patterns(pair, &four, range, "") with (
        pair in any::<(u32, u32)>(), four in any::<[u32; 4]>(), range in (any::<u32>(), any::<u32>()).prop_map(|(from, to)| from..to)
    ) for listed [1], others [0, 5];
    ackermann(m) with (m in 0u64..3) for listed [0, 1], others [3, 9];
    nothing() with () for listed [3], others [4];
}

#[test]
fn target_features_are_those_of_the_function_in_every_tier() {
    if !std::arch::is_x86_feature_detected!("avx2") || !std::arch::is_x86_feature_detected!("fma") {
        return crate::support::skipped("the processor has no AVX2");
    }
    crate::support::private_store();
    let xs = std::array::from_fn(|index| 1.0 / (index as f32 + 3.0));
    for n in [2, 5] {
        // SAFETY: the processor has the features.
        let expected = unsafe { with_features::generic(&xs, n) };
        let bound = with_features::prepare(n).expect("a variant");
        // SAFETY: as above.
        assert_eq!(unsafe { bound.call(&xs) }, expected, "{n}");
        // SAFETY: as above.
        assert_eq!(unsafe { with_features(&xs, n) }, expected, "{n}, dispatched");
    }
}

#[test]
fn the_processor_is_the_same_in_every_tier() {
    crate::support::private_store();
    let xs = std::array::from_fn(|index| index as f32 * 0.25);
    for (n, tier) in [(2, Tier::BuildTime), (5, Tier::Runtime)] {
        let expected = with_detection::generic(&xs, n);
        assert_eq!(expected.1[0], std::arch::is_x86_feature_detected!("avx2"));
        let bound = with_detection::prepare(n).expect("a variant");
        assert_eq!(bound.tier(), tier);
        assert_eq!(bound.call(&xs), expected);
        assert_eq!(with_detection(&xs, n), expected);
    }
}

#[test]
fn specialized_parameters_may_stand_between_others() {
    crate::support::private_store();
    for (first, second, tier) in [(1, 5, Tier::BuildTime), (2, 5, Tier::BuildTime), (5, 1, Tier::Runtime), (1, 2, Tier::Runtime)] {
        let bound = between::prepare(first, second).expect("a variant");
        assert_eq!(bound.tier(), tier, "{first}, {second}");
        let expected = between::generic(7, first, "text", second, -7);
        assert_eq!(expected, format!("7 {first} text {second} -7"));
        assert_eq!(bound.call(7, "text", -7), expected);
        assert_eq!(between(7, first, "text", second, -7), expected);
    }
    assert_eq!(between::at::<9, 8>(7, "text", -7), between::generic(7, 9, "text", 8, -7));
}

#[test]
fn names_may_be_raw_and_the_module_may_have_another_name() {
    crate::support::private_store();
    for n in [1, 6] {
        let bound = r#struct::prepare(n).expect("a variant");
        assert_eq!(bound.tier(), if n == 1 { Tier::BuildTime } else { Tier::Runtime });
        assert_eq!(bound.call(5), r#struct::generic(5, n));
        assert_eq!(r#match(5, n), 5 * (n + 2));
    }
    assert_eq!(r#struct::at::<6>(5), 40);
}

#[test]
fn code_that_a_variant_returns_or_is_given_works_in_every_tier() {
    crate::support::private_store();
    for n in [3, 9] {
        let expected = if n > 5 { "more" } else { "less" };
        for (text, function, closure) in [returned_code::generic(n), returned_code::prepare(n).expect("a variant").call(), returned_code(n)]
        {
            assert_eq!((text, function(7), closure(7)), (expected, 21, 7 + n));
        }
        let run = |call: &dyn Fn(&mut dyn FnMut(u32) -> Option<u32>, fn(&dyn std::fmt::Debug) -> String) -> Vec<String>| {
            let mut seen = Vec::new();
            let shown = call(
                &mut |x| {
                    seen.push(x);
                    (x < 5).then_some(x * 2)
                },
                |value| format!("{value:?}"),
            );
            (seen, shown)
        };
        let bound = called_back::prepare(n).expect("a variant");
        let expected = run(&|action, show| called_back::generic(action, show, n));
        assert_eq!(expected.1.last(), Some(&format!("({}, {n})", 2 * (n.min(5) - 1))));
        assert_eq!(run(&|action, show| bound.call(action, show)), expected);
        assert_eq!(run(&|action, show| called_back(action, show, n)), expected);
    }
}
