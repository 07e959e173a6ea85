//! Keys and images of values, whatever their type.

use super::*;

type OfTwo<A, B> = (Of<A>, Of<B>);

/// A value with padding, as the derive makes one.
#[derive(Clone, Copy)]
#[repr(C)]
struct Padded {
    small: u8,
    large: u32,
}

// SAFETY: flat, and all fields are written.
unsafe impl Value for Padded {
    const NO_PADDING: bool = is_dense::<Self>(&[(1, true), (4, true)]);

    fn fields(&self, at: usize, take: &mut impl FnMut(usize, &[u8])) {
        self.small.fields(place(self, &self.small, at), take);
        self.large.fields(place(self, &self.large, at), take);
    }

    fn show(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Padded").field("small", &self.small).field("large", &self.large).finish()
    }
}

/// A value whose padding is filled with `filling`.
fn padded(small: u8, large: u32, filling: u8) -> Padded {
    let mut value = std::mem::MaybeUninit::<Padded>::uninit();
    // SAFETY: all fields are set in place.
    unsafe {
        value.as_mut_ptr().write_bytes(filling, 1);
        (&raw mut (*value.as_mut_ptr()).small).write(small);
        (&raw mut (*value.as_mut_ptr()).large).write(large);
        value.assume_init()
    }
}

fn show<V: Values>(given: V::Given<'_>) -> String {
    let mut shown = Vec::new();
    // SAFETY: the image is of such values.
    unsafe { V::show(&mut image::<V>(given).parts(), &mut shown) };
    shown.join(", ")
}

fn parts(image: &Image) -> Vec<(usize, Option<usize>)> {
    image.parts().map(|part| (part.bytes.len(), part.length)).collect()
}

#[test]
fn a_narrow_key_tells_every_value_apart() {
    assert_eq!(key::<(Of<u32>,)>((&7,)), 7);
    assert_eq!(key::<(Of<i8>,)>((&-1,)), 0xff);
    assert_eq!(key::<(Of<u64>,)>((&u64::MAX,)), u64::MAX);
    assert_eq!(key::<OfTwo<u8, u8>>((&1, &2)), 0x0201);
    assert_eq!(key::<OfTwo<u64, ()>>((&7, &())), 7);
    assert_ne!(key::<OfTwo<u32, u32>>((&1, &2)), key::<OfTwo<u32, u32>>((&2, &1)));
    assert_ne!(key::<(Of<f64>,)>((&0.0,)), key::<(Of<f64>,)>((&-0.0,)));
}

#[test]
fn a_narrow_key_is_the_image() {
    let given = (&true, &'a', &-3i16);
    let key = key::<(Of<bool>, Of<char>, Of<i16>)>(given);
    let image = image::<(Of<bool>, Of<char>, Of<i16>)>(given);
    assert!(image.is_narrow());
    assert!(narrow_image::<(Of<bool>, Of<char>, Of<i16>)>(key) == image);
}

#[test]
fn a_wide_value_is_told_apart_by_its_image() {
    type Wide = OfTwo<u128, u8>;
    let (value, other) = (u128::MAX - 1, u128::MAX);
    assert!(!is_narrow::<Wide>());
    let image = image::<Wide>((&value, &3));
    assert_eq!(parts(&image), [(16, None), (1, None)]);
    assert!(Wide::equal((&value, &3), &mut image.parts()));
    assert!(!Wide::equal((&other, &3), &mut image.parts()));
    assert_ne!(key::<Wide>((&value, &3)), key::<Wide>((&other, &3)));
}

#[test]
fn padding_is_no_part_of_a_value() {
    const { assert!(!Padded::NO_PADDING && <[u32; 3]>::NO_PADDING && !<(u8, u32)>::NO_PADDING && <(u32, u32)>::NO_PADDING) };
    type Row = (Of<[Padded]>,);
    let (row, same, other) = ([padded(1, 2, 0)], [padded(1, 2, 0xff)], [padded(1, 3, 0)]);
    assert!(image::<Row>((&row,)) == image::<Row>((&same,)));
    assert_eq!(key::<Row>((&row,)), key::<Row>((&same,)));
    assert!(Row::equal((&same,), &mut image::<Row>((&row,)).parts()));
    assert!(!Row::equal((&other,), &mut image::<Row>((&row,)).parts()));
    assert!(equal(&row[..], &same[..]) && !equal(&row[..], &other[..]));
    assert_eq!(key::<(Of<Padded>,)>((&row[0],)), key::<(Of<Padded>,)>((&same[0],)));
    assert_eq!(image::<Row>((&same,)).parts().next().map(|part| part.bytes[1..4].to_vec()), Some(vec![0; 3]));
}

#[test]
fn the_length_is_part_of_a_slice() {
    type Rows = (Of<[()]>, Of<str>);
    let image = image::<Rows>((&[(); 3], "ab"));
    assert_eq!(parts(&image), [(0, Some(3)), (2, Some(2))]);
    assert!(Rows::equal((&[(); 3], "ab"), &mut image.parts()));
    assert!(!Rows::equal((&[(); 2], "ab"), &mut image.parts()));
    assert!(!Rows::equal((&[(); 3], "abc"), &mut image.parts()));
    assert!(!image.is_narrow());
}

#[test]
fn a_handle_keeps_the_values() {
    type All = (Of<u32>, Of<[f32]>, Of<str>, Of<[u64; 5]>, Of<u128>, Of<()>);
    let image = image::<All>((&7, &[1.5, -0.0], "ä", &[1, 2, 3, 4, 5], &(1 << 100), &()));
    // SAFETY: the image is of such values, and lives on.
    let kept = unsafe { All::keep(&mut image.parts()) };
    // SAFETY: as above.
    let (number, row, text, array, wide, ()) = unsafe { All::called(&kept) };
    assert_eq!((number, text, array, wide), (7, "ä", [1, 2, 3, 4, 5], 1 << 100));
    assert_eq!(row.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), [1.5f32.to_bits(), (-0.0f32).to_bits()]);
}

#[test]
fn a_value_is_shown_as_rust_would_write_it() {
    assert_eq!(show::<(Of<i16>, Of<bool>, Of<char>, Of<u128>)>((&-3, &true, &'x', &u128::MAX)), format!("-3, true, 'x', {}", u128::MAX));
    assert_eq!(show::<(Of<f32>, Of<f64>, Of<(u8, f32)>)>((&-0.0, &f64::NAN, &(1, 2.5))), "-0.0, NaN, (1, 2.5)");
    assert_eq!(show::<(Of<[u8]>, Of<str>, Of<[[u8; 2]; 1]>)>((&[1, 2], "a\"\n", &[[3, 4]])), r#"[1, 2], "a\"\n", [[3, 4]]"#);
    assert_eq!(show::<(Of<Padded>,)>((&padded(1, 2, 9),)), "Padded { small: 1, large: 2 }");
}

#[test]
fn nested_tuples_stand_for_more_values_than_one_tuple_holds() {
    type Nested = (OfTwo<u8, u8>, Of<u16>);
    let image = image::<Nested>(((&1, &2), &3));
    assert_eq!(parts(&image), [(1, None), (1, None), (2, None)]);
    assert!(Nested::equal(((&1, &2), &3), &mut image.parts()));
}

#[test]
fn a_listed_row_may_leave_values_out() {
    type Two = OfTwo<str, u32>;
    let partial: <Two as Values>::Listed = (None, Some(&3));
    let image = image::<Two>(("x", &3));
    assert!(Two::is_listed(&partial, &mut image.parts()) && Two::is_partial(&partial));
    assert!(!Two::is_listed(&(Some("y"), Some(&3)), &mut image.parts()));
    let mut shown = Vec::new();
    Two::show_listed(&partial, &mut shown);
    assert_eq!(shown, ["_", "3"]);
}

#[test]
fn constants_are_told_apart_where_they_have_no_padding() {
    const { assert!(!differ(&[1.5f32], &[1.5]) && differ(&[0.0f32], &[-0.0]) && differ(&[1u8], &[1, 2])) };
    const { assert!(!differ(b"ab", b"ab") && differ(&[Padded { small: 1, large: 2 }], &[Padded { small: 1, large: 2 }])) };
}
