//! A function in an `impl`: the attribute cannot tell it from a free one.

use specialize::specialize;

struct Table;

impl Table {
    #[specialize(n)]
    fn associated(n: u32) -> u32 {
        n
    }
}

fn main() {
    let _ = Table::associated(1);
}
