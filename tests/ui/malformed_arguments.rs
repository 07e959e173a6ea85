//! The attribute does not follow its grammar; every part says so.

use specialize::specialize;

#[specialize(n in, 3, n [1], n in [1] [2], x => 3, module = 5, "n")]
fn malformed(n: u32, x: u32) -> u32 {
    n + x
}

#[specialize(n in)]
fn end(n: u32) -> u32 {
    n
}

#[specialize(n: [1, 2])]
fn colon(n: u32) -> u32 {
    n
}

#[specialize(n = 3)]
fn equals(n: u32) -> u32 {
    n
}

#[specialize(n in {1, 2}, x in [1..=3])]
fn brackets(n: u32, x: u32) -> u32 {
    n + x
}

#[specialize(n, hot(10), crate = "specialize")]
fn options(n: u32) -> u32 {
    n
}

fn main() {}
