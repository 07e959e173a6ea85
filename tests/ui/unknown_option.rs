//! An unknown option.

use specialize::specialize;

#[specialize(n, hotness = 10)]
fn assigned(n: u32) -> u32 {
    n
}

#[specialize(n, vectorise(n))]
fn called(n: u32) -> u32 {
    n
}

fn main() {}
