//! Specialized values: what can be one, their key in a dispatch table, and their image in a variant.

mod elements;
pub(crate) mod fields;
mod hash;
mod image;
mod kept;
mod parameter;
mod primitive;
mod values;

#[cfg(test)]
mod tests;

use std::fmt;
use std::panic::RefUnwindSafe;

pub use fields::{is_dense, place, tag};
pub(crate) use hash::mix;
pub(crate) use image::Image;
pub(crate) use image::{LIMIT, Part};
pub(crate) use parameter::Parameter;
pub use parameter::{again, differ, equal, is_parameter};
pub use values::{Of, Values};
pub(crate) use values::{image, is_narrow, is_too_large, key, narrow_image};

/// A type whose values a function can be specialized on: flat data of a fixed size.
///
/// Integers, floats, `bool`, `char`, and arrays and tuples of values are values. Structs and enums become values by
/// `#[derive(specialize::Value)]`. Two values are the same if their bytes are: `0.0` and `-0.0` are two values, and so are two
/// NaNs with different payloads.
///
/// ```
/// #[specialize::specialize]
/// mod images {
///     #[derive(Clone, Copy, specialize::Value)]
///     pub struct Scale {
///         pub factor: f32,
///         pub rounded: bool,
///     }
///
///     #[specialize(scale)]
///     pub fn scaled(x: f32, scale: Scale) -> f32 {
///         let x = x * scale.factor;
///         if scale.rounded { x.round_ties_even() } else { x }
///     }
/// }
///
/// let bound = images::scaled::bind(images::Scale { factor: 0.3, rounded: true });
/// assert_eq!(bound.call(5.0), 2.0);
/// ```
///
/// # Safety
///
/// A variant knows nothing of a value but its bytes, and handles copy these. Whoever implements this by hand promises:
///
/// - The type is flat: it holds no reference, pointer or handle, nothing in it is dropped or changes through a shared reference, and two
///   values with the same bytes in their fields are the same value. Its alignment is at most 16.
/// - [`fields`](Self::fields) passes all bytes of each field once, with their place in the value, and nothing else.
/// - [`NO_PADDING`](Self::NO_PADDING) is true only if every byte of every value belongs to a field, and is thus initialised.
///
/// Where one of these does not hold, behaviour is undefined.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a specialized value",
    label = "not flat data that `specialize` knows",
    note = "a specialized value is an integer, a float, a `bool` or a `char`, an array or a tuple of values, \
            or a struct or an enum of values that derives `specialize::Value`"
)]
pub unsafe trait Value: Sized + Send + Sync + RefUnwindSafe + 'static {
    /// Whether every byte of a value belongs to a field, so that its bytes can be read as they stand.
    const NO_PADDING: bool;

    /// Calls `take` with the bytes of each field and where they stand, counted from a place that lies `at` bytes ahead of the value.
    fn fields(&self, at: usize, take: &mut impl FnMut(usize, &[u8]));

    /// Writes the value as Rust would.
    ///
    /// # Errors
    ///
    /// Those of the formatter.
    fn show(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result;
}
