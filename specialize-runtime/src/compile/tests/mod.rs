//! Tests that run real compilers and linkers, and false ones.

mod children;
mod dependencies;
mod faults;
mod instances;
mod variants;

use std::ffi::{CStr, c_void};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use libloading::os::unix::Library;
use tempfile::TempDir;

use super::toolchain::Toolchain;
use super::{Limits, Lowering, Request, compile, support};
use crate::Error;
use crate::artifact::file::Artifact;
use crate::artifact::host::Support;
use crate::descriptor::example;
use crate::template::{BuildFlags, Flags, Piece, Template};
use crate::value::Part;

const LIMITS: Limits = Limits { timeout: Duration::from_secs(120), memory: None };

const FLAGS: BuildFlags = BuildFlags { executable: true, metadata: &["0123456789abcdef"], ..example::FLAGS };

/// A template of `fn kernel(x: u64, n: u32) -> ...`; the body and the entry are each test's own.
const KERNEL: Template = Template {
    module_path: "host::math::kernel::template",
    file: "src/math.rs",
    preamble: "#[allow(unused_imports)] use ::std::prelude::rust_2024::*; #[allow(unused_imports)] use ::{std, core}; \
               #[allow(unused_imports)] use ::std::{vec, format, panic, println, cfg};",
    flags: Flags::Read(FLAGS),
    ..example::TEMPLATE
};

/// The entry of a kernel with the signature `fn(u64, u32) -> u64`.
const ENTRY: &str = "#[unsafe(no_mangle)] pub fn specialize_entry(x: u64, _: u32) -> u64 { super::kernel(x, HOLE_0) } \
    #[unsafe(no_mangle)] pub static SPECIALIZE_LAYOUT: [[usize; 2]; 3] = [[8, 8], [4, 4], [8, 8]];";

const POWER: Template = Template {
    body: &[Piece {
        line: 7,
        column: 5,
        text: "pub fn kernel(x: u64, n: u32) -> u64 { \
            let mut product = 1u64; for _ in 0..n { product = product.wrapping_mul(x); } product }",
    }],
    entry: ENTRY,
    batch: false,
    ..KERNEL
};

/// A kernel with this text, at line 7, column 5 of the user's file.
fn kernel(text: &'static str) -> Template {
    Template { body: Vec::leak(vec![Piece { line: 7, column: 5, text }]), ..POWER }
}

/// A toolchain, and a support library that this process has filled.
struct Workshop {
    toolchain: Toolchain,
    support: Support,
    folder: TempDir,
}

impl Workshop {
    fn open() -> Workshop {
        Workshop::open_with(|_| ())
    }

    /// A workshop whose toolchain was changed before anything was made with it.
    fn open_with(change: impl FnOnce(&mut Toolchain)) -> Workshop {
        // Each test has a support library of its own, as each runtime instance of a process has.
        static INSTANCE: AtomicU32 = AtomicU32::new(1000);
        let folder = tempfile::tempdir().expect("a folder");
        let mut toolchain = Toolchain::check(None, folder.path(), &LIMITS).expect("the compiler of this test");
        change(&mut toolchain);
        let instance = INSTANCE.fetch_add(1, Ordering::Relaxed);
        let library = support::build(&toolchain, instance, folder.path(), &LIMITS).expect("a support library");
        let support =
            Support::claim(&Artifact::unchecked(&library), instance, support::library_name(instance)).expect("loads").expect("is free");
        Workshop { toolchain, support, folder }
    }

    fn compile(&self, template: &Template, value: u32) -> Result<PathBuf, Error> {
        self.compile_with(&self.toolchain, template, value, &LIMITS)
    }

    fn compile_with(&self, toolchain: &Toolchain, template: &Template, value: u32, limits: &Limits) -> Result<PathBuf, Error> {
        self.make(template, value, limits, |request| compile(toolchain, request))
    }

    /// The file of the variant that `engine` makes.
    fn make<E>(
        &self,
        template: &Template,
        value: u32,
        limits: &Limits,
        engine: impl FnOnce(&Request<'_>) -> Result<Vec<u8>, E>,
    ) -> Result<PathBuf, E> {
        let template: &'static Template = Box::leak(Box::new(*template));
        let folder = tempfile::tempdir_in(&self.folder).expect("a folder").keep();
        let request = Request {
            lowering: Lowering { template, target_cpu: "native", debug_info: false, limits, folder: &folder },
            images: &[Part { bytes: &value.to_ne_bytes(), length: None }],
            support: self.support.path(),
            support_name: self.support.name(),
            resolves: &|symbol: &CStr| self.support.defines(symbol),
        };
        let dylib = engine(&request)?;
        let path = folder.join("variant.so");
        fs::write(&path, dylib).expect("writable");
        Ok(path)
    }

    /// Compiles and loads a variant; its entry is `F`, which must be a function pointer of the template's signature.
    fn load<F: Copy>(&self, template: &Template, value: u32) -> F {
        load(&self.compile(template, value).expect("compiles"))
    }
}

/// Loads a variant; its entry is `F`, which must be a function pointer of the template's signature.
fn load<F: Copy>(path: &Path) -> F {
    // SAFETY: a variant of this test's own making, which has no initialisers.
    let library = unsafe { Library::new(path) }.expect("loads");
    // SAFETY: only the address is used, as the caller's function pointer.
    let entry = *unsafe { library.get::<*mut c_void>(c"specialize_entry") }.expect("has an entry");
    std::mem::forget(library);
    // SAFETY: the caller's promise, for a function pointer.
    unsafe { std::mem::transmute_copy(&entry) }
}

/// Writes a program for `/bin/sh`. Another process writes it, since a file that any fork of this one holds open cannot be started.
fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    let mut writer = Command::new("/bin/sh")
        .args(["-c", "cat > \"$1\" && chmod 700 \"$1\"", "sh"])
        .arg(&path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut input = writer.stdin.take().expect("is piped");
    input.write_all(format!("#!/bin/sh\n{text}\n").as_bytes()).expect("a pipe");
    drop(input);
    assert!(writer.wait().expect("a shell").success());
    path
}
