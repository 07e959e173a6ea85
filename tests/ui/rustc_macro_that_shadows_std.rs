//! A macro of one's own under the name of one of std.

use specialize::specialize;

macro_rules! vec {
    ($x:expr) => {
        [$x; 2]
    };
}

#[specialize(n)]
fn shadowed(n: u32) -> u32 {
    vec![n][1]
}

fn main() {}
