//! A value is listed twice.

use specialize::specialize;

#[specialize(n in [2, 3, 0b10])]
fn one(n: u32) -> u32 {
    n
}

#[specialize((rows, cols) in [(1, 2), (2, 1), (1, 2)])]
fn tuples(rows: u8, cols: u8) -> u8 {
    rows + cols
}

#[specialize(n in [-1, 'a' as i32, -0x1])]
fn negative(n: i32) -> i32 {
    n
}

fn main() {}
