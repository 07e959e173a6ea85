//! `hot` is a number of calls.

use specialize::specialize;

#[specialize(n, hot = "often")]
fn text(n: u32) -> u32 {
    n
}

fn main() {}
