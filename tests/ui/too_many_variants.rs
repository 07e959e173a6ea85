//! More variants than the limit.

use specialize::specialize;

#[specialize(n in 0..=1024)]
fn range(n: u32) -> u32 {
    n
}

#[specialize(n in 0..=0xffff_ffff_ffff_ffff)]
fn huge(n: u64) -> u64 {
    n
}

#[specialize(rows in 1..=40, cols in 1..=40)]
fn product(rows: u32, cols: u32) -> u32 {
    rows + cols
}

#[specialize(n in [1, 2, 3], limit = 2)]
fn own_limit(n: u32) -> u32 {
    n
}

#[specialize(n, limit = many)]
fn no_limit(n: u32) -> u32 {
    n
}

fn main() {}
