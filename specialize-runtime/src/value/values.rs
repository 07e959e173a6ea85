//! The specialized values of one call, in the order of the function's signature.

use std::fmt;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::elements;
use super::image::{Image, LIMIT, Part, Parts, Writing};
use super::kept::Kept;
use super::parameter::{self, Parameter};

/// One specialized parameter, as a type: of a value its own type, of a reference what it refers to.
#[derive(Debug)]
pub struct Of<P: ?Sized>(PhantomData<fn(&P)>);

/// The specialized parameters of a function, as a type: an [`Of`], or a tuple of such, nested where there are many.
pub trait Values: 'static {
    /// References to the values.
    type Given<'a>: Copy;

    /// The values as they are called with.
    type Called<'a>;

    /// What a handle keeps of the values.
    type Kept: Copy + Send + Sync + UnwindSafe + RefUnwindSafe + 'static;

    /// The values of a listed variant; those it does not fix are missing.
    type Listed: Copy + Send + Sync + UnwindSafe + RefUnwindSafe + 'static;

    /// Bytes of all images in a row, if that is fixed.
    const SIZE: Option<usize>;

    /// Bytes of all images of these values.
    fn size(given: Self::Given<'_>) -> usize;

    /// Puts the images behind the lowest `used` bits of `bits`.
    fn pack(given: Self::Given<'_>, bits: &mut u64, used: &mut u32);

    /// Writes the images that begin at the lowest bit of `bits`, and takes them out.
    fn unpack(bits: &mut u64, image: &mut Writing);

    /// Mixes the images into a hash.
    fn fold(given: Self::Given<'_>, hash: u64) -> u64;

    /// Whether the next parts are these values' images.
    fn equal(given: Self::Given<'_>, parts: &mut Parts<'_>) -> bool;

    /// Writes the images.
    fn write(given: Self::Given<'_>, image: &mut Writing);

    /// What a handle keeps of the next parts.
    ///
    /// # Safety
    ///
    /// The image was written from such values.
    unsafe fn keep(parts: &mut Parts<'_>) -> Self::Kept;

    /// The values that a handle keeps.
    ///
    /// # Safety
    ///
    /// The image is still there.
    unsafe fn called(kept: &Self::Kept) -> Self::Called<'_>;

    /// Whether the next parts are images of the listed values, as far as there are any.
    fn is_listed(listed: &Self::Listed, parts: &mut Parts<'_>) -> bool;

    /// Whether a value is missing.
    fn is_partial(listed: &Self::Listed) -> bool;

    /// Shows the listed values, and `_` for those that are missing.
    fn show_listed(listed: &Self::Listed, shown: &mut Vec<String>);

    /// Shows the values in the next parts.
    ///
    /// # Safety
    ///
    /// The image was written from such values.
    unsafe fn show(parts: &mut Parts<'_>, shown: &mut Vec<String>);
}

impl<P: Parameter + ?Sized> Values for Of<P> {
    type Given<'a> = &'a P;
    type Called<'a> = P::Called<'a>;
    type Kept = Kept;
    type Listed = Option<&'static P>;

    const SIZE: Option<usize> = P::SIZE;

    #[inline(always)]
    fn size(given: &P) -> usize {
        size_of_val(given)
    }

    #[inline(always)]
    fn pack(given: &P, bits: &mut u64, used: &mut u32) {
        let mut image = [0; 8];
        if let Some(image) = image.get_mut(..size_of_val(given)) {
            elements::write(given.elements(), image);
        }
        // Only what has no bytes comes behind the last bit.
        *bits |= u64::from_le_bytes(image).checked_shl(*used).unwrap_or(0);
        *used += 8 * size_of_val(given) as u32;
    }

    fn unpack(bits: &mut u64, image: &mut Writing) {
        let size = P::SIZE.unwrap_or(0);
        image.part(size, None, |image| image.iter_mut().zip(bits.to_le_bytes()).for_each(|(to, byte)| *to = byte));
        *bits = bits.checked_shr(8 * size as u32).unwrap_or(0);
    }

    #[inline(always)]
    fn fold(given: &P, hash: u64) -> u64 {
        elements::fold(given.elements(), hash)
    }

    #[inline(always)]
    fn equal(given: &P, parts: &mut Parts<'_>) -> bool {
        parts.next().is_some_and(|part| is_part(given, part))
    }

    fn write(given: &P, image: &mut Writing) {
        let elements = given.elements();
        let length = P::SIZE.is_none().then_some(elements.len());
        image.part(size_of_val(elements), length, |image| elements::write(elements, image));
    }

    unsafe fn keep(parts: &mut Parts<'_>) -> Kept {
        // SAFETY: the caller's promise: there is a part for each of the values.
        unsafe { Kept::of::<P>(parts.next().unwrap_unchecked()) }
    }

    #[inline(always)]
    unsafe fn called(kept: &Kept) -> P::Called<'_> {
        // SAFETY: the caller's promise.
        unsafe { kept.get::<P>() }.called()
    }

    fn is_listed(listed: &Option<&'static P>, parts: &mut Parts<'_>) -> bool {
        parts.next().is_some_and(|part| listed.is_none_or(|listed| is_part(listed, part)))
    }

    fn is_partial(listed: &Option<&'static P>) -> bool {
        listed.is_none()
    }

    fn show_listed(listed: &Option<&'static P>, shown: &mut Vec<String>) {
        shown.push(listed.map_or_else(|| "_".to_owned(), text));
    }

    unsafe fn show(parts: &mut Parts<'_>, shown: &mut Vec<String>) {
        // SAFETY: the caller's promise.
        shown.extend(parts.next().map(|part| text(unsafe { parameter::read::<P>(part) })));
    }
}

/// A parameter as Rust would write it.
fn text<P: Parameter + ?Sized>(parameter: &P) -> String {
    fmt::from_fn(|formatter| parameter.show(formatter)).to_string()
}

#[inline(always)]
fn is_part<P: Parameter + ?Sized>(given: &P, part: Part<'_>) -> bool {
    let elements = given.elements();
    part.length.is_none_or(|length| length == elements.len()) && elements::equal(elements, part.bytes)
}

macro_rules! tuples {
    ($($values:ident $given:ident)*) => {
        impl<$($values: Values),*> Values for ($($values,)*) {
            type Given<'a> = ($($values::Given<'a>,)*);
            type Called<'a> = ($($values::Called<'a>,)*);
            type Kept = ($($values::Kept,)*);
            type Listed = ($($values::Listed,)*);

            const SIZE: Option<usize> = sum(&[$($values::SIZE),*]);

            #[inline(always)]
            fn size(($($given,)*): Self::Given<'_>) -> usize {
                0 $(+ $values::size($given))*
            }

            #[inline(always)]
            fn pack(($($given,)*): Self::Given<'_>, bits: &mut u64, used: &mut u32) {
                $( $values::pack($given, bits, used); )*
            }

            fn unpack(bits: &mut u64, image: &mut Writing) {
                $( $values::unpack(bits, image); )*
            }

            #[inline(always)]
            fn fold(($($given,)*): Self::Given<'_>, mut hash: u64) -> u64 {
                $( hash = $values::fold($given, hash); )*
                hash
            }

            #[inline(always)]
            fn equal(($($given,)*): Self::Given<'_>, parts: &mut Parts<'_>) -> bool {
                true $(&& $values::equal($given, parts))*
            }

            fn write(($($given,)*): Self::Given<'_>, image: &mut Writing) {
                $( $values::write($given, image); )*
            }

            unsafe fn keep(parts: &mut Parts<'_>) -> Self::Kept {
                // SAFETY: the caller's promise.
                ($( unsafe { $values::keep(parts) }, )*)
            }

            #[inline(always)]
            unsafe fn called(($($given,)*): &Self::Kept) -> Self::Called<'_> {
                // SAFETY: the caller's promise.
                ($( unsafe { $values::called($given) }, )*)
            }

            fn is_listed(($($given,)*): &Self::Listed, parts: &mut Parts<'_>) -> bool {
                true $(&& $values::is_listed($given, parts))*
            }

            fn is_partial(($($given,)*): &Self::Listed) -> bool {
                false $(|| $values::is_partial($given))*
            }

            fn show_listed(($($given,)*): &Self::Listed, shown: &mut Vec<String>) {
                $( $values::show_listed($given, shown); )*
            }

            unsafe fn show(parts: &mut Parts<'_>, shown: &mut Vec<String>) {
                // SAFETY: the caller's promise.
                $( unsafe { $values::show(parts, shown) }; )*
            }
        }
    };
}

tuples!(A a);
tuples!(A a B b);
tuples!(A a B b C c);
tuples!(A a B b C c D d);
tuples!(A a B b C c D d E e);
tuples!(A a B b C c D d E e F f);
tuples!(A a B b C c D d E e F f G g);
tuples!(A a B b C c D d E e F f G g H h);
tuples!(A a B b C c D d E e F f G g H h I i);
tuples!(A a B b C c D d E e F f G g H h I i J j);
tuples!(A a B b C c D d E e F f G g H h I i J j K k);
tuples!(A a B b C c D d E e F f G g H h I i J j K k L l);

/// The sum of sizes, if all are fixed.
const fn sum(sizes: &[Option<usize>]) -> Option<usize> {
    let (mut index, mut sum) = (0, 0usize);
    while index < sizes.len() {
        match sizes[index] {
            Some(size) => sum = sum.saturating_add(size),
            None => return None,
        }
        index += 1;
    }
    Some(sum)
}

/// Whether the key alone tells two values apart.
#[inline(always)]
pub(crate) const fn is_narrow<V: Values>() -> bool {
    matches!(V::SIZE, Some(..=8))
}

/// The key of values in a dispatch table: the image itself where it fits, else a hash of it.
#[inline(always)]
pub(crate) fn key<V: Values>(given: V::Given<'_>) -> u64 {
    if is_narrow::<V>() {
        let (mut bits, mut used) = (0, 0);
        V::pack(given, &mut bits, &mut used);
        bits
    } else {
        V::fold(given, 0)
    }
}

/// Whether no variant is made for these values, for their size.
#[inline(always)]
pub(crate) fn is_too_large<V: Values>(given: V::Given<'_>) -> bool {
    V::size(given) > LIMIT
}

/// The image of values.
pub(crate) fn image<V: Values>(given: V::Given<'_>) -> Image {
    let mut writing = Writing::default();
    V::write(given, &mut writing);
    writing.finish()
}

/// The image of values that have a narrow key.
pub(crate) fn narrow_image<V: Values>(key: u64) -> Image {
    let mut writing = Writing::default();
    V::unpack(&mut { key }, &mut writing);
    writing.finish()
}
