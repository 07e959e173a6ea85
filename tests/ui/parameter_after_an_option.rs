//! Options come after the parameters.

use specialize::specialize;

#[specialize(hot = 10, n)]
fn option(n: u32) -> u32 {
    n
}

fn main() {}
