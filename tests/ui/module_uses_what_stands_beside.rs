//! A captured module that uses what stands beside its own specialized functions: there is nothing of the kind in a variant.

use specialize::specialize;

#[specialize]
mod kernels {
    use self::power::bind as bound;

    pub struct Gain {
        pub apply_table: u32,
    }

    #[specialize(n in [2])]
    pub fn power(x: u64, n: u32) -> u64 {
        (0..n).fold(1, |product: u64, _| product.wrapping_mul(x))
    }

    #[specialize(n, module = sums)]
    pub fn sum(x: u64, n: u32) -> u64 {
        power::at::<2>(x) + power::generic(x, n) + bound(n).call(x)
    }

    impl Gain {
        #[specialize(n in [1])]
        pub fn apply(&self, x: u32, n: u32) -> u32 {
            x + n + self.apply_table
        }

        pub fn twice(&self, x: u32) -> u32 {
            let apply_map = self.apply_at::<1>(x);
            Self::apply_bind(2).call(self, apply_map)
        }
    }

    pub mod inner {
        pub fn both(n: u32) -> (super::sums::Bound, super::gain_apply::Bound) {
            (super::sums::bind(n), super::Gain::apply_bind(n))
        }
    }
}

fn main() {
    kernels::sum(1, 2);
}
