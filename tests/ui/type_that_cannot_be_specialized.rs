//! The type of a parameter is seen not to be flat.

use specialize::specialize;

#[specialize(a, b, c, d, e)]
fn owners(a: Vec<u8>, b: String, c: Option<u32>, d: Box<[u8]>, e: std::collections::HashMap<u8, u8>) -> usize {
    a.len() + b.len() + d.len() + e.len() + usize::from(c.is_some())
}

#[specialize(a, b, c, d, e)]
fn inside(a: &[Vec<u8>], b: (u8, &u8), c: [*const u8; 2], d: fn(u8) -> u8, e: &[&str]) -> usize {
    let _ = (b, c);
    a.len() + e.len() + usize::from(d(1))
}

#[specialize(a, b, c)]
fn references(a: &u32, b: &mut [u8], c: &Vec<u8>) -> usize {
    *a as usize + b.len() + c.len()
}

fn main() {}
