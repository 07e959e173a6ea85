//! A place of its own for a host process: all the folders in which it may leave something.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::processes::{at_work_in, eventually, files_below};

/// Where a host process finds its place.
const PLACE: &str = "SPECIALIZE_TEST_PLACE";

/// A place for one host process after another.
pub(crate) struct Place {
    folder: TempDir,
    name: &'static str,
}

impl Place {
    /// A new place for hosts that run the test `name`.
    pub(crate) fn new(name: &'static str) -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("temporary")).expect("a folder");
        Place { folder, name }
    }

    /// The folder, for whatever else a test needs.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The host's store, which is not made yet.
    pub(crate) fn store(&self) -> PathBuf {
        self.path().join("store")
    }

    /// The host's folder for temporary files.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.path().join("temporary")
    }

    /// Every artifact in the store.
    pub(crate) fn artifacts(&self) -> Vec<PathBuf> {
        files_below(&self.store().join("v1/artifacts")).into_iter().filter(|path| path.is_file()).collect()
    }

    /// What is left of work that was under way.
    pub(crate) fn leftovers(&self) -> Vec<PathBuf> {
        [files_below(&self.store().join("v1/work")), files_below(&self.temporary())].concat()
    }

    /// The command that runs a host here, with these variables. It has the engine that needs no
    /// compile server, which takes seconds to build, unless they say otherwise.
    pub(crate) fn host(&self, variables: &[(&str, &str)]) -> Command {
        let mut command = super::child(self.name, &self.store());
        command.env("SPECIALIZE_ENGINE", "rustc").env("TMPDIR", self.temporary()).env(PLACE, self.path());
        command.envs(variables.iter().copied());
        command
    }

    /// Runs a host to its end, which must be a good one: nothing but the test harness prints, no
    /// process and no temporary file is left.
    #[track_caller]
    pub(crate) fn run(&self, variables: &[(&str, &str)]) {
        self.judge(&self.host(variables).output().expect("the test binary can be started"));
    }

    #[track_caller]
    pub(crate) fn judge(&self, output: &Output) {
        let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let silence = format!("\nrunning 1 test\ntest {} ... ok\n\ntest result: ok. 1 passed;", self.name);
        assert!(
            output.status.success() && errors.is_empty() && printed.starts_with(&silence),
            "the host ended with {}\n--- stdout\n{printed}\n--- stderr\n{errors}",
            output.status
        );
        eventually("the host's children end", || at_work_in(self.path()).is_empty());
        assert_eq!(self.leftovers(), [] as [PathBuf; 0]);
    }
}

/// The place of this process, if it is a host.
pub(crate) fn own() -> PathBuf {
    std::env::var_os(PLACE).expect("started by a test").into()
}
