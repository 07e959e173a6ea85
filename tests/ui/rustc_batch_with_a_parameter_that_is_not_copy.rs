//! Every call of a batch gets a copy of every parameter.

use specialize::specialize;

#[specialize(n in [1], batch(x))]
fn other(n: u32, x: u32, list: Vec<u32>) -> u32 {
    list[0] + n + x
}

#[specialize(n, batch(text))]
fn element(n: usize, text: String) -> usize {
    text.len() + n
}

fn main() {}
