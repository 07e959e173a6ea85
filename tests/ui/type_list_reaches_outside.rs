//! Listed types that a template cannot name.

use specialize::specialize;

struct Own;

#[specialize(n, T in [Own, crate::Own, u8])]
fn same<T>(x: T, n: u32) -> T {
    let _ = n;
    x
}

#[specialize]
mod kernels {
    #[specialize(n, T in [super::Own, Vec<u8>])]
    pub fn same<T>(x: T, n: u32) -> T {
        let _ = n;
        x
    }
}

fn main() {}
