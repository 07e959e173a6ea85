//! A constant and a static beside the function.

use specialize::specialize;

const LIMIT: u32 = 5;
static COUNT: u32 = 5;

#[specialize(n in [LIMIT])]
fn reads(n: u32) -> u32 {
    n.min(LIMIT) + COUNT
}

fn outer() -> u32 {
    const INNER: u32 = 3;

    #[specialize(n in [INNER])]
    fn nested(n: u32) -> u32 {
        n + INNER
    }

    nested(3)
}

fn main() {}
