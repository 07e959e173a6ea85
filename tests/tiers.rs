//! One meaning: every tier returns the same bits.

mod support;

use proptest::prelude::*;
use specialize::{Tier, specialize};

#[specialize(n in [2, 3, 8])]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn power_is_the_same_in_every_tier(x: u64, n in prop::sample::select(vec![0u32, 1, 2, 3, 8, 13, 64])) {
        support::private_store();
        let bound = power::prepare(n)?;
        prop_assert_eq!(bound.tier(), if [2, 3, 8].contains(&n) { Tier::BuildTime } else { Tier::Runtime });
        let expected = power::generic(x, n);
        prop_assert_eq!(bound.call(x), expected);
        prop_assert_eq!(power(x, n), expected);
    }
}
