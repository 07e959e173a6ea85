//! A method of a trait beside the function.

use specialize::specialize;

trait Twice {
    fn twice(self) -> u32;
}

impl Twice for u32 {
    fn twice(self) -> u32 {
        self * 2
    }
}

#[specialize(n)]
fn method(n: u32) -> u32 {
    n.twice()
}

fn main() {}
