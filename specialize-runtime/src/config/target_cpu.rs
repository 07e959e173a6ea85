//! The processor that variants are made for: its names, and whether this one runs code for it.

use std::str::FromStr;

/// The processor that variants are made for, as the setting `target_cpu` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TargetCpu(String);

impl TargetCpu {
    /// What the setting may be.
    pub(super) const EXPECTED: &str = "native, build, or a level that this processor has: x86-64, x86-64-v2, x86-64-v3 or x86-64-v4";

    /// The one that this process runs on.
    pub(super) fn native() -> TargetCpu {
        TargetCpu("native".to_owned())
    }

    /// The processor as rustc names it, but for `build`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TargetCpu {
    type Err = ();

    fn from_str(text: &str) -> Result<TargetCpu, ()> {
        let is_known = matches!(text, "native" | "build") || runs_level(text);
        is_known.then(|| TargetCpu(text.to_owned())).ok_or(())
    }
}

/// Whether this processor runs code for one of the levels of the x86-64 psABI.
#[cfg(target_arch = "x86_64")]
fn runs_level(level: &str) -> bool {
    macro_rules! has {
        ($($feature:tt),*) => { $(is_x86_feature_detected!($feature))&&* };
    }
    let second = || has!("cmpxchg16b", "popcnt", "sse3", "ssse3", "sse4.1", "sse4.2");
    let third = || second() && has!("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "lzcnt", "movbe", "xsave");
    match level {
        "x86-64" => true,
        "x86-64-v2" => second(),
        "x86-64-v3" => third(),
        "x86-64-v4" => third() && has!("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"),
        _ => false,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn runs_level(_: &str) -> bool {
    false
}
