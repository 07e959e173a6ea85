//! Integers of every type, truth values, characters and floats.

use proptest::prelude::*;
use specialize::specialize;

use crate::same_in_every_tier;

#[specialize(n in [2, 3, 8])]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

macro_rules! integers {
    ($($kernel:ident: $integer:ty, $listed:literal;)*) => { $(
        #[specialize(n in [$listed])]
        fn $kernel(x: $integer, n: $integer) -> ($integer, [Option<$integer>; 4], ($integer, bool), u32, std::cmp::Ordering, f64, String) {
            let mut mixed = x.rotate_left(n.count_ones() % 7);
            for bit in 0..n.leading_zeros() % 11 {
                mixed = mixed.wrapping_mul(n).wrapping_add(x >> (bit % 8)) ^ n.swap_bytes();
            }
            let checked = [x.checked_div(n), x.checked_rem_euclid(n), n.checked_mul(x), x.checked_pow(n as u32 % 5)];
            (mixed, checked, x.overflowing_sub(n), n.trailing_ones(), x.cmp(&n), x as f64 / n as f64, format!("{n:>5}/{x:#b}"))
        }
    )* };
}

integers! {
    of_u8: u8, 3;
    of_u16: u16, 0x8001;
    of_u32: u32, 10;
    of_u64: u64, 0xffff_ffff_ffff_ffff;
    of_u128: u128, 0x1_0000_0000_0000_0000;
    of_usize: usize, 7;
    of_i8: i8, -128;
    of_i16: i16, -3;
    of_i32: i32, 1;
    of_i64: i64, -1;
    of_i128: i128, -170141183460469231731687303715884105728;
    of_isize: isize, 0;
}

/// Divides by a constant, which compilers do by multiplying, and by 128 bits, which they leave to a library.
#[specialize(n in [10, 0xffff_ffff_ffff_ffff_ffff])]
fn wide_division(x: u128, y: i128, n: u128) -> (u128, u128, i128, i128, Option<u128>) {
    (x / n, x % n, y / n as i128, y % n as i128, n.checked_rem(x))
}

#[specialize(wide in [true])]
fn choose(x: u32, wide: bool) -> (u64, bool, &'static str) {
    let product = if wide { u64::from(x) * u64::from(x) } else { u64::from(x.wrapping_mul(x)) };
    (product, !wide ^ (x & 1 == 0), if wide { "wide" } else { "narrow" })
}

#[specialize(by in 'a'..='c')]
fn characters(x: char, by: char) -> (Option<char>, [bool; 4], usize, String, Option<u32>) {
    let kinds = [x.is_alphabetic(), by.is_uppercase(), x.is_numeric(), by == x];
    let text: String = x.to_uppercase().chain(by.to_lowercase()).chain(by.escape_debug()).collect();
    (char::from_u32(x as u32 ^ by as u32), kinds, by.len_utf8() + x.len_utf16(), text, by.to_digit(16))
}

/// What the standard of floats leaves no choice in.
#[specialize(degree in [4])]
fn polynomial(x: f64, y: f32, degree: u32) -> (f64, f32, [f64; 5], [i64; 2], bool) {
    let (mut sum, mut narrow) = (1.0, y);
    for power in 1..=degree {
        sum = sum * x + 1.0 / f64::from(power);
        narrow = narrow * y - (power as f32).sqrt();
    }
    let rounded = [x.floor(), x.round_ties_even(), x.trunc(), x.abs().sqrt(), x.mul_add(sum, x) % f64::from(degree + 1)];
    (sum, narrow, rounded, [x as i64, i64::from(y as u8)], x < f64::from(y))
}

#[specialize(bits in [0x3ff0_0000_0000_0000])]
fn by_bits(x: f64, bits: u64) -> (std::cmp::Ordering, Option<std::cmp::Ordering>, bool, f64, f32, std::num::FpCategory) {
    let y = f64::from_bits(bits);
    (x.total_cmp(&y), x.partial_cmp(&y), x.copysign(y) == y, y / x, y as f32 - x as f32, (x * y).classify())
}

/// What every platform's libm computes in its own way: only nearly the same in every tier.
#[specialize(n in [3])]
fn waves(x: f64, n: i32) -> [f64; 6] {
    let scaled = x * f64::from(n);
    [scaled.sin(), scaled.cos().atan2(x), (x / 100.0).powi(n), x.abs().powf(f64::from(n).recip()), (-x.abs()).exp(), scaled.cbrt()]
}

fn any_f64() -> impl Strategy<Value = f64> {
    prop_oneof![any::<u64>().prop_map(f64::from_bits), -1e6..1e6, Just(-0.0), Just(1.0), Just(f64::NAN), Just(f64::MIN_POSITIVE)]
}

same_in_every_tier! {
    power(x) with (x in any::<u64>()) for listed [2, 3, 8], others [0, 1, 13, 64];
    of_u8(x) with (x in any::<u8>()) for listed [3], others [0, 255];
    of_u16(x) with (x in any::<u16>()) for listed [0x8001], others [1];
    of_u32(x) with (x in any::<u32>()) for listed [10], others [0xffff_ffff];
    of_u64(x) with (x in any::<u64>()) for listed [0xffff_ffff_ffff_ffff], others [0x1_0000_0001];
    of_u128(x) with (x in any::<u128>()) for listed [0x1_0000_0000_0000_0000], others [1, 0x1_0000_0000_0000_0001];
    of_usize(x) with (x in any::<usize>()) for listed [7], others [0x8000_0000_0000_0000];
    of_i8(x) with (x in any::<i8>()) for listed [(-128)], others [(-1), 127];
    of_i16(x) with (x in any::<i16>()) for listed [(-3)], others [300];
    of_i32(x) with (x in any::<i32>()) for listed [1], others [(-2_147_483_648)];
    of_i64(x) with (x in any::<i64>()) for listed [(-1)], others [(-9_223_372_036_854_775_808)];
    of_i128(x) with (x in any::<i128>()) for listed [(-170141183460469231731687303715884105728)], others [(-1), 0];
    of_isize(x) with (x in any::<isize>()) for listed [0], others [(-7)];
    wide_division(x, y) with (x in any::<u128>(), y in any::<i128>())
        for listed [10, 0xffff_ffff_ffff_ffff_ffff], others [3, 0x1_0000_0000_0000_0000_0001];
    choose(x) with (x in any::<u32>()) for listed [true], others [false];
    characters(x) with (x in any::<char>()) for listed ['a', 'b', 'c'], others ['\0', '\'', 'Ä', '\u{1f600}', '\u{10ffff}'];
    polynomial(x, y) with (x in any_f64(), y in any::<f32>()) for listed [4], others [0, 9];
    by_bits(x) with (x in any_f64())
        for listed [0x3ff0_0000_0000_0000], others [0x8000_0000_0000_0000, 0x7ff0_0000_0000_0000, 0x7ff8_0000_0000_0000, 1];
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn functions_of_unspecified_precision_are_nearly_the_same(x in -1e3..1e3) {
        crate::support::private_store();
        for n in [3, 5, -2] {
            let expected = waves::generic(x, n);
            for (tier, found) in [("bound", waves::prepare(n)?.call(x)), ("dispatched", waves(x, n))] {
                for (index, (found, expected)) in found.into_iter().zip(expected).enumerate() {
                    prop_assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{tier}, {index}: {found} is not {expected}");
                }
            }
        }
    }
}
