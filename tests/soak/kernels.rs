//! The functions that are called, and the values.

use std::time::Duration;

use specialize::specialize;

#[specialize(n)]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n % 100 {
        product = product.wrapping_mul(x);
    }
    product
}

#[specialize(n)]
fn digits(x: u64, n: u32) -> String {
    let (base, mut rest, mut digits) = (u64::from(n % 34 + 2), x, String::new());
    while rest > 0 {
        digits.insert(0, char::from_digit((rest % base) as u32, base as u32).unwrap_or('?'));
        rest /= base;
    }
    format!("{digits} in base {base}, {n}")
}

#[specialize(n)]
fn checksum(bytes: &[u8], n: u32) -> u32 {
    bytes.iter().fold(n, |sum, &byte| sum.rotate_left(n % 31) ^ u32::from(byte).wrapping_mul(n | 1))
}

#[specialize(n)]
fn polynomial(x: f64, n: u32) -> f64 {
    (0..n % 40).rev().fold(0.0, |sum, index| sum * x + f64::from(index ^ n).sqrt())
}

#[specialize(n)]
fn strides(x: u64, n: u32) -> Vec<u64> {
    (0..u64::from(n % 16)).map(|index| x.wrapping_mul(index).wrapping_add(u64::from(n))).collect()
}

/// One function, whose answers are compared as text or bits.
pub(crate) struct Kernel {
    pub(crate) generic: fn(u64, u32) -> u64,
    pub(crate) call: fn(u64, u32) -> u64,
    /// By one of the other ways.
    pub(crate) odd: fn(u64, u32) -> u64,
    pub(crate) prepare: fn(u32) -> bool,
}

macro_rules! kernels {
    ($($function:ident($x:ident => $argument:expr) -> $answer:ident => $bits:expr;)*) => { [$(Kernel {
        generic: |$x, n| { let $answer = $function::generic($argument, n); $bits },
        call: |$x, n| { let $answer = $function($argument, n); $bits },
        odd: |$x, n| {
            let bound = match $x % 4 {
                0 => Some($function::bind(n)),
                1 => $function::prepare_within(n, Duration::from_millis(1)).ok(),
                2 => $function::lookup(n),
                _ => { drop($function::request(n)); None }
            };
            let $answer = bound.map_or_else(|| $function($argument, n), |bound| bound.call($argument));
            $bits
        },
        prepare: |n| $function::prepare(n).is_ok(),
    }),*] };
}

pub(crate) const KERNELS: [Kernel; 5] = kernels! {
    power(x => x) -> answer => answer;
    digits(x => x) -> answer => sum(answer.as_bytes());
    checksum(x => &x.to_le_bytes()) -> answer => u64::from(answer);
    polynomial(x => (x % 1_000) as f64 / 999.0) -> answer => answer.to_bits();
    strides(x => x) -> answer => answer.iter().fold(answer.len() as u64, |sum, one| sum.rotate_left(5) ^ one);
};

fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, &byte| sum.rotate_left(7) ^ u64::from(byte))
}

/// Numbers that are random enough (Marsaglia, "Xorshift RNGs", 2003).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Values of which the first is twice as frequent as the second, three times as frequent as the third, and so on.
pub(crate) struct Zipf {
    /// The share of the values up to each.
    shares: Vec<f64>,
}

impl Zipf {
    pub(crate) fn new(values: u32) -> Zipf {
        let mut sum = 0.0;
        let sums: Vec<f64> = (1..=values)
            .map(|rank| {
                sum += 1.0 / f64::from(rank);
                sum
            })
            .collect();
        Zipf { shares: sums.into_iter().map(|part| part / sum).collect() }
    }

    pub(crate) fn next(&self, random: &mut Random) -> u32 {
        let share = (random.next() >> 11) as f64 / (1u64 << 53) as f64;
        self.shares.partition_point(|part| *part < share) as u32
    }
}
