// The kernels of the probe, which stand in its program and in its template: as in any host, both must mean the same.
// The last parameter of each is the specialized one.

use ::core::any::{Any, TypeId, type_name};
use ::core::cell::Cell;
use ::core::hint::black_box;

/// The kernels as function pointers, of the program or of a variant.
#[derive(Clone, Copy)]
pub struct Kernels {
    pub scalars: fn(i8, u16, i32, u64, bool, char, isize, u8, u32) -> i64,
    pub floats: fn(f32, f64, &[f64], u32) -> (f32, f64),
    pub wide: fn(u128, i128, u32) -> u128,
    /// What the linker takes from the system and from the compiler's own helpers; not in every variant.
    pub maths: Option<fn(f64, u128, u32) -> (f64, u128)>,
    pub find: fn(&[u64], &str, u32) -> Option<usize>,
    pub describe: fn(&str, &[i64], u32) -> String,
    pub grow: fn(&mut Vec<(u32, String)>, u32),
    pub consume: fn(Vec<u64>, Box<str>, u32) -> u64,
    pub allocate: fn(u32) -> Vec<u64>,
    pub add: fn(u64, &Cell<u32>, u32) -> u64,
    pub index: fn(&[u64], &Cell<u32>, u32) -> u64,
    pub fail: fn(&str, &Cell<u32>, u32) -> u64,
    pub call: fn(&dyn Fn(u64) -> u64, &Cell<u32>, u32) -> u64,
    pub identity: fn(u32) -> [(TypeId, &'static str); 3],
    pub any: fn(u32) -> Box<dyn Any>,
}

/// Counts that it was dropped.
struct Guard<'a>(&'a Cell<u32>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// More arguments than there are registers for.
#[allow(clippy::too_many_arguments)]
pub fn scalars(a: i8, b: u16, c: i32, d: u64, e: bool, f: char, g: isize, h: u8, n: u32) -> i64 {
    let mut sum = i64::from(a) * 3 + i64::from(b) * 5 + i64::from(c) * 7;
    for _ in 0..n {
        sum = sum.wrapping_mul(31).wrapping_add(i64::from(e) + i64::from(u32::from(f)) - i64::from(h));
        sum = (sum ^ g as i64).rotate_left(7) ^ d as i64;
    }
    sum
}

pub fn floats(x: f32, y: f64, values: &[f64], n: u32) -> (f32, f64) {
    let mut sum = y;
    for value in values {
        sum = sum / f64::from(n) + value.sqrt();
    }
    (x * n as f32 - 0.1, sum)
}

pub fn wide(a: u128, b: i128, n: u32) -> u128 {
    a.wrapping_mul(b as u128).rotate_left(n) ^ u128::from(n)
}

pub fn maths(x: f64, a: u128, n: u32) -> (f64, u128) {
    (x.sin() + x.cbrt(), a / u128::from(n))
}

pub fn find(words: &[u64], text: &str, n: u32) -> Option<usize> {
    let place = words.iter().position(|word| *word == u64::from(n))?;
    text.chars().nth(place).map(|letter| letter as usize)
}

pub fn describe(text: &str, numbers: &[i64], n: u32) -> String {
    format!("{text:?} {numbers:x?} {n:>4} {:.2}", f64::from(n) / 3.0)
}

pub fn grow(list: &mut Vec<(u32, String)>, n: u32) {
    for number in 0..n {
        list.push((number, format!("{number} of {n}")));
    }
}

pub fn consume(list: Vec<u64>, text: Box<str>, n: u32) -> u64 {
    list.iter().sum::<u64>() + text.len() as u64 + u64::from(n)
}

/// Allocates in every way there is: zeroed, aligned to more than usual, growing and shrinking.
pub fn allocate(n: u32) -> Vec<u64> {
    #[repr(align(256))]
    struct Aligned(u64);
    let zeroed = black_box(vec![0u64; n as usize]);
    let aligned = black_box(Box::new(Aligned(u64::from(n))));
    let mut list = zeroed.clone();
    for number in zeroed {
        list.push(number + aligned.0 + (&raw const *aligned).addr() as u64 % 256);
        list = black_box(list);
    }
    list.shrink_to_fit();
    list
}

pub fn add(x: u64, dropped: &Cell<u32>, n: u32) -> u64 {
    let _guard = Guard(dropped);
    x + u64::from(n)
}

pub fn index(words: &[u64], dropped: &Cell<u32>, n: u32) -> u64 {
    let _guard = Guard(dropped);
    words[n as usize]
}

pub fn fail(text: &str, dropped: &Cell<u32>, n: u32) -> u64 {
    let _guard = Guard(dropped);
    let _list = black_box(vec![n; 3]);
    panic!("{text} {n}")
}

/// Calls back, perhaps to be left by a panic of the callee's.
pub fn call(callee: &dyn Fn(u64) -> u64, dropped: &Cell<u32>, n: u32) -> u64 {
    let _guard = Guard(dropped);
    callee(u64::from(n)) + 1
}

pub fn identity(n: u32) -> [(TypeId, &'static str); 3] {
    let _ = n;
    [
        (TypeId::of::<Marker>(), type_name::<Marker>()),
        (TypeId::of::<Vec<Option<Marker>>>(), type_name::<Vec<Option<Marker>>>()),
        (TypeId::of::<String>(), type_name::<String>()),
    ]
}

pub fn any(n: u32) -> Box<dyn Any> {
    Box::new((n, format!("{n}")))
}
