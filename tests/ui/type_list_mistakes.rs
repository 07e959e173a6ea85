//! Mistakes in the lists of types for type parameters.

use specialize::specialize;

#[specialize(n, T in [f32])]
fn not_there(x: f32, n: u32) -> f32 {
    x * n as f32
}

#[specialize(n, T)]
fn no_list<T>(x: T, n: u32) -> T {
    let _ = n;
    x
}

#[specialize(n, T in [f32], T in [f64])]
fn named_twice<T>(x: T, n: u32) -> T {
    let _ = n;
    x
}

#[specialize(n, T in [f32, f64, f32])]
fn listed_twice<T>(x: T, n: u32) -> T {
    let _ = n;
    x
}

#[specialize(n, T in [&str, std::slice::Iter<'static, u8>])]
fn lifetimes<T>(x: T, n: u32) -> T {
    let _ = n;
    x
}

#[specialize(n, T in [1, 2])]
fn values<T>(x: T, n: u32) -> T {
    let _ = n;
    x
}

#[specialize(n, T in [])]
fn nothing<T>(x: T, n: u32) -> T {
    let _ = n;
    x
}

#[specialize(n, T in 1..=2)]
fn range<T>(x: T, n: u32) -> T {
    let _ = n;
    x
}

#[specialize(n, (T, U) in [(f32, u8)])]
fn together<T, U>(x: T, y: U, n: u32) -> (T, U) {
    let _ = n;
    (x, y)
}

#[specialize(n in [Vec<u8>, String])]
fn types_for_values(x: u32, n: u32) -> u32 {
    x + n
}

#[specialize(T in [f32, f64])]
fn no_values<T>(x: T) -> T {
    x
}

fn main() {}
