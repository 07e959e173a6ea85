//! The support library: `core` and `alloc` as one dylib, whose panics, unwinding and allocation jump into the host.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::process::{Job, Limits};
use super::system::System;
use super::toolchain::{Toolchain, archive_symbols, identity};
use super::{instances, link};
use crate::Error;
use crate::artifact::slots::{Slot, TABLE};
use crate::record;
use crate::user_code;

/// The panic entry's name before mangling.
const PANIC_ENTRY: &str = "rust_begin_unwind";

/// What tells one version of the support library from another that the same toolchain makes.
pub(crate) fn texts() -> impl Iterator<Item = &'static str> {
    let own = [include_str!("support.rs"), include_str!("../artifact/slots.rs"), include_str!("link.rs")];
    own.into_iter().chain(instances::TEXTS)
}

/// The name of the support library of one runtime instance of a process; variants ask the loader for it by this name.
pub(crate) fn library_name(instance: u32) -> String {
    format!("libspecialize-support-{:016x}-{instance}.so", identity() >> 64)
}

/// Builds the support library of runtime instance `instance` in `folder` and gives back its path.
///
/// Runs the compiler and the linker once, some 80 ms; once per toolchain, since the result can be kept.
///
/// # Errors
///
/// Those of finding the system's libraries and of running a compiler and a linker.
pub(crate) fn build(toolchain: &Toolchain, instance: u32, folder: &Path, limits: &Limits) -> Result<PathBuf, Error> {
    let started = Instant::now();
    let instances = instances::assembly(toolchain, provided(toolchain)?);
    let found = started.elapsed();
    let name = library_name(instance);
    let built = build_with(&instances, toolchain, &name, folder, limits).or_else(|error| match error {
        Error::CompileFailed { .. } | Error::OutOfMemory { .. } | Error::BadOutput { .. } if !instances.is_empty() => {
            user_code::event!(debug, "specialize::compile", %error, "the support library has no instances of the sysroot");
            build_with("", toolchain, &name, folder, limits)
        }
        error => Err(error),
    });
    user_code::event!(debug, "specialize::compile", instances = ?found, took = ?started.elapsed(), "support library built");
    built
}

/// Builds the library with these instances.
fn build_with(instances: &str, toolchain: &Toolchain, name: &str, folder: &Path, limits: &Limits) -> Result<PathBuf, Error> {
    let source = folder.join("support.rs");
    fs::write(&source, source_text(instances)?).map_err(|error| Error::file("write", source, error))?;
    compile(toolchain, folder, limits)?;
    link::run(toolchain, &link_arguments(toolchain, name)?, folder, limits)?;
    let library = folder.join(name);
    let content = fs::read(&library).map_err(|error| Error::file("read", &library, error))?;
    link::check_exports(&toolchain.linker.program, &library, &content, &[TABLE])?;
    Ok(library)
}

/// The symbols that the library has without any instances: what these may refer to.
pub(super) fn provided(toolchain: &Toolchain) -> Result<HashSet<String>, Error> {
    let mut provided = toolchain.builtin_symbols.clone();
    for archive in [&toolchain.core, &toolchain.alloc] {
        provided.extend(archive_symbols(archive)?);
    }
    for slot in Slot::ALL {
        provided.extend(symbol(slot)?);
    }
    provided.extend(link::VERSIONLESS.map(str::to_owned));
    Ok(provided)
}

/// Compiles the source to an object.
fn compile(toolchain: &Toolchain, folder: &Path, limits: &Limits) -> Result<(), Error> {
    let flags = [
        "--crate-name=specialize_support",
        "--crate-type=lib",
        "--edition=2024",
        "--emit=obj",
        "-osupport.o",
        "-Cpanic=abort",
        "-Crelocation-model=pic",
        "-Cembed-bitcode=no",
        "support.rs",
    ];
    let arguments = flags.map(OsString::from);
    Job { program: &toolchain.rustc, arguments: &arguments, environment: &[], folder, limits }.run()?;
    Ok(())
}

/// The linker's arguments.
fn link_arguments(toolchain: &Toolchain, name: &str) -> Result<Vec<OsString>, Error> {
    let flags = ["-shared", "-s", "-z", "noexecstack", "-z", "defs", "--eh-frame-hdr", "-soname", name, "-o", name, "support.o"];
    let mut arguments: Vec<OsString> = flags.map(OsString::from).into();
    arguments.push("--whole-archive".into());
    arguments.extend([&toolchain.core, &toolchain.alloc, &toolchain.builtins].map(OsString::from));
    arguments.push("--no-whole-archive".into());
    let System { math, c, unwind, .. } = System::find()?;
    arguments.extend([math, c, unwind].map(OsString::from));
    Ok(arguments)
}

/// The source: the table of slots, for each slot that has a symbol a jump through it, and the instances.
fn source_text(instances: &str) -> Result<String, Error> {
    let size = Slot::ALL.len() * size_of::<usize>();
    let mut assembly = String::from(".text\n");
    for slot in Slot::ALL {
        if let Some(symbol) = symbol(slot)? {
            let place = slot as usize * size_of::<usize>();
            // Writing to a `String` does not fail.
            let _ = write!(
                assembly,
                ".globl {symbol}\n.type {symbol},@function\n{symbol}:\n  jmp *{TABLE}+{place}(%rip)\n.size {symbol},.-{symbol}\n"
            );
        }
    }
    let _ = write!(
        assembly,
        ".bss\n.globl {TABLE}\n.protected {TABLE}\n.type {TABLE},@object\n.balign 8\n{TABLE}:\n  .zero {size}\n.size {TABLE},{size}\n"
    );
    assembly += instances;
    Ok(format!("#![no_std]\ncore::arch::global_asm!({assembly:?}, options(att_syntax));\n"))
}

/// The symbol that jumps through a slot.
fn symbol(slot: Slot) -> Result<Option<String>, Error> {
    let name = match slot {
        Slot::Owner => return Ok(None),
        Slot::Personality => return Ok(Some("rust_eh_personality".to_owned())),
        Slot::PanicEntry => PANIC_ENTRY,
        Slot::PanicWithLiteral => return Ok(Some(record::BEGIN_PANIC.to_owned())),
        Slot::Allocate => "__rust_alloc",
        Slot::Deallocate => "__rust_dealloc",
        Slot::Reallocate => "__rust_realloc",
        Slot::AllocateZeroed => "__rust_alloc_zeroed",
        Slot::AllocationError => "__rust_alloc_error_handler",
        Slot::AllocationShim => "__rust_no_alloc_shim_is_unstable_v2",
    };
    match mangle_like(record::PANIC_ENTRY, name) {
        Some(symbol) => Ok(Some(symbol)),
        None => Err(Error::UnsupportedPlatform { reason: format!("this compiler names the panic entry `{}`", record::PANIC_ENTRY) }),
    }
}

/// The symbol of `name`, mangled as the panic entry's symbol is: with the same prefix and its own length, or not at all.
fn mangle_like(panic_entry: &str, name: &str) -> Option<String> {
    let prefix = panic_entry.strip_suffix(PANIC_ENTRY)?;
    if prefix.is_empty() {
        return Some(name.to_owned());
    }
    let prefix = prefix.strip_suffix(&PANIC_ENTRY.len().to_string())?;
    // The length and the name are told apart by an underscore where the name begins with one.
    let separator = if name.starts_with('_') { "_" } else { "" };
    Some(format!("{prefix}{}{separator}{name}", name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_mangled_like_the_panic_entry() {
        let entry = "_RNvCsfLfy6EI15iL_7___rustc17rust_begin_unwind";
        assert_eq!(mangle_like(entry, PANIC_ENTRY).as_deref(), Some(entry));
        assert_eq!(mangle_like(entry, "__rust_alloc").as_deref(), Some("_RNvCsfLfy6EI15iL_7___rustc12___rust_alloc"));
        assert_eq!(mangle_like("rust_begin_unwind", "__rust_alloc").as_deref(), Some("__rust_alloc"));
        assert_eq!(mangle_like("rust_begin_unwound", "__rust_alloc"), None);
    }

    #[test]
    fn every_slot_but_the_owners_has_a_jump() {
        let text = source_text("").expect("this compiler's names are known");
        assert_eq!(text.matches("jmp *").count(), Slot::ALL.len() - 1);
        assert!(text.contains("jmp *specialize_slots+72(%rip)"));
        assert!(text.contains(".zero 80"));
    }
}
