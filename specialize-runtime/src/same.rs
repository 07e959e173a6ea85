//! Comparing two types, for generated code that is generic over them.

use std::any::TypeId;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};

/// Whether two types are the same but for their lifetimes.
///
/// It costs nothing: both are known where the code is made.
#[must_use]
#[inline(always)]
pub fn are_same<A: ?Sized, B: ?Sized>() -> bool {
    identity::<A>() == identity::<B>()
}

/// The identity of a type with all its lifetimes erased.
#[inline(always)]
fn identity<T: ?Sized>() -> TypeId {
    trait Identity {
        fn identity(&self) -> TypeId
        where
            Self: 'static;
    }
    impl<T: ?Sized> Identity for PhantomData<T> {
        #[inline(always)]
        fn identity(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }
    let of: &dyn Identity = &PhantomData::<T>;
    // SAFETY: only the bound on the object's lifetime changes, and the call looks at nothing but the type itself, of which
    // code has no lifetimes.
    let of = unsafe { mem::transmute::<&dyn Identity, &(dyn Identity + 'static)>(of) };
    of.identity()
}

/// A value as of another type that is the same but for its lifetimes.
///
/// # Safety
///
/// The types are the same, as [`are_same`] says, but for lifetimes; and those of the result are ones that the value has.
#[inline(always)]
pub unsafe fn same<A, B>(value: A) -> B {
    let value = ManuallyDrop::new(value);
    // SAFETY: they are the same type, and the value is not used again.
    unsafe { mem::transmute_copy::<A, B>(&value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_text<T>(_: &T) -> bool {
        are_same::<T, &'static str>()
    }

    #[test]
    fn types_are_told_apart_without_their_lifetimes() {
        let text = String::from("text");
        assert!(is_text(&text.as_str()) && !is_text(&text) && !is_text(&text.as_bytes()));
        assert!(are_same::<[u8], [u8]>() && !are_same::<[u8], str>() && !are_same::<u32, i32>());
    }

    #[test]
    fn values_keep_their_bits_and_are_dropped_once() {
        let text = std::rc::Rc::new(7);
        // SAFETY: it is the same type.
        let same: std::rc::Rc<i32> = unsafe { same(std::rc::Rc::clone(&text)) };
        assert_eq!((*same, std::rc::Rc::strong_count(&text)), (7, 2));
        drop(same);
        assert_eq!(std::rc::Rc::strong_count(&text), 1);
    }
}
