//! Specialized values: their key in a dispatch table and their image in a variant.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// A type whose values a function can be specialized on.
///
/// A value has an *image*, its bytes as they stand in memory, which fills the hole of a template
/// and tells two values apart; and, where the image has at most eight bytes, those bytes as an
/// integer, which is its key in a dispatch table.
pub trait Value: Copy + fmt::Debug + Send + Sync + UnwindSafe + RefUnwindSafe + 'static {
    /// Bytes of the image.
    const SIZE: usize;

    /// The image as an integer; only meaningful where [`SIZE`](Self::SIZE) is at most eight.
    fn bits(&self) -> u64;

    /// Mixes the image into a hash.
    fn fold(&self, hash: u64) -> u64;

    /// Whether `image`, of exactly [`SIZE`](Self::SIZE) bytes, is this value's.
    fn equals(&self, image: &[u8]) -> bool;

    /// Appends the image to `bytes`, and to `ends` where each of its parts ends: a tuple has those of its values.
    fn write(&self, bytes: &mut Vec<u8>, ends: &mut Vec<usize>);

    /// The value behind an image of [`SIZE`](Self::SIZE) bytes, as Rust would write it.
    fn show(image: &[u8]) -> String;
}

/// The specialized values of one call, a tuple in the order of the function's signature.
pub trait Values: Value {
    /// The images of the values, one for each hole.
    fn image(&self) -> Image;
}

/// Mixes a word into a hash: multiply, then fold the high half of the product onto the low one.
#[inline(always)]
pub(crate) const fn mix(hash: u64, word: u64) -> u64 {
    let product = ((hash ^ word) as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    (product as u64) ^ ((product >> 64) as u64)
}

macro_rules! integers {
    ($($integer:ty)*) => { $(
        impl Value for $integer {
            const SIZE: usize = size_of::<$integer>();

            #[inline(always)]
            fn bits(&self) -> u64 {
                let mut bytes = [0; 8];
                let image = self.to_ne_bytes();
                let size = if Self::SIZE < 8 { Self::SIZE } else { 8 };
                bytes[..size].copy_from_slice(&image[..size]);
                u64::from_ne_bytes(bytes)
            }

            #[inline(always)]
            fn fold(&self, hash: u64) -> u64 {
                let wide = *self as u128;
                let low = mix(hash, wide as u64);
                if Self::SIZE > 8 { mix(low, (wide >> 64) as u64) } else { low }
            }

            #[inline(always)]
            fn equals(&self, image: &[u8]) -> bool {
                self.to_ne_bytes() == image
            }

            fn write(&self, bytes: &mut Vec<u8>, ends: &mut Vec<usize>) {
                bytes.extend_from_slice(&self.to_ne_bytes());
                ends.push(bytes.len());
            }

            fn show(image: &[u8]) -> String {
                let mut bytes = [0; size_of::<$integer>()];
                bytes.copy_from_slice(image);
                <$integer>::from_ne_bytes(bytes).to_string()
            }
        }
    )* };
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

macro_rules! as_integer {
    ($($value:ty as $integer:ty, $shown:expr;)*) => { $(
        impl Value for $value {
            const SIZE: usize = size_of::<$integer>();

            #[inline(always)]
            fn bits(&self) -> u64 {
                (*self as $integer).bits()
            }

            #[inline(always)]
            fn fold(&self, hash: u64) -> u64 {
                (*self as $integer).fold(hash)
            }

            #[inline(always)]
            fn equals(&self, image: &[u8]) -> bool {
                (*self as $integer).equals(image)
            }

            fn write(&self, bytes: &mut Vec<u8>, ends: &mut Vec<usize>) {
                (*self as $integer).write(bytes, ends);
            }

            fn show(image: &[u8]) -> String {
                let shown: fn(&[u8]) -> String = $shown;
                shown(image)
            }
        }
    )* };
}

as_integer! {
    bool as u8, |image| (image == [1]).to_string();
    char as u32, |image| {
        let code = image.try_into().map(u32::from_ne_bytes).ok().and_then(char::from_u32);
        code.map_or_else(String::new, |character| format!("{character:?}"))
    };
}

macro_rules! tuples {
    ($($value:ident)*) => {
        impl<$($value: Value),*> Value for ($($value,)*) {
            const SIZE: usize = 0 $(+ $value::SIZE)*;

            #[inline(always)]
            #[allow(non_snake_case)]
            fn bits(&self) -> u64 {
                let ($($value,)*) = self;
                let mut bits = 0u64;
                // A shift by 64 happens only for a single value of eight bytes, over zero.
                $( bits = bits.wrapping_shl(8 * <$value as Value>::SIZE as u32) | $value.bits(); )*
                bits
            }

            #[inline(always)]
            #[allow(non_snake_case)]
            fn fold(&self, hash: u64) -> u64 {
                let ($($value,)*) = self;
                let mut hash = hash;
                $( hash = $value.fold(hash); )*
                hash
            }

            #[inline(always)]
            #[allow(non_snake_case)]
            fn equals(&self, image: &[u8]) -> bool {
                let ($($value,)*) = self;
                let mut rest = image;
                $(
                    let Some((part, others)) = rest.split_at_checked(<$value as Value>::SIZE) else {
                        return false;
                    };
                    if !$value.equals(part) {
                        return false;
                    }
                    rest = others;
                )*
                rest.is_empty()
            }

            #[allow(non_snake_case)]
            fn write(&self, bytes: &mut Vec<u8>, ends: &mut Vec<usize>) {
                let ($($value,)*) = self;
                $( $value.write(bytes, ends); )*
            }

            fn show(image: &[u8]) -> String {
                let mut rest = image;
                let shown = [$({
                    let (part, others) = rest.split_at(<$value as Value>::SIZE);
                    rest = others;
                    $value::show(part)
                }),*];
                debug_assert!(rest.is_empty());
                shown.join(", ")
            }
        }

        impl<$($value: Value),*> Values for ($($value,)*) {
            fn image(&self) -> Image {
                let (mut bytes, mut ends) = (Vec::with_capacity(Self::SIZE), Vec::new());
                self.write(&mut bytes, &mut ends);
                Image { bytes: bytes.into(), ends: ends.into() }
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

/// The key of `values` in a dispatch table: the image itself where it fits, else a hash of it.
#[inline(always)]
pub(crate) fn key<V: Values>(values: &V) -> u64 {
    if is_narrow::<V>() { values.bits() } else { values.fold(0) }
}

/// Whether the key alone tells two values apart.
#[inline(always)]
pub(crate) const fn is_narrow<V: Values>() -> bool {
    V::SIZE <= 8
}

/// The bytes of one tuple of values, one part for each hole of the template.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Image {
    bytes: Box<[u8]>,
    ends: Box<[usize]>,
}

impl Image {
    /// The parts, in the order of the holes.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let part = &self.bytes[start..end];
            start = end;
            part
        })
    }

    /// All parts in a row.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Values may be secrets of the program's users: only their number of bytes is shown.
impl fmt::Debug for Image {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Image({} bytes)", self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_key_tells_every_value_apart() {
        assert_eq!(key(&(7u32,)), 7);
        assert_eq!(key(&(-1i8,)), 0xff);
        assert_eq!(key(&(u64::MAX,)), u64::MAX);
        assert_eq!(key(&(1u8, 2u8)), 0x0102);
        assert_ne!(key(&(1u32, 2u32)), key(&(2u32, 1u32)));
        assert_eq!(key(&(true, 'a')), (1 << 32) | u64::from(u32::from('a')));
    }

    #[test]
    fn a_wide_value_is_told_apart_by_its_image() {
        let values = (u128::MAX - 1, 3u8);
        assert!(!is_narrow::<(u128, u8)>());
        let image = values.image();
        assert_eq!(image.parts().map(<[u8]>::len).collect::<Vec<_>>(), [16, 1]);
        assert!(values.equals(image.bytes()));
        assert!(!(u128::MAX, 3u8).equals(image.bytes()));
        assert_ne!(key(&values), key(&(u128::MAX, 3u8)));
    }

    #[test]
    fn a_value_is_shown_as_rust_would_write_it() {
        let values = (-3i16, true, 'x', u128::MAX);
        assert_eq!(<(i16, bool, char, u128)>::show(values.image().bytes()), format!("-3, true, 'x', {}", u128::MAX));
    }

    #[test]
    fn nested_tuples_stand_for_more_values_than_one_tuple_holds() {
        let values = ((1u8, 2u8), 3u16);
        let image = values.image();
        assert_eq!(image.parts().map(<[u8]>::len).collect::<Vec<_>>(), [1, 1, 2]);
        assert!(values.equals(image.bytes()));
    }
}
