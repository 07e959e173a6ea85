//! Ranges of values that cannot be counted.

use specialize::specialize;

#[specialize(x in 0.0..1.0)]
fn float(x: f64) -> f64 {
    x
}

#[specialize(word in "a"..="z")]
fn text(word: &str) -> usize {
    word.len()
}

fn main() {}
