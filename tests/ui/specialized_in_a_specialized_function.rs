//! A function with the attribute in the body of another.

use specialize::specialize;

#[specialize(n)]
fn outer(x: u32, n: u32) -> u32 {
    #[specialize(n)]
    fn inner(x: u32, n: u32) -> u32 {
        x + n
    }
    inner(x, n)
}

fn main() {}
