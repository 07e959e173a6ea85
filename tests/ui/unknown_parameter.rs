//! A name that is no parameter.

use specialize::specialize;

#[specialize(m)]
fn one(n: u32) -> u32 {
    n
}

#[specialize(x, exponent in [2, 3])]
fn several(x: u64, n: u32, (a, _b): (u64, u64)) -> u64 {
    x + u64::from(n) + a
}

#[specialize(x)]
fn none() {}

#[specialize(hot)]
fn option_without_value(n: u32) -> u32 {
    n
}

fn main() {}
