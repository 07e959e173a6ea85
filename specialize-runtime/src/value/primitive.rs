//! The values that Rust itself has: numbers, truth values, characters, and arrays and tuples of values.

use std::fmt;

use super::Value;
use super::elements::bytes;
use super::fields::{is_dense, place};

/// A value, shown as Rust would write it.
pub(super) fn shown<T: Value>(value: &T) -> impl fmt::Debug {
    fmt::from_fn(move |formatter| value.show(formatter))
}

macro_rules! numbers {
    ($($number:ty)*) => { $(
        // SAFETY: a number is flat and all of its bytes are its own; 16 is the largest alignment.
        unsafe impl Value for $number {
            const NO_PADDING: bool = true;

            #[inline(always)]
            fn fields(&self, at: usize, take: &mut impl FnMut(usize, &[u8])) {
                take(at, &self.to_ne_bytes());
            }

            fn show(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self, formatter)
            }
        }
    )* };
}

numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

macro_rules! as_number {
    ($($value:ty as $number:ty;)*) => { $(
        // SAFETY: it is a number of which only some bytes are in use.
        unsafe impl Value for $value {
            const NO_PADDING: bool = true;

            #[inline(always)]
            fn fields(&self, at: usize, take: &mut impl FnMut(usize, &[u8])) {
                (*self as $number).fields(at, take);
            }

            fn show(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self, formatter)
            }
        }
    )* };
}

as_number! {
    bool as u8;
    char as u32;
}

// SAFETY: elements stand one behind the other, each in as many bytes as its type has.
unsafe impl<T: Value, const LENGTH: usize> Value for [T; LENGTH] {
    const NO_PADDING: bool = T::NO_PADDING;

    #[inline(always)]
    fn fields(&self, at: usize, take: &mut impl FnMut(usize, &[u8])) {
        match bytes(self) {
            Some(bytes) => take(at, bytes),
            None => self.iter().for_each(|element| element.fields(place(self, element, at), take)),
        }
    }

    fn show(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter().map(shown)).finish()
    }
}

macro_rules! tuples {
    ($($value:ident)*) => {
        #[diagnostic::do_not_recommend]
        // SAFETY: a tuple is its fields, wherever they stand.
        #[expect(non_snake_case, reason = "each field is called by the name of its type")]
        unsafe impl<$($value: Value),*> Value for ($($value,)*) {
            const NO_PADDING: bool = is_dense::<Self>(&[$((size_of::<$value>(), $value::NO_PADDING)),*]);

            #[inline(always)]
            fn fields(&self, at: usize, take: &mut impl FnMut(usize, &[u8])) {
                let ($($value,)*) = self;
                $( $value.fields(place(self, $value, at), take); )*
            }

            fn show(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                let ($($value,)*) = self;
                formatter.debug_tuple("")$(.field(&shown($value)))*.finish()
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
tuples!(A B C D E F G H I);
tuples!(A B C D E F G H I J);
tuples!(A B C D E F G H I J K);
tuples!(A B C D E F G H I J K L);

// SAFETY: nothing has no bytes.
unsafe impl Value for () {
    const NO_PADDING: bool = true;

    #[inline(always)]
    fn fields(&self, _: usize, _: &mut impl FnMut(usize, &[u8])) {}

    fn show(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("()")
    }
}
