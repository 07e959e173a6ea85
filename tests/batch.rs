//! The options `batch` and `work`: `map` does the same in every tier, and work is what a value earns its variant by.

mod support;

#[path = "batch/loops.rs"]
mod loops;
#[path = "batch/tiers.rs"]
mod tiers;
#[path = "batch/work.rs"]
mod work;

use specialize::specialize;

/// Raises `x` to the power `n`, wrapping.
#[specialize(n in [2, 3], batch(x))]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// Stops at the divisor.
#[specialize(n in [1], batch(x))]
fn divide(n: u32, x: u32) -> u32 {
    if x == n { panic!("no answer for {x}") } else { n / x.abs_diff(n) }
}

/// The exponents of a listed value, of one that has a variant, and of one that never gets one.
const EXPONENTS: [u32; 3] = [3, 13, 29];

/// Calls `body` with a way to map `power`, for every tier, by the dispatcher and by a handle.
fn in_every_tier(body: impl Fn(&dyn Fn(&[u64], &mut [u64]), u32)) {
    let ready = power::prepare(13).expect("a variant");
    assert_eq!(ready.tier(), specialize::Tier::Runtime);
    for exponent in EXPONENTS {
        body(&|xs, out| power::map(xs, exponent, out), exponent);
    }
    for handle in [power::bind(3), ready, power::bind(29)].iter().zip(EXPONENTS) {
        body(&|xs, out| handle.0.map(xs, out), handle.1);
    }
}
