//! What becomes of a template whose dependencies are there, are gone, are others, or have state.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::dependencies::confirm;
use super::super::digest::digest_file;
use super::*;
use crate::record;
use crate::template::Dependency;

/// A crate with code of each kind: inline, generic, its rlib's own, and such as keeps something.
const SOURCE: &str = "use std::sync::atomic::{AtomicU64, Ordering};
    static CALLS: AtomicU64 = AtomicU64::new(0);
    std::thread_local! { static MINE: std::cell::Cell<u64> = const { std::cell::Cell::new(0) } }
    #[inline] pub fn inline(x: u64) -> u64 { x + 1 }
    pub fn generic<T: Into<u64>>(x: T) -> u64 { x.into() + 2 }
    #[inline(never)] pub fn own(x: &[u64], n: usize) -> u64 { x[n] + 3 }
    #[inline(never)] pub fn counted(x: u64) -> u64 { x + CALLS.fetch_add(1, Ordering::Relaxed) }
    #[inline(never)] pub fn of_the_thread(x: u64) -> u64 { MINE.with(|mine| mine.replace(x)) }
    #[inline(never)] pub fn printed(x: u64) -> u64 { println!(\"{x}\"); x }";

/// Compiles the crate in a folder, as cargo does, and gives back its rlib; the metadata stands beside it.
fn build(folder: &Path, source: &str) -> PathBuf {
    fs::write(folder.join("lender.rs"), source).expect("writable");
    let arguments = ["--crate-type=lib", "--edition=2024", "--emit=metadata,link", "-Copt-level=1", "-Cmetadata=1", "lender.rs"];
    let status = Command::new(record::RUSTC).args(arguments).current_dir(folder).status().expect("the compiler of this test");
    assert!(status.success());
    folder.join("liblender.rlib")
}

/// A kernel that calls `lender::...`, which stands in this file.
fn borrower(call: &str, file: &Path) -> Template {
    let digest = digest_file(file).expect("readable");
    let path: &'static str = Box::leak(file.display().to_string().into_boxed_str());
    let dependencies: &'static [Dependency] = vec![Dependency { name: "lender", path, digest }].leak();
    let preamble: &'static str = Box::leak(format!("{} use ::lender;", KERNEL.preamble).into_boxed_str());
    let text = Box::leak(format!("pub fn kernel(x: u64, n: u32) -> u64 {{ {call} }}").into_boxed_str());
    Template { preamble, flags: Flags::Read(BuildFlags { dependencies, ..FLAGS }), ..kernel(text) }
}

const ALL: &str = "lender::inline(x) * lender::generic(n) * lender::own(&[x, 5], n as usize)";

#[test]
fn code_of_a_dependency_comes_by_its_rlib_or_by_its_metadata() {
    let workshop = Workshop::open();
    let rlib = build(workshop.folder.path(), SOURCE);
    for file in [rlib.clone(), rlib.with_extension("rmeta")] {
        let kernel: fn(u64, u32) -> u64 = workshop.load(&borrower(ALL, &file), 1);
        assert_eq!(kernel(10, 0), 11 * 3 * 8);
    }
}

#[test]
fn a_dependency_that_is_gone_or_another_is_named_until_it_is_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let rlib = build(folder.path(), SOURCE);
    let template = borrower(ALL, &rlib);
    confirm(&template).expect("it is there");
    let away = folder.path().join("away");
    fs::rename(&rlib, &away).expect("renamed");
    let error = confirm(&template).expect_err("it is gone");
    assert!(matches!(&error, Error::DependencyMissing { name: "lender", path, .. } if *path == rlib), "{error}");
    build(folder.path(), &SOURCE.replace("x + 1", "x + 7"));
    let error = confirm(&template).expect_err("it is another");
    assert!(matches!(&error, Error::DependencyDiffers { name: "lender", path, .. } if *path == rlib), "{error}");
    assert!(error.may_pass());
    fs::rename(&away, &rlib).expect("renamed");
    confirm(&template).expect("it is back");
}

#[test]
fn code_is_only_taken_from_the_rlib_that_belongs_to_the_metadata() {
    let workshop = Workshop::open();
    let rlib = build(workshop.folder.path(), SOURCE);
    let (metadata, kept) = (rlib.with_extension("rmeta"), workshop.folder.path().join("kept"));
    let template = borrower(ALL, &metadata);
    fs::copy(&metadata, &kept).expect("copied");
    build(workshop.folder.path(), &SOURCE.replace("x[n] + 3", "x[n] + 4"));
    fs::copy(&kept, &metadata).expect("copied");
    let error = workshop.compile(&template, 1).expect_err("it is another");
    assert!(matches!(&error, Error::DependencyDiffers { path, .. } if *path == rlib), "{error}");
    fs::remove_file(&rlib).expect("removed");
    let error = workshop.compile(&template, 1).expect_err("it is gone");
    assert!(matches!(&error, Error::DependencyMissing { path, .. } if *path == rlib), "{error}");
}

#[test]
fn state_of_a_dependency_and_what_it_needs_of_std_are_named() {
    let workshop = Workshop::open();
    let rlib = build(workshop.folder.path(), SOURCE);
    for (call, symbol) in [("lender::counted(x)", "lender::CALLS"), ("lender::of_the_thread(x)", "lender::MINE")] {
        let error = workshop.compile(&borrower(call, &rlib), 1).expect_err("it has state");
        assert!(matches!(&error, Error::DependencyState { symbols, .. } if symbols.contains(symbol)), "{error}");
    }
    let error = workshop.compile(&borrower("lender::printed(x)", &rlib), 1).expect_err("it prints");
    assert!(matches!(&error, Error::UnresolvedSymbol { symbols, .. } if symbols.contains("std::io::stdio::_print")), "{error}");
}
