//! Was it worth it? Calls two functions for a while and prints the report: `cargo run --release --example report`.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use specialize::{Config, specialize};

/// Raises `x` to the power `n`, wrapping.
#[specialize(n in [3])]
fn power(x: u64, n: u32) -> u64 {
    (0..n).fold(1, |product: u64, _| product.wrapping_mul(x))
}

/// The sum of the remainders: a division by a known number is a multiplication.
#[specialize(n)]
fn remainders(xs: &[u32], n: u32) -> u64 {
    xs.iter().map(|x| u64::from(x % n)).sum()
}

/// The sum itself, to which its second parameter adds little.
#[specialize(n)]
fn sum(xs: &[u32], n: u32) -> u64 {
    xs.iter().fold(u64::from(n), |sum, x| sum + u64::from(*x))
}

fn main() -> Result<(), Box<dyn Error>> {
    Config::default().sampling(true).install()?;
    let xs: Vec<u32> = (0..1_000).collect();
    let (remainders, sum) = (remainders::prepare(10)?, sum::prepare(7)?);
    power::prepare(20)?;
    let (started, mut x) = (Instant::now(), 3);
    while started.elapsed() < Duration::from_secs(3) {
        for _ in 0..1_000 {
            x = power(black_box(x), 3) ^ power(black_box(x), black_box(20));
            x ^= remainders.call(black_box(&xs)) ^ sum.call(black_box(&xs));
        }
    }
    print!("{}", specialize::report());
    Ok(())
}
