//! A batch has nothing to gather.

use specialize::specialize;

#[specialize(n, batch(x))]
fn nothing(n: u32, x: u32) {
    assert!(n > x);
}

#[specialize(n, batch(x))]
fn unit(n: u32, x: u32) -> () {
    assert!(n > x);
}

#[specialize(n, batch(x))]
fn never(n: u32, x: u32) -> ! {
    panic!("{n} {x}")
}

fn main() {}
