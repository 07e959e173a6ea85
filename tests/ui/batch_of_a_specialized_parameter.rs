//! What is specialized is the same in a whole batch.

use specialize::specialize;

#[specialize(n, batch(n))]
fn specialized(n: u32, x: u32) -> u32 {
    n + x
}

fn main() {}
