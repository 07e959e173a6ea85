//! The crate of functions written by hand, made for the processor that the bench runs on, as variants are.

use std::error::Error;
use std::path::Path;
use std::process::Command;

use libloading::Library;

use super::by_hand::ByHand;

/// Compiles and opens the crate; it stays loaded.
///
/// The bench itself is mostly built for any processor of its kind: a function compiled with it could not use what a variant uses.
pub(crate) fn by_hand(folder: &Path) -> Result<&'static ByHand, Box<dyn Error>> {
    let library = folder.join("libhand.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/kernels/hand.rs");
    let status = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--crate-type=cdylib", "--edition=2024", "-Copt-level=3", "-Ccodegen-units=1", "-Ctarget-cpu=native"])
        .arg("-o")
        .args([&library, &source])
        .status()?;
    if !status.success() {
        return Err("the functions written by hand do not compile".into());
    }
    // SAFETY: the library is a plain one, made just now. The symbol's type stands in a file that both sides include, and both were
    // compiled by the same compiler.
    unsafe {
        let library: &'static Library = Box::leak(Box::new(Library::new(library)?));
        Ok(*library.get::<&'static ByHand>(b"BY_HAND")?)
    }
}
