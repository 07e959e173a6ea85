//! The signatures a specialized function may have.
#![deny(warnings, missing_docs, unused_results, unreachable_pub, single_use_lifetimes, rust_2018_idioms, missing_debug_implementations)]

use specialize::specialize;

#[specialize(n in [1])]
fn elided<'a>(x: &'a [u8], n: usize, y: &u8) -> Option<&'a u8> {
    x.get(n).filter(|found| *found != y)
}

#[specialize(n in [1])]
fn only_one(x: &[u8], n: usize) -> &[u8] {
    &x[n..]
}

#[specialize(n in [true])]
fn bounded<'a, 'b: 'a>(x: &'a u8, y: &'b u8, n: bool) -> &'a u8
where
    'b: 'a,
{
    if n { x } else { y }
}

#[specialize(n in [1])]
fn anonymous(x: std::slice::Iter<'_, u8>, n: usize) -> std::iter::Skip<std::slice::Iter<'_, u8>> {
    x.skip(n)
}

#[specialize(n in [1])]
fn mutable(x: &mut Vec<u8>, mut n: u8) {
    while n > 0 {
        x.push(n);
        n -= 1;
    }
}

#[specialize(n in [1])]
fn patterns((a, [b, ..]): (u8, [u8; 2]), _: u8, mut c: u8, n: u8, &d: &u8) -> u8 {
    c += n;
    a + b + c + d
}

#[specialize(n in [2])]
fn owned(mut x: Vec<u8>, y: String, z: Box<u8>, n: usize) -> Result<(Vec<u8>, String), Box<u8>> {
    x.truncate(n);
    if x.is_empty() { Err(z) } else { Ok((x, y)) }
}

#[specialize(n in [2])]
fn higher(f: &dyn for<'x> Fn(&'x u8, &u8) -> bool, g: fn(&u8) -> &u8, n: u8) -> bool {
    f(g(&n), &n)
}

#[specialize(n in [2])]
fn nothing(n: u8) {
    assert_ne!(n, 0);
}

/// # Safety
///
/// `x` points to a number.
#[specialize(n in [2])]
unsafe fn dangerous(x: *const u8, n: u8) -> u8 {
    // SAFETY: the caller says so.
    unsafe { *x + n }
}

#[specialize(n in [2])]
#[must_use]
#[inline(never)]
#[allow(unused_variables)]
fn attributes(n: u8, unused: u8) -> u8 {
    n
}

#[specialize(n in [2])]
#[expect(unused_variables)]
fn expected(n: u8, unused: u8) -> u8 {
    n
}

#[specialize(n in [2])]
#[deprecated = "for the test"]
#[cold]
fn deprecated(n: u8) -> u8 {
    n
}

#[specialize(n in [2])]
fn never(n: u8) -> ! {
    panic!("{n}")
}

#[specialize(n in [3])]
fn recursive(x: u64, n: u32) -> u64 {
    if n == 0 { 1 } else { x * recursive(x, n - 1) }
}

#[specialize(r#type in [3])]
fn r#match(r#in: u64, r#type: u64) -> u64 {
    r#in + r#type
}

#[specialize(entry in [3], value in [1, 4])]
fn names_of_the_macro(entry: u64, binding: u64, value: u64, timeout: u64, function: u64) -> u64 {
    entry + binding + value + timeout + function
}

#[specialize(_n in [3], n in [4])]
fn underscores(_n: u64, _x: u64, n: u64) -> u64 {
    n
}

mod outer {
    pub(super) mod inner {
        use specialize::specialize;

        #[specialize(n in [3])]
        pub(in crate::outer) fn restricted(n: u64) -> u64 {
            n
        }

        #[specialize(n in [3])]
        pub(crate) fn shared(n: u64) -> u64 {
            n
        }
    }

    pub(super) fn call() -> u64 {
        inner::restricted(3) + inner::restricted::at::<4>()
    }
}

fn main() {
    specialize::Config::default().mode(specialize::Mode::BuildTime).install().expect("nothing was called yet");
    let bytes = [1, 2, 3];
    assert_eq!((elided(&bytes, 1, &5), elided::bind(1).call(&bytes, &2)), (Some(&2), None));
    assert_eq!((only_one(&bytes, 1), only_one::at::<2>(&bytes)), (&bytes[1..], &bytes[2..]));
    assert_eq!((bounded(&1, &2, true), bounded::bind(false).call(&1, &2), bounded::at::<false>(&1, &2)), (&1, &2, &2));
    assert_eq!(anonymous(bytes.iter(), 1).count() + anonymous::bind(2).call(bytes.iter()).count(), 3);
    let mut vector = Vec::new();
    mutable(&mut vector, 2);
    mutable::bind(1).call(&mut vector);
    assert_eq!(vector, [2, 1, 1]);
    assert_eq!(patterns((1, [2, 3]), 4, 5, 6, &7) + patterns::bind(6).call((1, [2, 3]), 4, 5, &7), 42);
    assert_eq!(owned(vec![1, 2, 3], String::new(), Box::new(1), 2), Ok((vec![1, 2], String::new())));
    assert!(higher(&|x, y| x == y, |x| x, 3));
    nothing(2);
    let number = 5;
    // SAFETY: the pointer is one to a number.
    assert_eq!(unsafe { dangerous(&raw const number, 2) + dangerous::bind(3).call(&raw const number) }, 15);
    assert_eq!(attributes(2, 1) + expected(3, 1), 5);
    #[allow(deprecated)]
    let old = deprecated(2);
    assert_eq!(old, 2);
    assert!(std::panic::catch_unwind(|| never(2)).is_err());
    assert_eq!((recursive(2, 3), recursive::at::<5>(2)), (8, 32));
    assert_eq!((r#match(1, 3), r#match::at::<4>(1)), (4, 5));
    assert_eq!(names_of_the_macro(1, 2, 3, 4, 5) + names_of_the_macro::bind(1, 3).call(2, 4, 5), 30);
    assert_eq!(underscores(3, 1, 4), 4);
    assert_eq!(outer::call() + outer::inner::shared(2), 9);
}
