//! What every host checks of the functions in the library `kernels`.

pub mod memory;
pub mod outcome;

use std::cell::RefCell;

/// Checks everything that the build of this host allows.
///
/// # Panics
///
/// If a promise is broken.
pub fn all() {
    values();
    memory_crosses();
    if cfg!(panic = "unwind") {
        panics();
    }
}

/// The tiers return the same.
fn values() {
    for x in [0, 1, 3, u64::MAX] {
        assert_eq!(in_all_tiers!(kernels::power(x; 13)).returned(), x.wrapping_pow(13));
        // Listed values have their variants from the build, also where another crate calls.
        assert_eq!(kernels::power(x, 3), x.wrapping_pow(3));
    }
    assert_eq!(kernels::power::bind(3).tier().to_string(), "build-time");
    assert_eq!(in_all_tiers!(kernels::pick(&[5, 6, 7]; 2)).returned(), 7);
    in_all_tiers!(kernels::build(; 5)).returned();
    in_all_tiers!(kernels::identity(; 5)).returned();
}

/// What one tier allocates is freed by another, and all of it by the host's own allocator.
fn memory_crosses() {
    let texts = || ["a", "long", "", "longer"].map(|text| (text.len(), text.to_owned())).to_vec();
    let (grown, zeros) = in_all_tiers!(kernels::grow(texts(); 3)).returned();
    assert_eq!((grown.len(), &*zeros), (5, &[0, 0, 0][..]));
    let before = memory::counts();
    drop(kernels::grow::generic(texts(), 3));
    let generic = memory::counts();
    drop(kernels::grow(texts(), 3));
    let served = memory::counts();
    assert_eq!(generic.bytes, before.bytes, "all is freed");
    assert_eq!(served.bytes, before.bytes, "all is freed of what crossed");
    assert_eq!(served.calls - generic.calls, generic.calls - before.calls, "both tiers allocate from the same allocator");
    assert!(generic.calls > before.calls, "the allocator counts");
}

/// The tiers panic with the same words at the same place, and run the same destructors.
fn panics() {
    let (message, place) = in_all_tiers!(kernels::pick(&[5, 6]; 2)).panicked();
    assert_eq!(message, "String index out of bounds: the len is 2 but the index is 2");
    assert!(place.contains("kernels/src/lib.rs:"), "{place}");
    let log = RefCell::new(Vec::new());
    let (message, _) = in_all_tiers!(kernels::fall(&log; 7)).panicked();
    assert_eq!(message, "String fell at 7, é");
    assert_eq!(log.into_inner(), [0, 8, 7].repeat(4));
    // Whether these panic is the build's to say, and all tiers follow it.
    in_all_tiers!(kernels::add(255; 1));
    in_all_tiers!(kernels::below(9; 9));
}
