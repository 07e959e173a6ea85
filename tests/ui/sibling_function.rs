//! A function beside the specialized one.

use specialize::specialize;

fn helper(x: u32) -> u32 {
    x
}

#[specialize(n)]
fn calls(n: u32) -> u32 {
    helper(n) + helper(1)
}

fn main() {}
