//! Every call of a batch gets the same parameters.

use specialize::specialize;

#[specialize(n, batch(x))]
fn other(n: u32, x: u32, sum: &mut u32) -> u32 {
    *sum += n;
    x
}

#[specialize(n, batch(x))]
fn element(n: u32, x: &mut u32) -> u32 {
    *x + n
}

fn main() {}
