//! Values in a row, by their bytes.

use std::slice;

use super::Value;
use super::hash::{self, mix_bytes};

/// The bytes of values without padding.
#[inline(always)]
pub(super) const fn bytes<T: Value>(elements: &[T]) -> Option<&[u8]> {
    if T::NO_PADDING {
        // SAFETY: by the contract of `Value`, all of these bytes are initialised.
        Some(unsafe { slice::from_raw_parts(elements.as_ptr().cast(), size_of_val(elements)) })
    } else {
        None
    }
}

/// Mixes the bytes of the elements into a hash.
#[inline(always)]
pub(super) fn fold<T: Value>(elements: &[T], hash: u64) -> u64 {
    match bytes(elements) {
        Some(bytes) => mix_bytes(hash, bytes),
        None => fold_fields(elements, hash),
    }
}

/// Mixes the fields of the elements into a hash, of several elements at a time.
#[inline]
fn fold_fields<T: Value>(elements: &[T], hash: u64) -> u64 {
    let mut lanes = hash::lanes::<4>(hash, elements.len());
    let mut fold = |lane: usize, element: &T| {
        element.fields(0, &mut |_, bytes| lanes[lane] = mix_bytes(lanes[lane], bytes));
    };
    let (blocks, rest) = elements.as_chunks::<4>();
    for block in blocks {
        block.iter().enumerate().for_each(|(lane, element)| fold(lane, element));
    }
    rest.iter().enumerate().for_each(|(lane, element)| fold(lane, element));
    hash::joined(lanes)
}

/// Whether the elements' images are `image`.
#[inline(always)]
pub(super) fn equal<T: Value>(elements: &[T], image: &[u8]) -> bool {
    if size_of_val(elements) != image.len() {
        return false;
    }
    match bytes(elements) {
        // An empty slice is compared by its length alone: its address need not be one in memory, and some comparisons read from it.
        Some(bytes) => bytes.is_empty() || bytes == image,
        None => equal_fields(elements, image),
    }
}

/// Whether the fields of the elements are in `image`.
#[inline]
fn equal_fields<T: Value>(elements: &[T], image: &[u8]) -> bool {
    elements.iter().zip(image.chunks_exact(size_of::<T>().max(1))).all(|(element, image)| {
        let mut equal = true;
        element.fields(0, &mut |at, bytes| equal &= image.get(at..at + bytes.len()) == Some(bytes));
        equal
    })
}

/// Whether two rows of elements have the same images.
#[inline(always)]
pub(super) fn same<T: Value>(left: &[T], right: &[T]) -> bool {
    match bytes(right) {
        Some(bytes) => left.len() == right.len() && equal(left, bytes),
        None => {
            left.len() == right.len() && {
                let mut image = vec![0; size_of_val(right)];
                write(right, &mut image);
                equal(left, &image)
            }
        }
    }
}

/// Whether it is known that two rows of elements have the same images.
pub(super) const fn known_to_be_same<T: Value>(left: &[T], right: &[T]) -> bool {
    let (Some(left_bytes), Some(right_bytes)) = (bytes(left), bytes(right)) else {
        return false;
    };
    let mut same = left.len() == right.len() && left_bytes.len() == right_bytes.len();
    let mut index = 0;
    while same && index < left_bytes.len() {
        same = left_bytes[index] == right_bytes[index];
        index += 1;
    }
    same
}

/// Writes the images of the elements, one behind the other, over zeros.
#[inline(always)]
pub(super) fn write<T: Value>(elements: &[T], image: &mut [u8]) {
    if let Some(bytes) = bytes(elements) {
        return image.copy_from_slice(bytes);
    }
    for (element, image) in elements.iter().zip(image.chunks_exact_mut(size_of::<T>().max(1))) {
        element.fields(0, &mut |at, bytes| image[at..at + bytes.len()].copy_from_slice(bytes));
    }
}
