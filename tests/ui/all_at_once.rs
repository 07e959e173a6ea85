//! Every mistake is reported, and none follows from another.

use specialize::specialize;

fn helper(x: u32) -> u32 {
    x
}

#[specialize(n in [1, 300, 1], m in 4..2, o, hotness = 3)]
#[track_caller]
const fn many<T: Copy>(n: u8, x: T, m: u32) -> impl Copy {
    static COUNT: u32 = 0;
    let _ = (n, m, helper(COUNT), super::helper(1), env!("HOME"));
    x
}

fn main() {
    let _ = many(1, 2, 3);
}
