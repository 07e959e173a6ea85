//! A range that ends before it starts.

use specialize::specialize;

#[specialize(n in 8..=2)]
fn integer(n: u32) -> u32 {
    n
}

#[specialize(n in 1..-1)]
fn signed(n: i32) -> i32 {
    n
}

#[specialize(letter in 'z'..='a')]
fn letter(letter: char) -> char {
    letter
}

fn main() {}
