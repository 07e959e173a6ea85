//! Paths of another crate.

use specialize::specialize;

#[specialize(n)]
fn with_colons(n: u32) -> u32 {
    let tier: ::specialize::Tier = ::specialize::Tier::Generic;
    n + u32::from(tier == ::specialize::Tier::Runtime)
}

#[specialize(n)]
fn without(n: u32) -> u32 {
    n + u32::from(specialize::settle(std::time::Duration::ZERO))
}

#[specialize(n)]
fn imported(n: u32) -> u32 {
    use specialize::settle;
    extern crate specialize as other;
    n + u32::from(settle(std::time::Duration::ZERO))
}

#[specialize(n)]
fn in_the_signature(x: specialize::Tier, n: u32) -> u32 {
    let _ = x;
    n
}

fn main() {}
