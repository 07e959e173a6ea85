//! A macro of a captured module that spells a name of the crate around it.

use specialize::specialize;

#[derive(Default)]
pub struct Outside;

#[specialize]
mod kernels {
    macro_rules! make {
        ($name:ident) => {
            $name::default()
        };
    }

    #[specialize(n)]
    pub fn sum(x: u32, n: u32) -> u32 {
        let _ = make!(Outside);
        x + n
    }
}

fn main() {
    kernels::sum(1, 2);
}
