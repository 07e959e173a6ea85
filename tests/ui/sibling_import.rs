//! An import beside the function.

use specialize::specialize;
use std::collections::HashMap;
use std::mem;

#[specialize(n)]
fn in_the_body(n: u32) -> u32 {
    let mut map = HashMap::new();
    map.insert(n, n);
    mem::take(&mut map).len() as u32
}

#[specialize(n)]
fn in_the_signature(map: &HashMap<u32, u32>, n: u32) -> u32 {
    map[&n]
}

fn main() {}
