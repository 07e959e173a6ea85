//! A return type that borrows from what a path hides.

use specialize::specialize;

#[specialize(n)]
fn hidden(x: std::str::Chars, n: usize) -> &str {
    &x.as_str()[n..]
}

#[specialize(n)]
fn ambiguous(x: &str, y: &str, n: usize) -> &str {
    if n == 0 { x } else { y }
}

fn main() {}
