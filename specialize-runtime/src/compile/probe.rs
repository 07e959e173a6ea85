//! The probe of a compiler that was not tested with this crate: a program of its own does with variants what a host does, and how it ends
//! is the verdict. Until then, nothing that the compiler made is loaded into the host.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Request;
use super::process::{Finished, Job, Limits};
use super::program::Program;
use super::rustc::Lowering;
use super::toolchain::Toolchain;
use crate::Error;
use crate::template::{BuildFlags, Flags, Piece, Template};
use crate::value::Part;

/// The longest that the program may take, which needs milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long other processes believe that a compiler has failed: the reason may have been the machine, for example a lack of memory.
const FAILURE: Duration = Duration::from_secs(60 * 60);

/// What the program prints if all went well.
const PASSED: &[u8] = b"passed\n";

/// The program. Building it takes some 0.3 s.
const PROGRAM: Program = Program {
    name: "specialize_probe",
    // As the template is built, so that types keep their identity and an overflow is a panic.
    flags: &["-Copt-level=0", "-Coverflow-checks=on", "-Cdebug-assertions=off", "-Cmetadata=specialize-probe", "-Cstrip=symbols"],
    sources: &[
        ("main.rs", include_str!("probe/main.rs")),
        ("checks.rs", include_str!("probe/checks.rs")),
        ("kernels.rs", KERNELS),
        ("library.rs", include_str!("probe/library.rs")),
        ("memory.rs", include_str!("probe/memory.rs")),
        ("panics.rs", include_str!("probe/panics.rs")),
        ("artifact/lent.rs", include_str!("../artifact/lent.rs")),
        ("artifact/slots.rs", include_str!("../artifact/slots.rs")),
        ("record.rs", include_str!(concat!(env!("OUT_DIR"), "/host_toolchain.rs"))),
    ],
};

const KERNELS: &str = include_str!("probe/kernels.rs");

/// The template of the program's kernels: once with what the system's linker is needed for, once without.
static TEMPLATES: [Template; 2] = [template(&[true]), template(&[false])];

const fn template(cfgs: &'static [bool]) -> Template {
    Template {
        module_path: "specialize_probe::probe::template",
        function: "probe",
        file: "kernels.rs",
        preamble: "#[allow(unused_imports)] use ::std::prelude::rust_2024::*; #[allow(unused_imports)] use ::{std, core}; \
                   #[allow(unused_imports)] use ::std::{cfg, format, panic, vec};",
        definitions: "",
        body: &[Piece { line: 1, column: 1, text: KERNELS }],
        entry: include_str!("probe/entry.rs"),
        batch: false,
        captured: None,
        holes: &["u32"],
        cfgs,
        identity: None,
        flags: Flags::Read(BuildFlags {
            executable: true,
            metadata: &["specialize-probe"],
            overflow_checks: true,
            ..BuildFlags::of_library(PROGRAM.name)
        }),
    }
}

/// The value that the kernels are specialized on.
const VALUE: u32 = 13;

/// What a compiler was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its variants do what they should.
    Passed,
    /// They do not, for this reason.
    Failed(String),
    /// That could not be found out, for this reason, which may be gone another time.
    Unknown(String),
}

impl Outcome {
    /// The outcome as it is kept for other processes, if it is one for all of them.
    pub(crate) fn encode(&self, now: SystemTime) -> Option<Vec<u8>> {
        match self {
            Outcome::Passed => Some(b"passed".to_vec()),
            Outcome::Failed(reason) => Some(format!("failed at {}: {reason}", seconds(now)).into_bytes()),
            Outcome::Unknown(_) => None,
        }
    }

    /// The outcome that was kept, as long as it counts.
    pub(crate) fn decode(bytes: &[u8], now: SystemTime) -> Option<Outcome> {
        let text = std::str::from_utf8(bytes).ok()?;
        if text == "passed" {
            return Some(Outcome::Passed);
        }
        let (then, reason) = text.strip_prefix("failed at ")?.split_once(": ")?;
        let age = seconds(now).checked_sub(then.parse().ok()?)?;
        (age < FAILURE.as_secs()).then(|| Outcome::Failed(reason.to_owned()))
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Everything that tells one version of the probe from another.
pub(crate) fn texts() -> impl Iterator<Item = &'static str> {
    PROGRAM.texts().chain([TEMPLATES[0].preamble, TEMPLATES[0].entry])
}

/// What the probe is made with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe<'a> {
    /// The compiler in question.
    pub(crate) toolchain: &'a Toolchain,
    /// A support library of its making.
    pub(crate) support: &'a Path,
    /// The name that library goes by.
    pub(crate) support_name: &'a str,
    /// An empty private folder, which the caller removes afterwards.
    pub(crate) folder: &'a Path,
    /// What each child may use.
    pub(crate) limits: &'a Limits,
}

impl Probe<'_> {
    /// Finds out what the variants that `make` makes do in a host.
    ///
    /// Blocks for about half a second. To be called only from a thread that lives as long as the process.
    ///
    /// # Errors
    ///
    /// Those of the file system, and those of running a compiler, except for what says that it cannot build the probe.
    pub(crate) fn put(&self, make: impl Fn(&Request<'_>) -> Result<Vec<u8>, Error>) -> Result<Outcome, Error> {
        let build = || {
            // Variants first: where an engine is not there, that ends it.
            let variants = TEMPLATES.iter().enumerate().map(|(index, template)| self.make_variant(index, template, &make));
            let variants = variants.collect::<Result<Vec<_>, Error>>()?;
            Ok((PROGRAM.build(self.toolchain, self.folder, self.limits)?, variants))
        };
        match build() {
            Ok((program, variants)) => run(&program, self.support, &variants, self.folder, self.limits),
            Err(Error::Engine { reason, .. }) => Ok(Outcome::Unknown(format!("the probe could not be built: {reason}"))),
            Err(
                error
                @ (Error::CompileFailed { .. } | Error::OutOfMemory { .. } | Error::BadOutput { .. } | Error::UnresolvedSymbol { .. }),
            ) => Ok(Outcome::Unknown(format!("the probe could not be built: {error}"))),
            Err(error) => Err(error),
        }
    }

    /// Has `make` make the variant of a template for the probe's value, in a folder of its own.
    fn make_variant(
        &self,
        index: usize,
        template: &'static Template,
        make: impl Fn(&Request<'_>) -> Result<Vec<u8>, Error>,
    ) -> Result<PathBuf, Error> {
        let folder = &self.folder.join(format!("variant-{index}"));
        let dylib = make(&Request {
            lowering: Lowering { template, target_cpu: "native", debug_info: false, limits: self.limits, folder },
            images: &[Part { bytes: &VALUE.to_ne_bytes(), length: None }],
            support: self.support,
            support_name: self.support_name,
            // What is missing, the program's loader will say: this process loads nothing.
            resolves: &|_| true,
        })?;
        let path = self.folder.join(format!("variant-{index}.so"));
        fs::write(&path, dylib).map_err(|error| Error::file("write", &path, error))?;
        Ok(path)
    }
}

/// Runs the program on variants for the probe's value and the support library that they are linked against.
///
/// Blocks for some milliseconds. To be called only from a thread that lives as long as the process.
///
/// # Errors
///
/// [`Error::Ending`].
fn run(program: &Path, support: &Path, variants: &[PathBuf], folder: &Path, limits: &Limits) -> Result<Outcome, Error> {
    let limits = Limits { timeout: limits.timeout.min(PATIENCE), ..limits.clone() };
    let arguments: Vec<OsString> =
        [VALUE.to_string().into(), support.into()].into_iter().chain(variants.iter().map(OsString::from)).collect();
    match (Job { program, arguments: &arguments, environment: &[], folder, limits: &limits }).finish() {
        Ok(finished) => Ok(judge(&finished)),
        Err(Error::Ending) => Err(Error::Ending),
        Err(Error::TimedOut { limit, .. }) => Ok(Outcome::Unknown(format!("the probe did not end within {limit:?}"))),
        Err(error) => Ok(Outcome::Unknown(format!("the probe did not run: {error}"))),
    }
}

/// What the end of the program says of the compiler.
fn judge(finished: &Finished) -> Outcome {
    let diagnostics = String::from_utf8_lossy(&finished.errors);
    let last = diagnostics.lines().next_back().unwrap_or("nothing was checked");
    match finished.status {
        Some(status) if is_killed(status) => Outcome::Unknown(format!("the probe was killed ({status})")),
        Some(status) if !status.success() => Outcome::Failed(format!("the probe failed ({status}) at: {last}")),
        Some(_) | None if finished.output == PASSED => Outcome::Passed,
        Some(_) => Outcome::Failed(format!("the probe ended too early, at: {last}")),
        None => Outcome::Unknown("the end of the probe is not known, since this process reaps all its children".to_owned()),
    }
}

/// Whether somebody else ended the program.
fn is_killed(status: ExitStatus) -> bool {
    [libc::SIGKILL, libc::SIGTERM, libc::SIGINT, libc::SIGHUP].map(Some).contains(&status.signal())
}

#[cfg(test)]
mod tests;
