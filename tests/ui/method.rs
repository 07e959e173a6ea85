//! A method.

use specialize::specialize;

struct Table(u32);

impl Table {
    #[specialize(n)]
    fn by_reference(&self, n: u32) -> u32 {
        self.0 + n
    }

    #[specialize(n)]
    fn by_value(self: Box<Self>, n: u32) -> u32 {
        self.0 + n
    }
}

fn main() {}
