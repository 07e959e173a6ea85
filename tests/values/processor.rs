//! What the processor can do: asked for and used in a kernel, the same in every tier.

use specialize::{Tier, specialize};

use crate::support::private_store;

#[cfg(target_arch = "x86_64")]
#[specialize(n in [3])]
fn population(x: u64, n: u32) -> (u32, bool, bool) {
    /// # Safety
    ///
    /// The processor has `popcnt`.
    #[target_feature(enable = "popcnt")]
    unsafe fn counted(x: u64) -> u32 {
        ::core::arch::x86_64::_popcnt64(x as i64) as u32
    }
    let fast = ::std::is_x86_feature_detected!("popcnt");
    // SAFETY: it was asked for.
    let count = if fast { unsafe { counted(x) } } else { x.count_ones() };
    (count.wrapping_mul(n), fast, ::std::is_x86_feature_detected!("avx2"))
}

#[cfg(target_arch = "x86_64")]
#[specialize(weights)]
fn sum(x: &[f32; 4], weights: &[f32]) -> f32 {
    use ::core::arch::x86_64::{_mm_cvtss_f32, _mm_loadu_ps, _mm_mul_ps};
    assert!(weights.len() >= 4);
    // SAFETY: every processor of this kind has these, and both rows have four elements.
    unsafe { _mm_cvtss_f32(_mm_mul_ps(_mm_loadu_ps(x.as_ptr()), _mm_loadu_ps(weights.as_ptr()))) }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn features_are_detected_in_every_tier() {
    private_store();
    let expected = (20 * 3, std::is_x86_feature_detected!("popcnt"), std::is_x86_feature_detected!("avx2"));
    assert_eq!((population::generic(0xfffff, 3), population::at::<3>(0xfffff), population(0xfffff, 3)), (expected, expected, expected));
    let bound = population::prepare(5).expect("a variant");
    assert_eq!((bound.tier(), bound.call(0xfffff)), (Tier::Runtime, (100, expected.1, expected.2)));
}

#[test]
#[cfg(target_arch = "x86_64")]
fn intrinsics_work_in_every_tier() {
    private_store();
    let bound = sum::prepare(&[2.0, 0.0, 0.0, 0.0]).expect("a variant");
    assert_eq!((bound.tier(), bound.call(&[1.5, 1.0, 1.0, 1.0]), sum(&[1.5; 4], &[2.0; 4])), (Tier::Runtime, 3.0, 3.0));
}
