//! Specialized parameters: a value, or a reference to a slice of values or to a string.

use std::fmt;
use std::panic::RefUnwindSafe;
use std::slice;

use super::image::Part;
use super::primitive::shown;
use super::{Value, elements};

/// What a specialized parameter is, or refers to: a value, a slice of values, or `str`. All are elements in a row.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a specialized value",
    label = "not flat data that `specialize` knows",
    note = "a specialized value is an integer, a float, a `bool` or a `char`, an array or a tuple of values, \
            or a struct or an enum of values that derives `specialize::Value`"
)]
pub trait Parameter: Send + Sync + RefUnwindSafe + 'static {
    /// What it is a row of.
    type Element: Value;

    /// The parameter's type in a call that lends the values.
    type Called<'a>;

    /// Bytes of the image, if that is fixed.
    const SIZE: Option<usize>;

    /// The elements.
    fn elements(&self) -> &[Self::Element];

    /// The parameter out of its elements.
    ///
    /// # Safety
    ///
    /// The elements came from such a parameter.
    unsafe fn from_elements(elements: &[Self::Element]) -> &Self;

    /// What a call is given.
    fn called(&self) -> Self::Called<'_>;

    /// Writes the parameter as Rust would.
    ///
    /// # Errors
    ///
    /// Those of the formatter.
    fn show(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T: Value> Parameter for T {
    type Element = T;
    type Called<'a> = T;

    const SIZE: Option<usize> = {
        assert!(align_of::<T>() <= 16, "a value must not be aligned to more than 16 bytes");
        assert!(!std::mem::needs_drop::<T>(), "a value is flat data, which nothing drops");
        Some(size_of::<T>())
    };

    #[inline(always)]
    fn elements(&self) -> &[T] {
        slice::from_ref(self)
    }

    #[inline(always)]
    unsafe fn from_elements(elements: &[T]) -> &T {
        // SAFETY: the elements are those of one value.
        unsafe { elements.get_unchecked(0) }
    }

    #[inline(always)]
    fn called(&self) -> T {
        // SAFETY: by the contract of `Value`, a copy of the bytes is as good as the value.
        unsafe { std::ptr::read(self) }
    }

    fn show(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Value::show(self, formatter)
    }
}

impl<T: Value> Parameter for [T] {
    type Element = T;
    type Called<'a> = &'a [T];

    const SIZE: Option<usize> = None;

    #[inline(always)]
    fn elements(&self) -> &[T] {
        self
    }

    #[inline(always)]
    unsafe fn from_elements(elements: &[T]) -> &[T] {
        elements
    }

    #[inline(always)]
    fn called(&self) -> &[T] {
        self
    }

    fn show(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter().map(shown)).finish()
    }
}

impl Parameter for str {
    type Element = u8;
    type Called<'a> = &'a str;

    const SIZE: Option<usize> = None;

    #[inline(always)]
    fn elements(&self) -> &[u8] {
        self.as_bytes()
    }

    #[inline(always)]
    unsafe fn from_elements(elements: &[u8]) -> &str {
        // SAFETY: the caller's promise.
        unsafe { std::str::from_utf8_unchecked(elements) }
    }

    #[inline(always)]
    fn called(&self) -> &str {
        self
    }

    fn show(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}

/// Whether two values are the same, by their bytes.
#[must_use]
#[inline(always)]
pub fn equal<P: Parameter + ?Sized>(left: &P, right: &P) -> bool {
    elements::same(left.elements(), right.elements())
}

/// Whether two values may differ, as far as that can be told where constants are evaluated: those with padding may.
#[must_use]
pub const fn differ<T: Value>(left: &[T], right: &[T]) -> bool {
    !elements::known_to_be_same(left, right)
}

/// The parameter that fills a part of an image.
///
/// # Safety
///
/// The image was written from a `P`.
#[inline(always)]
pub(super) unsafe fn read<P: Parameter + ?Sized>(part: Part<'_>) -> &P {
    // SAFETY: the bytes are those of as many elements, written field by field over zeros, and aligned for any value.
    unsafe { P::from_elements(slice::from_raw_parts(part.bytes.as_ptr().cast(), part.length.unwrap_or(1))) }
}

/// The value once more: a copy of its bytes is as good.
#[must_use]
#[inline(always)]
pub fn again<T: Value>(value: &T) -> T {
    value.called()
}

/// A type that can be specialized on: to be named where the user wrote it.
pub const fn is_parameter<P: Parameter + ?Sized>() {}
