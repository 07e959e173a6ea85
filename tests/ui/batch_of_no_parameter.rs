//! What `batch` names is no parameter with a name.

use specialize::specialize;

#[specialize(n, batch(y))]
fn unknown(n: u32, x: u32) -> u32 {
    n + x
}

#[specialize(n, batch(x))]
fn in_a_pattern(n: u32, (x, y): (u32, u32)) -> u32 {
    n + x + y
}

fn main() {}
