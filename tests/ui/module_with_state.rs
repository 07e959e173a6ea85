//! State in a captured module, which each variant would have once more.

use specialize::specialize;

#[specialize]
mod kernels {
    use std::cell::Cell;

    static CALLS: u32 = 0;
    static mut LAST: u32 = 0;

    thread_local! {
        static LOCAL: Cell<u32> = Cell::new(0);
    }

    #[specialize(n)]
    pub fn sum(x: u32, n: u32) -> u32 {
        static TABLE: [u32; 2] = [1, 2];
        x + n + CALLS + TABLE[0] + LOCAL.get()
    }
}

fn main() {
    kernels::sum(1, 2);
}
