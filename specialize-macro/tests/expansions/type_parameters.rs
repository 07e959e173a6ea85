//! A function with a type parameter.

/// The first `n` products, added up.
#[specialize(n, T in [f32, f64])]
pub fn dot<T: ::std::ops::Mul<Output = T> + ::std::iter::Sum + Copy>(a: &[T], b: &[T], n: usize) -> T {
    (0..n).map(|index| a[index] * b[index]).sum()
}
