//! Macros that are defined outside.

use specialize::specialize;

macro_rules! twice {
    ($x:expr) => {
        $x * 2
    };
}

#[specialize(n)]
fn own(n: u32) -> u32 {
    twice!(n) + vec![twice!(n)][0]
}

#[specialize(n)]
fn passed_on(n: u32) -> u32 {
    macro_rules! call {
        ($name:ident) => {
            $name!(n)
        };
    }
    call!(twice)
}

fn main() {}
