//! Annotated functions in a library, for other crates to call.
//!
//! ```
//! let bound = kernels::power::prepare(13).expect("a variant");
//! assert_eq!(bound.tier(), kernels::specialize::Tier::Runtime);
//! assert_eq!(bound.call(2), 8192);
//! ```

pub use ::specialize;

use ::specialize::specialize;

/// Raises `x` to the power `n`, wrapping.
#[specialize(n in [2, 3, 8])]
pub fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// Overflows where the build checks for it, and wraps where not.
#[specialize(n)]
pub fn add(x: u8, n: u8) -> u8 {
    x + n
}

/// Fails where the build has debug assertions.
#[specialize(n)]
pub fn below(x: u32, n: u32) -> u32 {
    debug_assert!(x < n, "{x} is not below {n}");
    x
}

/// Panics with an index out of bounds.
#[specialize(n)]
pub fn pick(values: &[u32], n: usize) -> u32 {
    values[n]
}

/// Panics with a message of its own, while a value of the caller's is borrowed and one of its own is to be dropped.
#[specialize(n)]
pub fn fall(log: &std::cell::RefCell<Vec<u32>>, n: u32) -> u32 {
    struct Dropped<'a>(&'a std::cell::RefCell<Vec<u32>>, u32);
    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            self.0.borrow_mut().push(self.1);
        }
    }
    let _first = Dropped(log, n);
    let _second = Dropped(log, n + 1);
    log.borrow_mut().push(0);
    panic!("fell at {n}, é")
}

/// Takes memory of the caller's, frees some of it, and gives memory of its own away.
#[specialize(n)]
pub fn grow(texts: Vec<(usize, String)>, n: usize) -> (Vec<(usize, String)>, Box<[u64]>) {
    let mut grown: Vec<(usize, String)> = texts.into_iter().filter(|(_, text)| text.len() > 1).collect();
    for index in 0..n {
        grown.push((index, format!("text {index} of {n}")));
    }
    grown.reserve(100);
    (grown, vec![0; n].into_boxed_slice())
}

/// Tells what it knows of the build.
#[specialize(n)]
pub fn build(n: u32) -> String {
    #[cfg(feature = "loud")]
    let voice = "loud";
    #[cfg(not(feature = "loud"))]
    let voice = "quiet";
    let tuned = if cfg!(tuned) { "tuned" } else { "not tuned" };
    let debug = if cfg!(debug_assertions) { "debug" } else { "not debug" };
    // Variants are made for the machine's own processor, which changes nothing of what the build said.
    let processor = [cfg!(target_feature = "sse2"), cfg!(target_feature = "sse4.2"), cfg!(target_feature = "avx2")];
    format!("{n}: {voice}, {tuned}, {debug}, {processor:?}")
}

/// Tells types apart.
#[specialize(n)]
pub fn identity(n: u32) -> (u32, std::any::TypeId, String) {
    struct Inner;
    let id = std::any::TypeId::of::<(Inner, Vec<u64>)>();
    (n, id, std::any::type_name::<Inner>().to_owned())
}

/// Defines an annotated function for another crate.
#[macro_export]
macro_rules! next {
    ($(#[$attribute:meta])* $visibility:vis fn $name:ident($type:ty) + $step:expr) => {
        $(#[$attribute])*
        #[$crate::specialize::specialize(n in [0, 1], crate = $crate::specialize)]
        $visibility fn $name(values: &[$type], n: usize) -> $type {
            values[n] + $step
        }
    };
}
