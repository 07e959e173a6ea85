//! A type that contains itself.

use specialize::Value;

#[derive(Value)]
#[repr(u8)]
enum Tree {
    Leaf(u8),
    Both([Tree; 2]),
}

fn main() {}
