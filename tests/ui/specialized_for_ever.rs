//! A specialized reference that claims to live for ever: a bound function lends its own copy.

use specialize::specialize;

#[specialize(word)]
fn first(word: &'static str) -> u8 {
    word.len() as u8
}

fn main() {}
