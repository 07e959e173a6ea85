//! An unsafe function with target features, lints and a doc comment.

/// # Safety
///
/// `x` is valid.
#[specialize(n in [1])]
#[target_feature(enable = "avx2")]
#[expect(clippy::many_single_char_names)]
pub(crate) unsafe fn read(x: *const u8, n: usize) -> u8 {
    unsafe { *x.add(n) }
}
