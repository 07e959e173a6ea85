//! A function that means something else in every edition.

use checks::in_all_tiers;
use specialize::specialize;

/// What the edition makes of an array's `into_iter`, of the temporaries of a tail expression, and of a closure's captures.
#[allow(array_into_iter, clippy::into_iter_on_ref, clippy::size_of_ref, unused_assignments)]
#[specialize(n)]
pub fn told(drops: &::std::cell::RefCell<Vec<u32>>, n: u32) -> usize {
    struct Noted<'a>(&'a ::std::cell::RefCell<Vec<u32>>, u32);
    impl<'a> Noted<'a> {
        fn number(&self) -> u32 {
            self.1
        }
    }
    impl<'a> Drop for Noted<'a> {
        fn drop(&mut self) {
            self.0.borrow_mut().push(self.1);
        }
    }
    fn tail(drops: &::std::cell::RefCell<Vec<u32>>) -> u32 {
        let _local = Noted(drops, 1);
        Noted(drops, 2).number()
    }
    fn capture(drops: &::std::cell::RefCell<Vec<u32>>) {
        let pair = (Noted(drops, 3), Noted(drops, 4));
        let closure = move || pair.0.number();
        closure();
        drop(closure);
        drops.borrow_mut().push(0);
    }
    let mut size = 0;
    for item in [1u8, 2].into_iter() {
        size = ::std::mem::size_of_val(&item);
    }
    for _ in 0..n {
        tail(drops);
        capture(drops);
    }
    size
}

/// What the edition makes of a panic with one literal.
#[allow(non_fmt_panics)]
#[specialize(n)]
pub fn fallen(x: u32, n: u32) -> u32 {
    if x != n {
        panic!("n = {n}")
    }
    x
}

/// Prints what the edition makes of it, once all tiers agree.
pub fn report() {
    let drops = ::std::cell::RefCell::new(Vec::new());
    let size = in_all_tiers!(told(&drops; 1)).returned();
    let drops = drops.into_inner();
    let (first, rest) = drops.split_at(drops.len() / 4);
    assert!(rest.chunks(first.len()).all(|other| other == first), "the tiers drop in the same order: {:?}", drops);
    println!("items of {} bytes, drops {:?}", size, first);
}

/// Prints how the edition panics, once all tiers agree.
pub fn fall() {
    let (message, place) = in_all_tiers!(fallen(2; 1)).panicked();
    println!("{} at {}", message, place);
}
