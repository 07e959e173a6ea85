//! The helper programs that the host's own toolchain builds: their source, and how each is built, once.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::process::{Job, Limits};
use super::toolchain::Toolchain;
use crate::Error;
use crate::user_code;

/// A helper program, as source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    /// The name of the crate, and of the program in its working directory.
    pub(super) name: &'static str,
    /// The compiler's flags for this program.
    pub(super) flags: &'static [&'static str],
    /// The files with their text; the root is `main.rs`.
    pub(super) sources: &'static [(&'static str, &'static str)],
}

/// The compile server. Building it takes some 0.7 s; its own work is so little beside LLVM's that optimising it is not worth 2 s more.
pub(crate) const SERVER: Program = Program {
    name: "specialize_server",
    flags: &["-Copt-level=0", "-Cpanic=abort", "-Cstrip=symbols", "-Ccodegen-units=4"],
    sources: SERVER_SOURCES,
};

/// The files of the compile server.
const SERVER_SOURCES: &[(&str, &str)] = &[
    ("main.rs", include_str!("server/main.rs")),
    ("frame.rs", include_str!("server/frame.rs")),
    ("job.rs", include_str!("server/job.rs")),
    ("linker.rs", include_str!("server/linker.rs")),
    ("linker/bytes.rs", include_str!("server/linker/bytes.rs")),
    ("linker/dylib_headers.rs", include_str!("server/linker/dylib_headers.rs")),
    ("linker/elf.rs", include_str!("server/linker/elf.rs")),
    ("linker/frame_index.rs", include_str!("server/linker/frame_index.rs")),
    ("linker/frames.rs", include_str!("server/linker/frames.rs")),
    ("linker/image.rs", include_str!("server/linker/image.rs")),
    ("linker/layout.rs", include_str!("server/linker/layout.rs")),
    ("linker/object.rs", include_str!("server/linker/object.rs")),
    ("linker/object_headers.rs", include_str!("server/linker/object_headers.rs")),
    ("linker/plan.rs", include_str!("server/linker/plan.rs")),
    ("linker/reach.rs", include_str!("server/linker/reach.rs")),
    ("linker/symbol.rs", include_str!("server/linker/symbol.rs")),
    ("linker/tables.rs", include_str!("server/linker/tables.rs")),
    ("llvm.rs", include_str!("server/llvm.rs")),
    ("parent.rs", include_str!("server/parent.rs")),
];

/// The drivers that may link a program, in the order they are tried.
const DRIVERS: [&str; 4] = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang", "/usr/local/bin/cc"];

impl Program {
    /// What tells one version of the program from another.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.sources.iter().map(|(_, text)| *text)
    }

    /// Builds the program in `folder` and gives back its path.
    ///
    /// One run of the compiler and its linker; once per toolchain, since the result can be kept.
    ///
    /// # Errors
    ///
    /// Those of the file system and of running a compiler.
    pub(crate) fn build(&self, toolchain: &Toolchain, folder: &Path, limits: &Limits) -> Result<PathBuf, Error> {
        let started = Instant::now();
        for (name, text) in self.sources {
            let path = folder.join(name);
            let made = path.parent().map_or(Ok(()), fs::create_dir_all);
            made.and_then(|()| fs::write(&path, text)).map_err(|error| Error::file("write", path, error))?;
        }
        let Some(driver) = DRIVERS.iter().find(|driver| Path::new(driver).exists()) else {
            return Err(Error::LinkerMissing { looked: DRIVERS.join(", ") });
        };
        let own = [format!("--crate-name={}", self.name), format!("-Clinker={driver}"), format!("-o{}", self.name)];
        let fixed = ["--edition=2024", "--cap-lints=allow", "--color=never", "--error-format=short", "main.rs"];
        let flags = self.flags.iter().copied().chain(fixed).map(OsString::from);
        let arguments: Vec<OsString> = own.map(OsString::from).into_iter().chain(flags).collect();
        // The driver finds the linker that it drives by this.
        let environment = [("PATH", "/usr/bin:/bin".into())];
        Job { program: &toolchain.rustc, arguments: &arguments, environment: &environment, folder, limits }.run()?;
        user_code::event!(debug, "specialize::compile", program = self.name, took = ?started.elapsed(), "a helper program was built");
        Ok(folder.join(self.name))
    }
}
