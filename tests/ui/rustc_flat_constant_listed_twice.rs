//! A value of a type that only rustc can compare is listed twice.

use specialize::specialize;

const WORD: &str = "ab";

#[specialize(word in ["ab", "c", WORD], x in [0.0, -0.0, 0.0])]
fn twice(word: &str, x: f32) -> f32 {
    word.len() as f32 + x
}

#[specialize(steps in [&[1, 2], &[1], &[0b1, 0b10]])]
fn steps(steps: &[u8]) -> usize {
    steps.len()
}

fn main() {}
