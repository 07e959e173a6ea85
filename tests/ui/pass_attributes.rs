//! Where the attributes of a function go.
#![deny(warnings)]

use specialize::specialize;

/// Documented.
#[specialize(n in [2])]
#[must_use]
#[unsafe(no_mangle)]
fn exported(n: u64) -> u64 {
    n + 1
}

#[specialize(n in [2])]
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_features(x: &[f32], n: usize) -> f32 {
    x.iter().map(|value| value.mul_add(2.0, n as f32)).sum()
}

#[specialize(n in [2])]
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn unsafe_with_features(x: u32, n: u32) -> u32 {
    x.count_ones() + n
}

#[cfg_attr(all(), specialize(n in [2]))]
#[cfg_attr(all(), inline(never))]
#[allow(clippy::needless_return, unused_mut)]
fn configured(mut n: u64) -> u64 {
    return n;
}

#[specialize(n in [2])]
#[cfg(any())]
fn absent(n: Absent) -> Absent {
    n
}

#[specialize(n in [2])]
#[expect(dead_code)]
fn never_called(n: u64) -> u64 {
    n
}

#[specialize(n in [2])]
#[expect(unused_variables, reason = "for the test")]
fn unused(n: u64, x: u64) -> u64 {
    n
}

#[specialize(N in [2])]
#[allow(non_snake_case)]
fn Loud(N: u64, n: u64) -> u64 {
    N + n
}

#[specialize(n in [2])]
#[forbid(unsafe_code)]
#[deny(missing_docs)]
fn strict(n: u64) -> u64 {
    n
}

mod documented {
    #![deny(missing_docs)]
    //! For `missing_docs`.

    /// Public.
    #[specialize::specialize(n, hot = super::HOT)]
    pub fn public(n: u64) -> u64 {
        n
    }
}

const HOT: u64 = 3;

fn main() {
    specialize::Config::default().mode(specialize::Mode::BuildTime).install().expect("nothing was called yet");
    assert_eq!(exported(2) + exported::at::<3>(), 7);
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has what they need.
        unsafe {
            assert_eq!(with_features(&[1.0, 2.0], 2), 10.0);
            assert_eq!(with_features::at::<3>(&[1.0, 2.0]) + with_features::bind(3).call(&[1.0, 2.0]), 24.0);
            assert_eq!(unsafe_with_features(7, 2) + unsafe_with_features::bind(3).call(7), 11);
        }
    }
    assert_eq!(configured(2) + unused(2, 1) + Loud(1, 2) + strict(5), 12);
    assert_eq!(documented::public(3), 3);
}
