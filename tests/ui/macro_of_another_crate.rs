//! Macros of other crates.

use specialize::specialize;

#[specialize(n)]
fn by_path(n: u32) -> u32 {
    tracing::debug!("n is {n}");
    ::tracing::debug!("n is {n}");
    n
}

#[specialize(n)]
#[cfg(target_arch = "x86_64")]
fn without_path(n: u32) -> u32 {
    if is_x86_feature_detected!("avx2") { n } else { 0 }
}

fn main() {}
