//! What a function with type parameters may look like.

use std::panic::catch_unwind;
use std::rc::Rc;

use specialize::specialize;

use crate::support;

/// Several types, a where clause, lifetimes, and values of a type parameter; it is `unsafe` besides.
///
/// # Safety
///
/// `index` is in `items`.
#[specialize(offset, count in [1, 2], T in [u8, (u16, bool)], U in [Vec<u8>, String])]
unsafe fn several<'a, T, U>(items: &'a [U], index: usize, offset: T, count: u8) -> (&'a U, T, Vec<T>)
where
    T: Copy + ::std::fmt::Debug + 'a,
    U: AsRef<[u8]>,
{
    // SAFETY: the caller says so.
    let item = unsafe { items.get_unchecked(index) };
    (item, offset, vec![offset; item.as_ref().len() * count as usize])
}

#[specialize(n, T in [Vec<u8>, String], work = xs.len() + ::std::mem::size_of::<T>(), hot = 1_000_000)]
fn repeated<T: Clone>(xs: Vec<T>, n: usize) -> Vec<T> {
    (0..n).flat_map(|_| xs.iter().cloned()).collect()
}

#[specialize(n, T in [u32, u64], batch(x))]
fn power<T: Copy + ::std::ops::Mul<Output = T> + From<u8>>(x: T, n: u32) -> T {
    if n == 0 { T::from(1) } else { x * power(x, n - 1) }
}

#[specialize(n, T in [i32, i64])]
fn divided<T: ::std::ops::Div<Output = T> + From<i32>>(x: T, n: i32) -> T {
    x / T::from(n)
}

/// A type of no known size.
#[specialize(n, T in [str, String])]
fn length<T: ?Sized + AsRef<str>>(text: &T, n: usize) -> usize {
    text.as_ref().len() * n
}

#[test]
fn types_may_be_of_no_known_size() {
    support::private_store();
    assert_eq!(length::prepare::<str>(3).expect("a variant").call("four"), 12);
    assert_eq!((length("four", 2), length(&String::from("four"), 3), length(&Box::<str>::from("four"), 4)), (8, 12, 16));
}

#[test]
fn all_parts_of_a_signature_may_depend_on_types() {
    support::private_store();
    let items = [vec![1u8], vec![2, 3]];
    // SAFETY: there are two items.
    let (expected, found) = unsafe {
        let bound = several::prepare::<_, Vec<u8>>((7u16, true), 3).expect("a variant");
        (several::generic(&items, 1, (7u16, true), 3), bound.call(&items, 1))
    };
    assert_eq!(expected, found);
    let names = [String::from("one")];
    // SAFETY: there is one item.
    let (listed, other) = unsafe { (several(&names, 0, 9u8, 2), several(&["two"], 0, 'x', 2)) };
    assert_eq!(listed, (&names[0], 9, vec![9; 6]));
    assert_eq!(other, (&"two", 'x', vec!['x'; 6]));
    assert_eq!(several::table::<u8, String>().name(), "several::<u8, String>");
}

#[test]
fn values_are_dropped_once() {
    support::private_store();
    let texts = || vec![String::from("a"), String::from("b")];
    let bound = repeated::prepare::<String>(3).expect("a variant");
    assert_eq!(bound.call(texts()), repeated::generic(texts(), 3));
    assert_eq!(repeated(texts(), 3), repeated::generic(texts(), 3));
    let counted = Rc::new(());
    assert_eq!(repeated(vec![Rc::clone(&counted); 2], 2).len(), 4);
    assert_eq!(Rc::strong_count(&counted), 1);
}

#[test]
fn batches_are_of_one_type() {
    support::private_store();
    let (mut small, mut large, mut other) = ([0u32; 3], [0u64; 3], [0u128; 3]);
    power::map(&[1, 2, 3], 5, &mut small);
    power::prepare::<u64>(5).expect("a variant").map(&[1, 2, 3], &mut large);
    power::map(&[1, 2, 3], 5, &mut other);
    assert_eq!((small, large, other), ([1, 32, 243], [1, 32, 243], [1, 32, 243]));
}

#[test]
fn panics_keep_their_words() {
    support::private_store();
    let bound = divided::prepare::<i64>(0).expect("a variant");
    let caught = [catch_unwind(|| bound.call(1)), catch_unwind(|| divided::generic(1i64, 0))];
    let words = caught.map(|caught| caught.expect_err("divided by zero").downcast_ref::<&str>().map(ToString::to_string));
    assert_eq!(words[0], words[1]);
}
