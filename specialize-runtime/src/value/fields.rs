//! What implementations of `Value` call, those in this crate and those that the derive generates.

use super::Value;

/// Whether fields of these sizes, each with or without padding inside, leave no byte of a `T` over.
#[must_use]
pub const fn is_dense<T>(fields: &[(usize, bool)]) -> bool {
    let (mut index, mut sum, mut whole) = (0, 0, true);
    while index < fields.len() {
        sum += fields[index].0;
        whole &= fields[index].1;
        index += 1;
    }
    whole && sum == size_of::<T>()
}

/// Where `field`, which is one of `whole`, stands, if `whole` stands at `at`.
#[must_use]
#[inline(always)]
pub fn place<W, F>(whole: &W, field: &F, at: usize) -> usize {
    at + (std::ptr::from_ref(field).addr() - std::ptr::from_ref(whole).addr())
}

/// Tells of the tag of `whole`, an enum with `#[repr(R)]`.
///
/// # Safety
///
/// `E` is an enum of that representation, and `R` is an integer type.
#[inline(always)]
pub unsafe fn tag<E, R: Value>(whole: &E, at: usize, take: &mut impl FnMut(usize, &[u8])) {
    // SAFETY: such an enum begins with its tag (RFC 2195).
    let tag = unsafe { &*std::ptr::from_ref(whole).cast::<R>() };
    tag.fields(at, take);
}
