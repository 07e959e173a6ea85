//! The forms of the attribute.

use specialize::specialize;

const THREE: u32 = 3;

mod sizes {
    pub const FIVE: u32 = THREE_AND_TWO;
    const THREE_AND_TWO: u32 = 5;
}

#[specialize(n)]
fn runtime_only(x: u64, n: u32) -> u64 {
    x + u64::from(n)
}

#[specialize(n in [2, THREE, 8, sizes::FIVE, 1 << 4])]
fn listed(x: u64, n: u32) -> u64 {
    x * u64::from(n)
}

#[specialize(n in -2..=2)]
fn range(x: i64, n: i8) -> i64 {
    x + i64::from(n)
}

#[specialize(letter in 'a'..'d',)]
fn letters(letter: char) -> String {
    letter.to_string()
}

#[specialize(cols in [2, 4], rows in [1, 3])]
fn every_combination(rows: usize, scale: u8, cols: usize) -> usize {
    rows * 100 + cols * 10 + usize::from(scale)
}

#[specialize((cols, rows) in [(2, 1), (THREE as usize, 3)], flip in [true, false], hot = 100 * 10)]
fn these_combinations(rows: usize, scale: u8, cols: usize, flip: bool) -> usize {
    if flip { rows * 100 + cols * 10 + usize::from(scale) } else { 0 }
}

#[specialize(n in 0..=2000, limit = 2_001, module = many)]
fn raised(n: u16) -> u32 {
    u32::from(n) + 1
}

#[specialize(big in [340_282_366_920_938_463_463_374_607_431_768_211_455], small in [-170141183460469231731687303715884105728i128, -1])]
fn wide(big: u128, small: i128) -> bool {
    big.wrapping_add_signed(small) > 5
}

#[specialize(n in [b'a', b'\n', 0x62, 0o1], crate = specialize)]
fn bytes(n: core::primitive::u8) -> u8 {
    n
}

#[specialize(a, b, c, d, e, f, g, h, i, j, k, l, m, n)]
#[allow(clippy::too_many_arguments, clippy::many_single_char_names)]
fn many_parameters(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8, m: u8, n: u8) -> u32 {
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n].into_iter().map(u32::from).sum()
}

fn main() {
    specialize::Config::default().mode(specialize::Mode::BuildTime).install().expect("nothing was called yet");
    assert_eq!(runtime_only(1, 2), 3);
    assert_eq!(runtime_only::at::<7>(1), 8);
    assert_eq!(runtime_only::generic(1, 2), 3);
    for n in 0..20 {
        assert_eq!(listed(7, n), 7 * u64::from(n));
        assert_eq!(listed::bind(n).call(7), 7 * u64::from(n));
    }
    for n in -4..4 {
        assert_eq!(range(10, n), 10 + i64::from(n));
    }
    assert_eq!(range::at::<-1>(10), 9);
    assert_eq!(letters('b') + &letters('z') + &letters::at::<'c'>(), "bzc");
    for (rows, cols) in [(1, 2), (1, 4), (3, 2), (3, 4), (2, 1), (4, 4)] {
        assert_eq!(every_combination(rows, 5, cols), rows * 100 + cols * 10 + 5);
        assert_eq!(every_combination::bind(rows, cols).call(5), rows * 100 + cols * 10 + 5);
        assert_eq!(these_combinations(rows, 5, cols, true), rows * 100 + cols * 10 + 5);
        assert_eq!(these_combinations(rows, 5, cols, false), 0);
    }
    assert_eq!(every_combination::at::<1, 2>(5), 125);
    assert_eq!((raised(2000), raised(2001), many::at::<3>()), (2001, 2002, 4));
    assert!(wide(u128::MAX, -1) && wide(u128::MAX, i128::MIN));
    assert_eq!((bytes(b'a'), bytes::at::<9>()), (97, 9));
    assert_eq!(many_parameters(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14), 105);
    assert_eq!(many_parameters::bind(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14).call(), 105);
}
