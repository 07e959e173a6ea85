//! A listed value is none of the parameter's type.

use specialize::specialize;

#[specialize(n in [255, 256, -1, 1.5, 'a', "b", true, 2u16, b'c', 0x1_00])]
fn byte(n: u8) -> u8 {
    n
}

#[specialize(n in [127, -128, 128, -129])]
fn signed(n: i8) -> i8 {
    n
}

#[specialize(n in 250..=256)]
fn range(n: u8) -> u8 {
    n
}

#[specialize(flag in [0], letter in ["a"])]
fn others(flag: bool, letter: char) -> (bool, char) {
    (flag, letter)
}

#[specialize(n in [340282366920938463463374607431768211456])]
fn huge(n: u128) -> u128 {
    n
}

fn main() {}
