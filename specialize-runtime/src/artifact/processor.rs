//! The processor this process runs on: code made for one must not run on another.

use std::arch::x86_64::{__cpuid, __cpuid_count, __get_cpuid_max, _xgetbv};

/// What tells this processor's model and instructions, as it describes itself (Intel, Software
/// Developer's Manual, volume 2A, CPUID), and which registers the system saves (XCR0).
pub(crate) fn identity() -> Vec<u8> {
    let (highest, _) = __get_cpuid_max(0);
    let (highest_extended, _) = __get_cpuid_max(0x8000_0000);
    let vendor = __cpuid(0);
    let model = __cpuid(1);
    let mut words = vec![vendor.ebx, vendor.ecx, vendor.edx, model.eax, model.ecx, model.edx];
    if highest >= 7 {
        for page in [__cpuid_count(7, 0), __cpuid_count(7, 1)] {
            words.extend([page.eax, page.ebx, page.ecx, page.edx]);
        }
    }
    if highest_extended >= 0x8000_0001 {
        let extended = __cpuid(0x8000_0001);
        words.extend([extended.ecx, extended.edx]);
    }
    const SAVES_EXTENDED_STATE: u32 = 1 << 27;
    if model.ecx & SAVES_EXTENDED_STATE != 0 {
        // SAFETY: the processor says that the system has turned XGETBV on.
        let saved = unsafe { saved_registers() };
        words.extend([saved as u32, (saved >> 32) as u32]);
    }
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// The register XCR0.
///
/// # Safety
///
/// The processor must have XGETBV, and the system must have turned it on.
#[target_feature(enable = "xsave")]
unsafe fn saved_registers() -> u64 {
    // SAFETY: the caller's promise.
    unsafe { _xgetbv(0) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_identity_does_not_change() {
        let first = super::identity();
        assert!(first.len() >= 24);
        for _ in 0..1_000 {
            assert_eq!(super::identity(), first);
        }
    }
}
