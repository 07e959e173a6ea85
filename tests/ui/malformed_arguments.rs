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

fn main() {}
