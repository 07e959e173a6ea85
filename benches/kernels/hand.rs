//! A crate of its own, which the bench compiles for the processor it runs on: every kernel as one would write it for one value.

mod by_hand;
#[allow(dead_code, reason = "a part of what is shared with the bench")]
mod constants;

use by_hand::{ByHand, Columns};
use constants::{ROWS, coefficients};

#[unsafe(no_mangle)]
static BY_HAND: ByHand = ByHand {
    convolve: [convolve::<3>, convolve::<9>, convolve::<16>],
    polynomial: [polynomial::<4>, polynomial::<8>, polynomial::<16>],
    dot: [dot::<16>, dot::<96>, dot::<768>],
    multiply: [
        multiply::<4>,
        multiply::<5>,
        multiply::<6>,
        multiply::<7>,
        multiply::<8>,
        multiply::<9>,
        multiply::<10>,
        multiply::<11>,
        multiply::<12>,
        multiply::<13>,
        multiply::<14>,
        multiply::<15>,
        multiply::<16>,
    ],
    unpack: [
        unpack::<1>,
        unpack::<2>,
        unpack::<3>,
        unpack::<4>,
        unpack::<5>,
        unpack::<6>,
        unpack::<7>,
        unpack::<8>,
        unpack::<9>,
        unpack::<10>,
        unpack::<11>,
        unpack::<12>,
        unpack::<13>,
        unpack::<14>,
        unpack::<15>,
        unpack::<16>,
        unpack::<17>,
        unpack::<18>,
        unpack::<19>,
        unpack::<20>,
        unpack::<21>,
        unpack::<22>,
        unpack::<23>,
        unpack::<24>,
        unpack::<25>,
        unpack::<26>,
        unpack::<27>,
        unpack::<28>,
        unpack::<29>,
        unpack::<30>,
        unpack::<31>,
        unpack::<32>,
    ],
    divide: [divide::<7>, divide::<10>, divide::<641>],
    remain: [remain::<7>, remain::<10>, remain::<641>],
    divide_long: [divide_long::<7>, divide_long::<10>, divide_long::<641>],
    remain_long: [remain_long::<7>, remain_long::<10>, remain_long::<641>],
    filter: [
        filter::<1>,
        filter::<2>,
        filter::<3>,
        filter::<4>,
        filter::<5>,
        filter::<6>,
        filter::<7>,
        filter::<8>,
        filter::<9>,
        filter::<10>,
        filter::<11>,
        filter::<12>,
    ],
    tokenize: [tokenize_fields, tokenize_lines, tokenize_source],
    matches: [matches_suffix, matches_both_ends, matches_segments],
    run,
};

fn convolve<const N: usize>(input: &[f32], output: &mut [f32]) {
    let kernel = const { coefficients::<N>() };
    for (output, window) in output.iter_mut().zip(input.array_windows::<N>()) {
        *output = window.iter().zip(&kernel).map(|(x, factor)| x * factor).sum();
    }
}

fn polynomial<const N: usize>(input: &[f32], output: &mut [f32]) {
    let coefficients = const { coefficients::<N>() };
    for (output, x) in output.iter_mut().zip(input) {
        *output = coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient);
    }
}

fn dot<const N: usize>(vector: &[f32]) -> f32 {
    let weights: &[f32; N] = const { &coefficients::<N>() };
    let vector: &[f32; N] = vector.try_into().expect("the dimension");
    let mut lanes = [0.0f32; 16];
    for (vector, weights) in vector.as_chunks::<16>().0.iter().zip(weights.as_chunks::<16>().0) {
        for lane in 0..16 {
            lanes[lane] += vector[lane] * weights[lane];
        }
    }
    lanes.iter().sum()
}

fn multiply<const N: usize>(left: &[f32], right: &[f32], product: &mut [f32]) {
    let left: &[[f32; N]; N] = left.as_chunks().0.try_into().expect("the rows");
    let right: &[[f32; N]; N] = right.as_chunks().0.try_into().expect("the rows");
    let product: &mut [[f32; N]; N] = product.as_chunks_mut().0.try_into().expect("the rows");
    for (left, product) in left.iter().zip(product) {
        let mut sums = [0.0; N];
        for (factor, right) in left.iter().zip(right) {
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum += factor * right;
            }
        }
        *product = sums;
    }
}

fn unpack<const WIDTH: usize>(packed: &[u32], values: &mut [u32]) {
    let mask = u32::MAX >> (32 - WIDTH);
    for (packed, values) in packed.chunks_exact(8 * WIDTH).zip(values.as_chunks_mut::<256>().0) {
        let packed: &[[u32; 8]; WIDTH] = packed.as_chunks().0.try_into().expect("the words of a block");
        let values: &mut [[u32; 8]; 32] = values.as_chunks_mut().0.try_into().expect("the rows of a block");
        macro_rules! rows {
            ($lane:ident: $($row:literal)*) => { $(
                let (word, shift) = const { ($row * WIDTH / 32, $row * WIDTH % 32) };
                let low = packed[word][$lane] >> shift;
                let high = if shift + WIDTH > 32 { packed[word + 1][$lane] << (32 - shift) } else { 0 };
                values[$row][$lane] = (low | high) & mask;
            )* };
        }
        for lane in 0..8 {
            rows!(lane: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
        }
    }
}

fn divide<const DIVISOR: u32>(column: &[u32], quotients: &mut [u32]) {
    quotients.iter_mut().zip(column).for_each(|(quotient, x)| *quotient = x / DIVISOR);
}

fn remain<const DIVISOR: u32>(column: &[u32], remainders: &mut [u32]) {
    remainders.iter_mut().zip(column).for_each(|(remainder, x)| *remainder = x % DIVISOR);
}

fn divide_long<const DIVISOR: u64>(column: &[u64], quotients: &mut [u64]) {
    quotients.iter_mut().zip(column).for_each(|(quotient, x)| *quotient = x / DIVISOR);
}

fn remain_long<const DIVISOR: u64>(column: &[u64], remainders: &mut [u64]) {
    remainders.iter_mut().zip(column).for_each(|(remainder, x)| *remainder = x % DIVISOR);
}

/// The first `N` comparisons.
fn filter<const N: usize>(columns: &Columns, kept: &mut [u8]) {
    let kept: &mut [u8; ROWS] = kept.try_into().expect("a byte for each row");
    let [a, b, c, d] = columns;
    for row in 0..ROWS {
        let (a, b, c, d) = (a[row], b[row], c[row], d[row]);
        let keep = (a < 900)
            & (N < 2 || b > 100)
            & (N < 3 || c != 500)
            & (N < 4 || d < 800)
            & (N < 5 || a > 50)
            & (N < 6 || b != 333)
            & (N < 7 || c < 950)
            & (N < 8 || d > 20)
            & (N < 9 || a != 77)
            & (N < 10 || b < 990)
            & (N < 11 || c > 5)
            & (N < 12 || d != 42);
        kept[row] = u8::from(keep);
    }
}

fn tokenize_fields(text: &[u8], starts: &mut [u32]) -> usize {
    tokenize(text, starts, |byte| byte == b',')
}

fn tokenize_lines(text: &[u8], starts: &mut [u32]) -> usize {
    tokenize(text, starts, |byte| matches!(byte, b' ' | b',' | b'\n'))
}

fn tokenize_source(text: &[u8], starts: &mut [u32]) -> usize {
    tokenize(text, starts, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b',' | b';' | b':' | b'(' | b')'))
}

#[inline(always)]
fn tokenize(text: &[u8], starts: &mut [u32], is_delimiter: impl Fn(u8) -> bool) -> usize {
    let mut count = 0;
    for (index, byte) in text.iter().enumerate() {
        if is_delimiter(*byte) {
            starts[count] = index as u32 + 1;
            count += 1;
        }
    }
    count
}

fn matches_suffix(text: &str) -> bool {
    text.as_bytes().ends_with(b".rs")
}

fn matches_both_ends(text: &str) -> bool {
    let text = text.as_bytes();
    text.len() >= 7 && text.starts_with(b"src/") && text.ends_with(b".rs")
}

fn matches_segments(text: &str) -> bool {
    let Some(text) = text.as_bytes().strip_prefix(b"src/") else { return false };
    let Some(found) = text.windows(9).position(|window| window == b"/compile/") else { return false };
    matches!(text[found + 9..], [.., b'_', _, _, b'.', b'r', b's'])
}

fn run(x: u64) -> u64 {
    let sum = term::<6>(x, term::<3>(x, x));
    let sum = term::<12>(x, term::<9>(x, sum));
    let sum = term::<18>(x, term::<15>(x, sum));
    let sum = term::<24>(x, term::<21>(x, sum));
    (sum ^ 1).rotate_left(3)
}

fn term<const FACTOR: u64>(x: u64, sum: u64) -> u64 {
    let product = x.wrapping_mul(FACTOR).rotate_left(FACTOR as u32 % 7);
    sum.wrapping_add(product ^ (0x5bd1 * FACTOR))
}
