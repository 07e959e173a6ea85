//! The type of a parameter has no values for const generics.

use specialize::specialize;

#[specialize(x, y, z)]
fn several(x: f64, y: &str, z: Option<u32>, n: u32) -> u32 {
    let _ = (x, y, z);
    n
}

#[specialize(x in [[1, 2]])]
fn array(x: [u8; 2]) -> u8 {
    x[0]
}

fn main() {}
