//! Crates that every template sees, and crates that none can have.

use specialize::specialize;

#[specialize(n, crates(std, core, alloc))]
fn seen(n: u32) -> u32 {
    n
}

#[specialize(n, crates(specialize, proc_macro))]
fn never(n: u32) -> u32 {
    n
}

#[specialize(n, crates(crate, super))]
fn own(n: u32) -> u32 {
    n
}

fn main() {}
