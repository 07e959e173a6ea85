//! `batch` takes one parameter in parentheses.

use specialize::specialize;

#[specialize(n, batch = x)]
fn assigned(n: u32, x: u32) -> u32 {
    n + x
}

#[specialize(n, batch())]
fn none(n: u32, x: u32) -> u32 {
    n + x
}

#[specialize(n, batch(x, y))]
fn two(n: u32, x: u32, y: u32) -> u32 {
    n + x + y
}

#[specialize(n, batch)]
fn bare(n: u32, x: u32) -> u32 {
    n + x
}

fn main() {}
