//! The caller's place does not cross a function pointer.

use specialize::specialize;

#[specialize(n)]
#[track_caller]
fn tracked(n: u32) -> u32 {
    n.checked_sub(1).unwrap()
}

fn main() {}
