//! Symbols of the whole program in a captured module, and crates that a variant does not have.

use specialize::specialize;

#[specialize]
mod kernels {
    extern crate alloc;
    extern crate trybuild;

    #[unsafe(no_mangle)]
    pub fn symbol() -> u32 {
        1
    }

    #[specialize(n)]
    #[unsafe(export_name = "sum")]
    pub fn sum(x: u32, n: u32) -> u32 {
        x + n + symbol()
    }
}

fn main() {
    kernels::sum(1, 2);
}
