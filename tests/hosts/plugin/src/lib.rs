//! A library for programs of any kind, which has specialized functions of its own.

use std::ffi::{CStr, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::panic::catch_unwind;
use std::path::Path;

use checks::in_all_tiers;
use specialize::{Config, specialize};

#[global_allocator]
static ALLOCATOR: checks::memory::Counting = checks::memory::Counting;

/// Only the plugin has it.
#[specialize(n in [2])]
fn own(text: &str, n: usize) -> String {
    text.repeat(n)
}

/// Checks the functions of the library and the plugin's own, with a store in the folder `store`. Zero, if all is well.
///
/// # Safety
///
/// `store` is a string that ends with zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn check(store: *const c_char) -> i32 {
    // SAFETY: the caller's promise.
    let store = Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(store) }.to_bytes()));
    let checked = catch_unwind(|| {
        Config::default().cache_dir(store).install().expect("this copy has settings of its own");
        checks::all();
        assert_eq!(in_all_tiers!(own("ab"; 3)).returned(), "ababab");
    });
    i32::from(checked.is_err())
}

/// Asks for a variant, with a store in the folder `store`, and does not wait for it.
///
/// # Safety
///
/// `store` is a string that ends with zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ask(store: *const c_char) {
    // SAFETY: the caller's promise.
    let store = Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(store) }.to_bytes()));
    Config::default().cache_dir(store).install().expect("this copy has settings of its own");
    drop(own::request(7));
}

/// How many panics this copy has seen.
#[unsafe(no_mangle)]
pub extern "C" fn panics() -> usize {
    checks::outcome::panics()
}
