//! Macros of other crates, and one of std that a template cannot carry.

use specialize::specialize;

#[specialize(n)]
fn by_path(n: u32) -> u32 {
    tracing::debug!("n is {n}");
    ::tracing::debug!("n is {n}");
    n
}

#[specialize(n)]
fn chosen(n: u32) -> u32 {
    cfg_select! {
        unix => n,
        _ => 1,
    }
}

fn main() {}
