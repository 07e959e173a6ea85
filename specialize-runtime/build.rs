//! Records the toolchain that builds the host, so that the runtime can find it again and knows it when it sees it.
//!
//! Whatever is missing turns the runtime tier off and is recorded as the reason; it never fails a user's build.

#[path = "src/compile/digest.rs"]
#[allow(dead_code, reason = "the runtime uses the rest")]
mod digest;

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The one target with a runtime tier.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The libraries whose contents tell a toolchain.
const LIBRARIES: [&str; 4] = ["core", "alloc", "std", "compiler_builtins"];

/// How the panic entry of std ends, before and after mangling.
const PANIC_ENTRY: &str = "rust_begin_unwind";

/// What stands in the symbol of the function that `panic!` with one literal calls before edition 2021.
const BEGIN_PANIC: &str = "3std9panicking11begin_panic";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/compile/digest.rs");
    for variable in ["RUSTC", "RUSTC_LINKER", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        println!("cargo:rerun-if-env-changed={variable}");
    }
    println!("cargo:rustc-check-cfg=cfg(specialize_runtime_tier)");
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let record = match supported_target().and_then(|()| record(&folder)) {
        Ok(record) => {
            println!("cargo:rustc-cfg=specialize_runtime_tier");
            record
        }
        Err(reason) => format!("pub(crate) const UNSUPPORTED: &str = {:?};\n", reason.to_string()),
    };
    fs::write(folder.join("host_toolchain.rs"), record)?;
    Ok(())
}

/// Whether hosts for this target can load variants that this machine's compiler makes.
fn supported_target() -> Result<(), Box<dyn Error>> {
    let (host, target) = (variable("HOST"), variable("TARGET"));
    if target != TARGET {
        return Err(format!("built for {target}, and only {TARGET} is supported").into());
    }
    if host != target {
        return Err(format!("cross-compiled on {host}, whose compiler does not run here").into());
    }
    if variable("CARGO_CFG_TARGET_FEATURE").split(',').any(|feature| feature == "crt-static") {
        return Err("built with crt-static, and a static program loads no libraries".into());
    }
    if env::var_os("CARGO_CFG_MIRI").is_some() {
        return Err("interpreted by Miri, which loads no libraries".into());
    }
    if variable("CARGO_ENCODED_RUSTFLAGS").contains("--sysroot") {
        return Err("built against another sysroot than the compiler's own".into());
    }
    Ok(())
}

/// The text of the record: what the compiler is, and the symbols a host lends to its variants.
fn record(folder: &Path) -> Result<String, Box<dyn Error>> {
    let printed = run(Command::new(variable("RUSTC")).args(["--print", "sysroot", "--print", "target-libdir"]))?;
    let [sysroot, libraries] = printed.lines().collect::<Vec<_>>()[..] else {
        return Err(format!("the compiler does not say where its libraries are, but: {printed}").into());
    };
    let rustc = Path::new(sysroot).join("bin/rustc");
    let version = run(Command::new(&rustc).arg("-vV"))?;
    let mut digests = String::new();
    for name in LIBRARIES {
        let library = find_library(Path::new(libraries), name)?;
        println!("cargo:rerun-if-changed={}", library.display());
        digests.push_str(&format!("({name:?}, {:#034x}), ", digest::digest_file(&library)?));
    }
    let panic_entry = panic_entry(&rustc, folder)?;
    let begin_panic = begin_panic(&rustc, folder)?;
    let symbols = symbols(&panic_entry, &begin_panic);
    try_symbols(&rustc, folder, &symbols)?;
    let rustc = rustc.to_str().ok_or("the path of the compiler is not UTF-8")?;
    Ok(format!(
        "/// The compiler that built this program.\npub(crate) const RUSTC: &str = {rustc:?};\n\
         /// What it says of itself.\npub(crate) const VERSION: &str = {version:?};\n\
         /// Where its libraries are.\npub(crate) const LIBRARY_FOLDER: &str = {libraries:?};\n\
         /// Its libraries by name and digest.\npub(crate) const LIBRARIES: [(&str, u128); {}] = [{digests}];\n\
         /// The symbol of the panic entry.\npub(crate) const PANIC_ENTRY: &str = {panic_entry:?};\n\
         /// The symbol of what panics with one literal.\npub(crate) const BEGIN_PANIC: &str = {begin_panic:?};\n{symbols}",
        LIBRARIES.len()
    ))
}

/// The only file `lib<name>-<hash>.rlib` of `folder`.
fn find_library(folder: &Path, name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let prefix = format!("lib{name}-");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let file = path.file_name().and_then(|file| file.to_str()).unwrap_or_default();
        if file.starts_with(&prefix) && file.ends_with(".rlib") {
            found.push(path);
        }
    }
    match found.pop() {
        Some(path) if found.is_empty() => Ok(path),
        _ => Err(format!("{} does not have one {prefix}*.rlib", folder.display()).into()),
    }
}

/// The symbol of the panic entry, read off an object that defines one.
fn panic_entry(rustc: &Path, folder: &Path) -> Result<String, Box<dyn Error>> {
    let source = "#![no_std]\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo<'_>) -> ! { loop {} }\n";
    symbol_in(rustc, folder, source, |symbol| symbol.ends_with(PANIC_ENTRY))
}

/// The symbol of what panics with one literal, read off an object that does.
fn begin_panic(rustc: &Path, folder: &Path) -> Result<String, Box<dyn Error>> {
    symbol_in(rustc, folder, "pub fn fall() { panic!(\"\") }\n", |symbol| symbol.contains(BEGIN_PANIC))
}

/// The first symbol that `is_it`, of the object that a source becomes.
fn symbol_in(rustc: &Path, folder: &Path, source: &str, is_it: impl Fn(&str) -> bool) -> Result<String, Box<dyn Error>> {
    fs::write(folder.join("symbol.rs"), source)?;
    let flags = ["--edition=2018", "--crate-type=lib", "--emit=obj", "-Cpanic=abort", "-osymbol.o", "symbol.rs"];
    run(Command::new(rustc).args(flags).current_dir(folder))?;
    let object = fs::read(folder.join("symbol.o"))?;
    let symbol = symbols_of(&object)
        .ok_or("the compiler's object file cannot be read")?
        .into_iter()
        .find(|symbol| is_it(symbol))
        .ok_or("the compiler does not name the entries of a panic in a known way")?;
    Ok(symbol.to_owned())
}

/// The names of the symbols of a 64-bit little-endian ELF file.
fn symbols_of(object: &[u8]) -> Option<Vec<&str>> {
    let number = |at: usize, length: usize| -> Option<usize> {
        let bytes = object.get(at..at.checked_add(length)?)?;
        Some(bytes.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    let (sections, section_size, count) = (number(0x28, 8)?, number(0x3a, 2)?, number(0x3c, 2)?);
    let section = |index: usize| sections + index * section_size;
    let table = (0..count).map(section).find(|at| number(at + 4, 4) == Some(2))?;
    let (symbols, size) = (number(table + 0x18, 8)?, number(table + 0x20, 8)?);
    let names = number(section(number(table + 0x28, 4)?) + 0x18, 8)?;
    let mut found = Vec::new();
    for symbol in (symbols..symbols + size).step_by(24) {
        let name = names + number(symbol, 4)?;
        let length = object.get(name..)?.iter().position(|byte| *byte == 0)?;
        found.push(std::str::from_utf8(&object[name..name + length]).ok()?);
    }
    Some(found)
}

/// The declarations through which a host names what its variants borrow.
fn symbols(panic_entry: &str, begin_panic: &str) -> String {
    format!(
        "unsafe extern \"Rust\" {{\n    /// Where a panic enters this program's std.\n    #[link_name = {panic_entry:?}]\n    \
         pub(crate) fn begin_unwind(info: &::core::panic::PanicInfo<'_>) -> !;\n    \
         /// What panics with one literal.\n    #[link_name = {begin_panic:?}]\n    \
         pub(crate) fn begin_panic(message: &'static str, place: &'static ::core::panic::Location<'static>) -> !;\n}}\n\
         unsafe extern \"C\" {{\n    /// How this program's std unwinds a frame.\n    pub(crate) fn rust_eh_personality();\n}}\n"
    )
}

/// Builds and runs a program with those declarations, with the flags and the linker of this build.
fn try_symbols(rustc: &Path, folder: &Path, symbols: &str) -> Result<(), Box<dyn Error>> {
    let source = format!(
        "{symbols}\nfn main() {{\n    let lent = [begin_unwind as *const (), begin_panic as *const (), rust_eh_personality as *const ()].map(|lent| lent as usize);\n    \
         std::process::exit(i32::from(std::hint::black_box(lent).contains(&0)));\n}}\n"
    );
    fs::write(folder.join("try_symbols.rs"), source)?;
    let mut compiler = Command::new(rustc);
    compiler.args(variable("CARGO_ENCODED_RUSTFLAGS").split('\x1f').filter(|flag| !flag.is_empty()));
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut flag = OsString::from("-Clinker=");
        flag.push(linker);
        compiler.arg(flag);
    }
    compiler.args(["--edition=2024", "--crate-type=bin", "--cap-lints=allow", "-otry_symbols", "try_symbols.rs"]);
    run(compiler.current_dir(folder))?;
    run(Command::new(folder.join("try_symbols")).current_dir(folder))?;
    Ok(())
}

/// Runs a program to its end and gives back what it printed.
fn run(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let said = |error: &dyn Error, command: &Command| format!("cannot run {}: {error}", command.get_program().display());
    let output = command.stdin(Stdio::null()).output().map_err(|error| said(&error, command))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} failed ({}): {errors}", command.get_program().display(), output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// An environment variable that cargo sets, or nothing.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}
