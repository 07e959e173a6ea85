//! Macros of other crates.

use specialize::specialize;

#[specialize(n)]
fn by_path(n: u32) -> u32 {
    tracing::debug!("n is {n}");
    ::tracing::debug!("n is {n}");
    n
}

fn main() {}
