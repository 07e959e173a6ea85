//! Listed values that are none of the parameter's type.

use specialize::specialize;

#[specialize(word in ["a", 'b'], weights in [&[1.0, 2.0], &[1, 2]], pair in [(1, true), (1, 2)])]
fn mixed(word: &str, weights: &[f32], pair: (u8, bool)) -> usize {
    word.len() + weights.len() + usize::from(pair.1)
}

fn main() {}
