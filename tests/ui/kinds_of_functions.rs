//! Functions that are not plain ones.

use specialize::specialize;

#[specialize(n)]
async fn asynchronous(n: u32) -> u32 {
    n
}

#[specialize(n)]
const fn constant(n: u32) -> u32 {
    n
}

#[specialize(n)]
extern "C" fn foreign(n: u32) -> u32 {
    n
}

#[specialize(n)]
const unsafe extern fn all_at_once(n: u32) -> u32 {
    n
}

fn main() {}
