//! Structs and enums that derive `Value`: their images are their bytes, field by field over zeros.

use std::fmt;
use std::mem::MaybeUninit;

use proptest::prelude::*;
use specialize::Value;

/// With padding before `size` and at the end.
#[derive(Value, Clone, Copy, Debug, PartialEq)]
struct Settings {
    mode: u8,
    size: u64,
    r#type: char,
    weights: [f32; 3],
}

#[derive(Value, Clone, Copy, Debug, PartialEq)]
struct Pair(u32, i32);

#[derive(Value, Clone, Copy, Debug, PartialEq)]
struct Nothing;

#[derive(Value, Clone, Copy, Debug, PartialEq)]
#[repr(u8)]
enum Op {
    Push(i64),
    Add,
    Shift { by: u8, left: bool },
    Both(Pair, Settings) = 200,
}

#[derive(Value, Clone, Copy, Debug, PartialEq)]
#[repr(i16)]
enum Sign {
    Minus = -1,
    Plus = 300,
}

/// Generic, and no `Copy`.
#[derive(Value, Debug, PartialEq)]
#[repr(C, align(16))]
struct Row<T, const LENGTH: usize> {
    first: T,
    rest: [T; LENGTH],
}

macro_rules! many {
    ($($name:ident)*) => {
        #[derive(Value, Clone, Copy, Debug, PartialEq)]
        #[repr(u16)]
        #[allow(non_camel_case_types)]
        enum Many { $($name),* }

        const MANY: &[Many] = &[$(Many::$name),*];
    };
}

many! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
    e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 g0 g1 g2 g3 g4 g5 g6 g7 g8 g9 h0 h1 h2 h3 h4 h5 h6 h7 h8 h9
    i0 i1 i2 i3 i4 i5 i6 i7 i8 i9 j0 j1 j2 j3 j4 j5 j6 j7 j8 j9 k0 k1 k2 k3 k4 k5 k6 k7 k8 k9 l0 l1 l2 l3 l4 l5 l6 l7 l8 l9
    m0 m1 m2 m3 m4 m5 m6 m7 m8 m9 n0 n1 n2 n3 n4 n5 n6 n7 n8 n9 o0 o1 o2 o3 o4 o5 o6 o7 o8 o9 p0 p1 p2 p3 p4 p5 p6 p7 p8 p9
    q0 q1 q2 q3 q4 q5 q6 q7 q8 q9 r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 s0 s1 s2 s3 s4 s5 s6 s7 s8 s9 t0 t1 t2 t3 t4 t5 t6 t7 t8 t9
    u0 u1 u2 u3 u4 u5 u6 u7 u8 u9 v0 v1 v2 v3 v4 v5 v6 v7 v8 v9 w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 x0 x1 x2 x3 x4 x5 x6 x7 x8 x9
    y0 y1 y2 y3 y4 y5 y6 y7 y8 y9 z0 z1 z2 z3 z4 z5 z6 z7 z8 z9 A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 B0 B1 B2 B3 B4 B5 B6 B7 B8 B9
    C0 C1 C2 C3 C4 C5 C6 C7 C8 C9 D0 D1 D2 D3 D4 D5 D6 D7 D8 D9
}

/// The image of a value, and the value that this image is.
fn image_and_copy<T: Value>(value: &T) -> (Vec<u8>, T) {
    let mut copy = MaybeUninit::<T>::uninit();
    // SAFETY: all bytes are set; the image of a value, put where a value stands, is that value.
    unsafe {
        copy.as_mut_ptr().write_bytes(0, 1);
        let image = std::slice::from_raw_parts_mut(copy.as_mut_ptr().cast::<u8>(), size_of::<T>());
        value.fields(0, &mut |at, bytes| image[at..at + bytes.len()].copy_from_slice(bytes));
        (image.to_vec(), copy.assume_init())
    }
}

fn shown(value: &impl Value) -> String {
    struct Shown<'a, T>(&'a T);
    impl<T: Value> fmt::Display for Shown<'_, T> {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.show(formatter)
        }
    }
    Shown(value).to_string()
}

/// A value whose padding is filled.
fn over<T: Value>(value: T, filling: u8) -> (Vec<u8>, T) {
    let mut place = MaybeUninit::<T>::uninit();
    // SAFETY: the value is written over the filling.
    unsafe {
        place.as_mut_ptr().write_bytes(filling, 1);
        place.as_mut_ptr().write(value);
        image_and_copy(&*place.as_ptr())
    }
}

fn settings() -> impl Strategy<Value = Settings> {
    let fields = (any::<u8>(), any::<u64>(), any::<char>(), prop::array::uniform3(-9f32..9.0));
    fields.prop_map(|(mode, size, letter, weights)| Settings { mode, size, r#type: letter, weights })
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        any::<i64>().prop_map(Op::Push),
        Just(Op::Add),
        (any::<u8>(), any::<bool>()).prop_map(|(by, left)| Op::Shift { by, left }),
        (any::<u32>(), any::<i32>(), settings()).prop_map(|(first, second, settings)| Op::Both(Pair(first, second), settings)),
    ]
}

proptest! {
    #[test]
    fn an_image_is_the_value(settings in settings(), op in op(), filling in any::<u8>()) {
        let ((image, copy), (other, _)) = (image_and_copy(&settings), over(settings, filling));
        prop_assert_eq!((copy, image), (settings, other));
        let ((image, copy), (other, _)) = (image_and_copy(&op), over(op, filling));
        prop_assert_eq!((copy, image), (op, other));
        prop_assert_eq!((shown(&settings), shown(&op)), (format!("{settings:?}"), format!("{op:?}")));
    }
}

#[test]
fn whether_there_is_padding_is_known() {
    const { assert!(!Settings::NO_PADDING && Pair::NO_PADDING && Nothing::NO_PADDING && !Op::NO_PADDING && Sign::NO_PADDING) };
    const { assert!(Row::<u32, 3>::NO_PADDING && !Row::<u32, 2>::NO_PADDING && Many::NO_PADDING) };
}

#[test]
fn an_enum_of_three_hundred_variants_is_a_value() {
    assert_eq!(MANY.len(), 300);
    for (index, many) in MANY.iter().enumerate() {
        assert_eq!(image_and_copy(many), ((index as u16).to_ne_bytes().to_vec(), *many));
    }
}

#[test]
fn generic_types_and_discriminants_are_written() {
    let row = Row { first: 1.5f64, rest: [2.5; 4] };
    assert_eq!(image_and_copy(&row).1, row);
    assert_eq!(shown(&row), "Row { first: 1.5, rest: [2.5, 2.5, 2.5, 2.5] }");
    assert_eq!(image_and_copy(&Sign::Minus), (vec![0xff, 0xff], Sign::Minus));
    assert_eq!((image_and_copy(&Sign::Plus).1, image_and_copy(&Nothing)), (Sign::Plus, (Vec::new(), Nothing)));
}
