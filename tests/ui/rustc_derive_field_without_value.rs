//! Fields that only rustc can tell not to be values.

use std::time::Duration;

use specialize::Value;

struct Inner(u8);

#[derive(Value)]
struct Outer {
    inner: Inner,
    many: [Duration; 2],
}

#[derive(Value)]
#[repr(u8)]
enum Op {
    Push(Inner),
}

fn main() {
    let _ = Inner(1).0;
}
