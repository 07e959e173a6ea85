//! A program that knows the crate by other names only.

use checks::in_all_tiers;

/// The crate as a part of another.
mod engines {
    pub use jit as current;
}

/// By the name of the dependency.
#[jit::specialize(n in [2], crate = jit)]
fn by_name(x: u32, n: u32) -> u32 {
    x.pow(n)
}

/// By an absolute path.
#[::jit::specialize(n in [2], crate = ::jit)]
fn by_absolute_path(x: u32, n: u32) -> u32 {
    x.pow(n)
}

/// By a path through a module of its own.
#[engines::current::specialize(n in [2], crate = crate::engines::current)]
fn by_module(x: u32, n: u32) -> u32 {
    x.pow(n)
}

/// By a path through another crate.
#[kernels::specialize::specialize(n in [2], crate = kernels::specialize)]
fn by_other_crate(x: u32, n: u32) -> u32 {
    x.pow(n)
}

kernels::next! {
    /// By the path that a macro of another crate knows.
    fn by_macro(u32) + 1
}

fn main() {
    assert_eq!(in_all_tiers!(by_name(5; 3)).returned(), 125);
    assert_eq!(in_all_tiers!(by_absolute_path(5; 3)).returned(), 125);
    assert_eq!(in_all_tiers!(by_module(5; 3)).returned(), 125);
    assert_eq!(in_all_tiers!(by_other_crate(5; 3)).returned(), 125);
    assert_eq!(in_all_tiers!(by_macro(&[5, 6, 7]; 2)).returned(), 8);
    let (_, place) = in_all_tiers!(by_macro(&[5]; 2)).panicked();
    println!("a macro's panic is at {place}");
}
