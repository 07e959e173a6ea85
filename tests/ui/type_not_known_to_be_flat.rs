//! Types of std that may be flat, but are not known to be.

use specialize::specialize;

#[specialize(pause)]
fn wait(pause: std::time::Duration) -> bool {
    pause.is_zero()
}

#[specialize(numbers)]
fn sum(x: u8, numbers: &[std::num::NonZeroU8]) -> u8 {
    numbers.iter().fold(x, |sum, number| sum ^ number.get())
}

fn main() {}
