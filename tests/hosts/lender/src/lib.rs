//! A library whose code kernels of other crates take along.

/// Inlined.
#[inline]
pub fn one_more(x: u64) -> u64 {
    x + 1
}

/// In the library's own file only.
#[inline(never)]
pub fn pick(xs: &[u64], n: usize) -> u64 {
    xs[n]
}

/// The same, written out where it stands.
#[macro_export]
macro_rules! picked {
    ($xs:expr, $n:expr) => {
        $crate::pick($xs, $n)
    };
}
