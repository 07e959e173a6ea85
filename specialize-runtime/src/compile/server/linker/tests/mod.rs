//! Tests of the linker: it links what the compiler of this crate makes, and what an assembler can make.

mod assembly;
mod damage;
mod kernels;
mod refusals;
mod shape;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use libloading::os::unix::Library;
use object::read::elf::ElfFile64;
use object::{LittleEndian, Object as _, ObjectSymbol as _};
use tempfile::TempDir;

use super::{Refusal, Request, link};
use crate::artifact::file::Artifact;
use crate::artifact::host::Support;
use crate::compile::toolchain::Toolchain;
use crate::compile::{Limits, support};
use crate::record;

const LIMITS: Limits = Limits { timeout: Duration::from_secs(120), memory: None };

/// How the compile wing has objects made.
const FLAGS: [&str; 6] =
    ["-Copt-level=3", "-Ccodegen-units=1", "-Crelocation-model=pic", "-Cpanic=unwind", "-Ctarget-cpu=native", "-Coverflow-checks=off"];

/// As the compile server has them made: all code in one section.
const ONE_SECTION: &str = "-Zfunction-sections=no";

/// Compiles a crate to an object.
fn compile(source: &str, flags: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("t.rs"), source).expect("a file");
    let mut compiler = Command::new(record::RUSTC);
    compiler.args(["--crate-name=t", "--crate-type=lib", "--edition=2024", "--emit=obj", "--cap-lints=allow", "-ot.o", "t.rs"]);
    let output = compiler.args(FLAGS).args(flags).env("RUSTC_BOOTSTRAP", "1").current_dir(&folder).output().expect("a compiler");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read(folder.path().join("t.o")).expect("an object")
}

/// Assembles an object.
fn assemble(text: &str) -> Vec<u8> {
    compile(&format!("#![no_std] core::arch::global_asm!({text:?}, options(att_syntax));"), &[])
}

/// Links an object of which nothing but libc is expected.
fn link_to_c(object: &[u8], exports: &[&str]) -> Result<Vec<u8>, Refusal> {
    link(&Request { object, needed: "libc.so.6", exports })
}

/// Loads a dylib of a test's own making, for as long as the process runs.
fn load(path: &Path) -> &'static Library {
    // SAFETY: the dylib has no initialisers.
    let library = unsafe { Library::new(path) };
    Box::leak(Box::new(library.expect("loads")))
}

/// Loads a dylib out of its bytes.
fn load_bytes(bytes: &[u8]) -> &'static Library {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("v.so");
    fs::write(&path, bytes).expect("a file");
    load(&path)
}

/// A function of a dylib; `F` must be a function pointer of its signature.
fn function<F: Copy>(library: &'static Library, name: &str) -> F {
    // SAFETY: the caller's promise.
    *unsafe { library.get::<F>(name.as_bytes()) }.expect("is shown")
}

fn parse(dylib: &[u8]) -> ElfFile64<'_, LittleEndian> {
    ElfFile64::parse(dylib).expect("an ELF file")
}

/// The symbols that a dylib leaves to others.
fn imports(dylib: &[u8]) -> Vec<String> {
    let file = parse(dylib);
    let undefined = file.dynamic_symbols().filter(|symbol| symbol.is_undefined());
    let mut names: Vec<String> = undefined.map(|symbol| symbol.name().expect("a name").to_owned()).collect();
    names.retain(|name| !name.is_empty());
    names.sort();
    names
}

/// A toolchain, and a support library that this process has filled.
struct Workshop {
    toolchain: Toolchain,
    support: Support,
    folder: TempDir,
}

impl Workshop {
    fn open() -> Workshop {
        // Each has a support library of its own, as each runtime instance of a process has.
        static INSTANCE: AtomicU32 = AtomicU32::new(5000);
        let folder = tempfile::tempdir().expect("a folder");
        let toolchain = Toolchain::check(None, folder.path(), &LIMITS).expect("the compiler of this test");
        let instance = INSTANCE.fetch_add(1, Ordering::Relaxed);
        let library = support::build(&toolchain, instance, folder.path(), &LIMITS).expect("a support library");
        let support =
            Support::claim(&Artifact::unchecked(&library), instance, support::library_name(instance)).expect("loads").expect("is free");
        Workshop { toolchain, support, folder }
    }

    /// Links an object with this linker.
    fn link(&self, object: &[u8], exports: &[&str]) -> Vec<u8> {
        link(&Request { object, needed: self.support.name(), exports }).expect("links")
    }

    /// Links an object with the system's linker.
    fn link_with_system(&self, object: &[u8], exports: &[&str]) -> Vec<u8> {
        let folder = tempfile::tempdir_in(&self.folder).expect("a folder");
        let write = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).expect("a file");
        write("t.o", object);
        write("v.map", format!("{{ global: {}; local: *; }};\n", exports.join("; ")).as_bytes());
        let mut linker = Command::new(&self.toolchain.linker.program);
        linker.args(self.toolchain.linker.leading).args(["-shared", "-s", "-z", "noseparate-code", "-z", "norelro"]);
        linker.args([
            "-z",
            "noexecstack",
            "--eh-frame-hdr",
            "--gc-sections",
            "-Bsymbolic",
            "--version-script",
            "v.map",
            "-o",
            "v.so",
            "t.o",
        ]);
        let output = linker.arg(self.support.path()).current_dir(&folder).output().expect("a linker");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(folder.path().join("v.so")).expect("a dylib")
    }

    /// Loads a dylib out of its bytes.
    fn load(&self, dylib: &[u8]) -> &'static Library {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let path: PathBuf = self.folder.path().join(format!("v{}.so", COUNT.fetch_add(1, Ordering::Relaxed)));
        fs::write(&path, dylib).expect("a file");
        let library = load(&path);
        assert!(self.support.serves(library));
        library
    }
}
