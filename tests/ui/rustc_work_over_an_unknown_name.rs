//! Work is an expression over the parameters that have names, and what the function's own scope has.

use specialize::specialize;

#[specialize(n, work = size)]
fn unknown(n: u32) -> u32 {
    n
}

#[specialize(n, work = x)]
fn in_a_pattern(n: u32, (x, y): (u32, u32)) -> u32 {
    n + x + y
}

#[specialize(n, batch(x), work = out.len())]
fn results(n: u32, x: u32) -> u32 {
    n + x
}

fn main() {}
