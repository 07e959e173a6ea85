//! Linking: from an object to a dylib that needs nothing but the support library and what stands behind it.

use std::ffi::{CString, OsString};
use std::fs;
use std::path::Path;

use object::read::elf::ElfFile64;
use object::{Object, ObjectSymbol};

use super::process::{Job, Limits};
use super::rustc::OBJECT;
use super::system::System;
use super::toolchain::Toolchain;
use super::{Request, dependencies, symbol};
use crate::Error;
use crate::template::Template;

/// The dylib, in the working directory.
const LIBRARY: &str = "v.so";

/// The file that says which symbols the dylib shows.
const SYMBOLS: &str = "v.map";

/// The symbols that the loader looks for in a variant of `template`.
pub(super) fn exports(template: &Template) -> &'static [&'static str] {
    const EXPORTS: [&str; 3] = ["specialize_entry", "SPECIALIZE_LAYOUT", "specialize_map"];
    if template.batch { &EXPORTS } else { &EXPORTS[..2] }
}

/// What compiled code calls of the system on its own. Every version of these does the same, so that the support library will do.
pub(super) const VERSIONLESS: [&str; 8] =
    ["memcpy", "memmove", "memset", "memcmp", "bcmp", "strlen", "_Unwind_Resume", "rust_eh_personality"];

/// What an object needs beside the support library.
#[derive(Debug, Default, PartialEq, Eq)]
struct Needs {
    /// The compiler's own helpers, among them some of the maths; the support library has them, but hides them.
    builtins: bool,
    /// Functions of libm, in the version that the host gets.
    math: bool,
    /// Other functions of the system, likewise.
    system: bool,
    /// Code of the crates that the template uses, which may need anything of the above.
    dependencies: bool,
}

impl Needs {
    /// Whether the support library has everything.
    fn nothing(&self) -> bool {
        *self == Needs::default()
    }
}

/// The dylib of `object`. If the object needs nothing but the support library, `linked` will do where there is one; else the
/// system's linker makes another, in the folder of the request.
///
/// # Errors
///
/// [`Error::UnresolvedSymbol`] if the object uses what a variant cannot have, [`Error::BadOutput`] if an object or dylib
/// is not what it should be, and those of running the linker.
pub(super) fn finish(toolchain: &Toolchain, request: &Request<'_>, object: &[u8], linked: Option<Vec<u8>>) -> Result<Vec<u8>, Error> {
    let needs = resolve(toolchain, request, object)?;
    let library = request.lowering.folder.join(LIBRARY);
    let content = match linked {
        // What the server links has no room for debug information.
        Some(linked) if needs.nothing() && !request.lowering.debug_info => linked,
        _ => {
            request.lowering.make_folder()?;
            let path = request.lowering.folder.join(OBJECT);
            fs::write(&path, object).map_err(|error| Error::file("write", path, error))?;
            run(toolchain, &arguments(toolchain, request, &needs)?, request.lowering.folder, request.lowering.limits)?;
            let program = toolchain.linker.program.clone();
            fs::read(&library).map_err(|error| Error::BadOutput { program, path: library.clone(), reason: error.to_string() })?
        }
    };
    check_exports(&toolchain.linker.program, &library, &content, exports(request.lowering.template))?;
    if needs.dependencies {
        check_dependencies(toolchain, request, &library, &content)?;
    }
    Ok(content)
}

/// Checks that a dylib with code of dependencies has no state of theirs, and that all that they need can be had.
fn check_dependencies(toolchain: &Toolchain, request: &Request<'_>, library: &Path, content: &[u8]) -> Result<(), Error> {
    let program = &toolchain.linker.program;
    let bad = |reason: String| Error::BadOutput { program: program.clone(), path: library.to_owned(), reason };
    let file = ElfFile64::<object::Endianness>::parse(content).map_err(|error| bad(error.to_string()))?;
    let undefined = undefined_names(file.dynamic_symbols()).map_err(|error| bad(error.to_string()))?;
    let unresolved: Vec<&str> = undefined.into_iter().filter(|name| !is_lent(request, name)).collect();
    if !unresolved.is_empty() {
        return Err(unresolved_error(request, &unresolved));
    }
    dependencies::check_state(request.lowering.template, content, bad)
}

/// The linker's arguments for the object in the folder of the request.
fn arguments(toolchain: &Toolchain, request: &Request<'_>, needs: &Needs) -> Result<Vec<OsString>, Error> {
    let symbols = request.lowering.folder.join(SYMBOLS);
    let template = request.lowering.template;
    let named = request.lowering.debug_info.then(|| symbol::of_variant(template.module_path, template.function));
    let shown: Vec<&str> = exports(template).iter().copied().chain(named.as_deref()).collect();
    fs::write(&symbols, format!("{{ global: {}; local: *; }};\n", shown.join("; ")))
        .map_err(|error| Error::file("write", symbols, error))?;
    let mut arguments: Vec<OsString> = ["-shared", "-z", "noseparate-code", "-z", "norelro", "-z", "noexecstack"]
        .into_iter()
        .chain(["--eh-frame-hdr", "--gc-sections", "--version-script", SYMBOLS, "-o", LIBRARY, OBJECT])
        .map(OsString::from)
        .collect();
    if let Some(name) = named {
        arguments.push(format!("--defsym={name}=specialize_entry").into());
    } else {
        // State of dependencies is found by its symbols.
        arguments.push(if needs.dependencies { "-S" } else { "-s" }.into());
    }
    arguments.push(request.support.into());
    if needs.dependencies {
        arguments.push("--start-group".into());
        arguments.extend(dependencies::archives(template)?.into_iter().map(OsString::from));
        arguments.push("--end-group".into());
    }
    if needs.builtins || needs.dependencies {
        arguments.push((&toolchain.builtins).into());
    }
    if needs.dependencies {
        arguments.push("--as-needed".into());
    }
    if needs.math || needs.dependencies {
        arguments.push((&System::find()?.math).into());
    }
    if needs.system || needs.dependencies {
        let System { c, unwind, .. } = System::find()?;
        arguments.extend(["--as-needed".into(), c.into(), unwind.into()]);
    }
    Ok(arguments)
}

/// Runs the linker.
pub(super) fn run(toolchain: &Toolchain, arguments: &[OsString], folder: &Path, limits: &Limits) -> Result<(), Error> {
    let linker = &toolchain.linker;
    let arguments: Vec<OsString> = linker.leading.iter().map(OsString::from).chain(arguments.iter().cloned()).collect();
    Job { program: &linker.program, arguments: &arguments, environment: &[], folder, limits }.run()?;
    Ok(())
}

/// Checks that a dylib is whole and shows these symbols.
pub(super) fn check_exports(linker: &Path, library: &Path, content: &[u8], names: &[&str]) -> Result<(), Error> {
    let bad = |reason: String| Error::BadOutput { program: linker.to_owned(), path: library.to_owned(), reason };
    let file = ElfFile64::<object::Endianness>::parse(content).map_err(|error| bad(error.to_string()))?;
    for name in names {
        let mut symbols = file.dynamic_symbols();
        if !symbols.any(|symbol| symbol.name() == Ok(name) && symbol.is_definition()) {
            return Err(bad(format!("it does not define `{name}`")));
        }
    }
    Ok(())
}

/// Finds out what the object needs, and that all of it can be had.
fn resolve(toolchain: &Toolchain, request: &Request<'_>, object: &[u8]) -> Result<Needs, Error> {
    let undefined = undefined_symbols(object).map_err(|error| Error::BadOutput {
        program: toolchain.rustc.clone(),
        path: request.lowering.folder.join(OBJECT),
        reason: error.to_string(),
    })?;
    let mut needs = Needs::default();
    let mut unresolved = Vec::new();
    for name in undefined {
        // First, since the host is linked in this order too: its `cbrt` is not the system's.
        if toolchain.builtin_symbols.contains(name) {
            needs.builtins = true;
        } else if !is_lent(request, name) {
            unresolved.push(name);
        } else if !name.starts_with("_R") && !VERSIONLESS.contains(&name) {
            let math = System::find()?.math_symbols.contains(name);
            needs.math |= math;
            needs.system |= !math;
        }
    }
    needs.dependencies = !unresolved.is_empty();
    if needs.dependencies && request.lowering.template.build_flags()?.dependencies.is_empty() {
        return Err(unresolved_error(request, &unresolved));
    }
    Ok(needs)
}

/// Whether the support library, or what it is linked against, defines a symbol.
fn is_lent(request: &Request<'_>, name: &str) -> bool {
    CString::new(name).is_ok_and(|name| (request.resolves)(&name))
}

fn unresolved_error(request: &Request<'_>, names: &[&str]) -> Error {
    let mut shown: Vec<String> = names.iter().map(|name| format!("`{:#}`", rustc_demangle::demangle(name))).collect();
    shown.sort();
    shown.dedup();
    Error::UnresolvedSymbol { function: request.lowering.template.function, symbols: shown.join(", ") }
}

/// The symbols that an object leaves to others to define.
fn undefined_symbols(object: &[u8]) -> object::Result<Vec<&str>> {
    let file = ElfFile64::<object::Endianness>::parse(object)?;
    undefined_names(file.symbols())
}

/// The names of the undefined ones among symbols.
fn undefined_names<'a>(symbols: impl Iterator<Item = impl ObjectSymbol<'a>>) -> object::Result<Vec<&'a str>> {
    let undefined = symbols.filter(|symbol| symbol.is_undefined() && !symbol.is_weak());
    let names = undefined.map(|symbol| symbol.name()).collect::<object::Result<Vec<&str>>>()?;
    Ok(names.into_iter().filter(|name| !matches!(*name, "" | "_GLOBAL_OFFSET_TABLE_")).collect())
}
