//! A parameter that depends on the configuration.

use specialize::specialize;

#[specialize(n)]
fn configured(#[cfg(all())] x: u32, n: u32) -> u32 {
    x + n
}

fn main() {}
