//! What stands beside every annotated function: each item does what its documentation says.

mod support;

#[path = "surface/handles.rs"]
mod handles;
#[path = "surface/identity.rs"]
mod identity;
#[path = "surface/pending.rs"]
mod pending;
#[path = "surface/tables.rs"]
mod tables;

use std::fs;
use std::path::Path;

use specialize::specialize;
use support::compilers::{COMPILE, compiler};

/// Where its code is: another place in every variant made at run time.
#[specialize(n in [1])]
fn whereabouts(n: u32) -> (usize, u32) {
    fn here() {}
    let here: fn() = here;
    (here as usize, n)
}

/// A compiler that waits until it is [opened](open).
fn closed_compiler(folder: &Path) -> std::path::PathBuf {
    compiler(folder, &[(COMPILE, "while [ ! -e \"$folder/open\" ]; do /bin/sleep 0.02; done")])
}

/// Lets a closed compiler in `folder` do its work.
fn open(folder: &Path) {
    fs::write(folder.join("open"), "").expect("a file");
}
