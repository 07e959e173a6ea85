//! A range whose bounds are unknown.

use specialize::specialize;

const MANY: u32 = 8;

#[specialize(n in 1..=MANY)]
fn constant(n: u32) -> u32 {
    n
}

#[specialize(n in 1..)]
fn open(n: u32) -> u32 {
    n
}

#[specialize((a, b) in 1..=2)]
fn tuple(a: u32, b: u32) -> u32 {
    a + b
}

#[specialize(n in MANY)]
fn no_list(n: u32) -> u32 {
    n
}

fn main() {}
