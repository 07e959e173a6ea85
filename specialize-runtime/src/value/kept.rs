//! What a handle keeps of each of its values: the value itself where it is small, else where it stands in the image.

use std::mem::MaybeUninit;
use std::slice;

use super::Parameter;
use super::image::Part;

/// A small value, or the address and number of elements in an image.
#[derive(Clone, Copy)]
pub struct Kept([MaybeUninit<u64>; 2]);

impl Kept {
    /// Keeps what is in a part of an image.
    ///
    /// # Safety
    ///
    /// The image was written from a `P`.
    pub(super) unsafe fn of<P: Parameter + ?Sized>(part: Part<'_>) -> Kept {
        let mut kept = Kept([MaybeUninit::uninit(); 2]);
        if is_inline::<P>() {
            // SAFETY: the part has the size of the value, which is no more than there is room for.
            unsafe { kept.0.as_mut_ptr().cast::<u8>().copy_from_nonoverlapping(part.bytes.as_ptr(), part.bytes.len()) };
        } else {
            let row = (part.bytes.as_ptr().cast::<P::Element>(), part.length.unwrap_or(1));
            // SAFETY: an address and a number are two words.
            unsafe { kept.0.as_mut_ptr().cast::<(*const P::Element, usize)>().write(row) };
        }
        kept
    }

    /// What is kept.
    ///
    /// # Safety
    ///
    /// A `P` is kept, and its image is still there.
    #[inline(always)]
    pub(super) unsafe fn get<P: Parameter + ?Sized>(&self) -> &P {
        // SAFETY: as it was put there.
        unsafe {
            let elements = if is_inline::<P>() {
                slice::from_raw_parts(self.0.as_ptr().cast(), 1)
            } else {
                let (first, length) = self.0.as_ptr().cast::<(*const P::Element, usize)>().read();
                slice::from_raw_parts(first, length)
            };
            P::from_elements(elements)
        }
    }
}

/// Whether a handle has the value in itself.
const fn is_inline<P: Parameter + ?Sized>() -> bool {
    match P::SIZE {
        Some(size) => size <= size_of::<Kept>() && align_of::<P::Element>() <= align_of::<Kept>(),
        None => false,
    }
}
