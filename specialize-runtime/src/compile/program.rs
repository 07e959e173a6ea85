//! The compile server's program: its source, and how the host's own toolchain builds it, once.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::process::{Job, Limits};
use super::toolchain::Toolchain;
use crate::Error;

/// The files of the program.
const SOURCES: [(&str, &str); 6] = [
    ("main.rs", include_str!("server/main.rs")),
    ("frame.rs", include_str!("server/frame.rs")),
    ("job.rs", include_str!("server/job.rs")),
    ("linker.rs", include_str!("server/linker.rs")),
    ("llvm.rs", include_str!("server/llvm.rs")),
    ("parent.rs", include_str!("server/parent.rs")),
];

/// The program, in the working directory.
const PROGRAM: &str = "server";

/// The drivers that may link a program, in the order they are tried.
const DRIVERS: [&str; 4] = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang", "/usr/local/bin/cc"];

/// What tells one version of the program from another.
pub(crate) fn sources() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|(_, text)| *text)
}

/// Builds the program in `folder` and gives back its path.
///
/// One run of the compiler and its linker, some 0.7 s; once per toolchain, since the result can be kept.
///
/// # Errors
///
/// Those of the file system and of running a compiler.
pub(crate) fn build(toolchain: &Toolchain, folder: &Path, limits: &Limits) -> Result<PathBuf, Error> {
    let started = Instant::now();
    for (name, text) in SOURCES {
        let path = folder.join(name);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, text)).map_err(|error| Error::file("write", path, error))?;
    }
    let Some(driver) = DRIVERS.iter().find(|driver| Path::new(driver).exists()) else {
        return Err(Error::LinkerMissing { looked: DRIVERS.join(", ") });
    };
    let flags = [
        "--crate-name=specialize_server",
        "--edition=2024",
        "-Copt-level=2",
        "-Cpanic=abort",
        "-Cstrip=symbols",
        "-Ccodegen-units=4",
        "--cap-lints=allow",
        "--color=never",
        "--error-format=short",
        "-o",
        PROGRAM,
        "main.rs",
    ];
    let arguments: Vec<OsString> = flags.map(OsString::from).into_iter().chain([format!("-Clinker={driver}").into()]).collect();
    // The driver finds the linker that it drives by this.
    let environment = [("PATH", "/usr/bin:/bin".into())];
    Job { program: &toolchain.rustc, arguments: &arguments, environment: &environment, folder, limits }.run()?;
    tracing::debug!(target: "specialize::compile", took = ?started.elapsed(), "compile server built");
    Ok(folder.join(PROGRAM))
}
