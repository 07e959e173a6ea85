//! A value is listed twice, but only rustc can know.

use specialize::specialize;

const TWO: u32 = 2;
const DOS: u32 = 1 + 1;

#[specialize(n in [2, TWO, 3])]
fn literal(n: u32) -> u32 {
    n
}

#[specialize((n, flag) in [(TWO, true), (DOS, false), (DOS, true)])]
fn tuples(n: u32, flag: bool) -> u32 {
    n + u32::from(flag)
}

fn main() {}
