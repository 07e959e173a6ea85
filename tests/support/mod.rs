//! What the tests share: a private store, and tests that need a process of their own.
#![allow(dead_code, reason = "each test binary uses a part of this")]

pub(crate) mod compilers;
pub(crate) mod limits;
pub(crate) mod mapped;
pub(crate) mod mounts;
pub(crate) mod place;
pub(crate) mod processes;

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Once;

use processes::PATIENCE;
use specialize::Config;

/// Says which test a child process is there for.
const CHILD: &str = "SPECIALIZE_TEST_CHILD";

/// Gives the process a store of its own, empty at first, and has no calls timed, which another tier may serve. To be called at the start of every test
/// that may compile, before any specialized function is called.
pub(crate) fn private_store() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let config = Config::default().cache_dir(private_folder()).sampling(false).compile_timeout(PATIENCE);
        config.install().expect("no specialized function was called before");
    });
}

/// A new empty folder of this process; those of processes that are gone are removed.
pub(crate) fn private_folder() -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stores");
    fs::create_dir_all(&all).expect("the target folder can be written to");
    for folder in fs::read_dir(&all).expect("readable").flatten() {
        let process = folder.file_name();
        if !Path::new("/proc").join(&process).exists() {
            // Another test process may be doing the same.
            let _ = fs::remove_dir_all(folder.path());
        }
    }
    let own = all.join(std::process::id().to_string());
    let _ = fs::remove_dir_all(&own);
    fs::create_dir(&own).expect("the target folder can be written to");
    own
}

/// Runs `body` in a process of its own, whose environment has a private empty store and `variables`
/// on top of it: settings are per process. `name` is the full name of the calling test.
///
/// Returns what the child printed, or nothing in the child itself, which ends after `body`.
#[track_caller]
pub(crate) fn in_a_child<N: Into<OsString>, V: Into<OsString>>(
    name: &str,
    variables: impl IntoIterator<Item = (N, V)>,
    body: impl FnOnce(),
) -> Option<Output> {
    if std::env::var_os(CHILD).is_some_and(|child| child == name) {
        body();
        return None;
    }
    let store = tempfile::tempdir().expect("a temporary folder");
    let output = child(name, store.path())
        .envs(variables.into_iter().map(|(name, value)| (name.into(), value.into())))
        .output()
        .expect("the test binary can be started");
    assert!(
        output.status.success(),
        "the child ended with {}\n--- stdout\n{}\n--- stderr\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Some(output)
}

/// The command that runs the test `name` of this binary, as a child, with a store in `store`. No call is timed, which another tier
/// may serve, and a compiler has as much time as a test.
pub(crate) fn child(name: &str, store: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("the test binary has a path"));
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("SPECIALIZE_") {
            command.env_remove(variable);
        }
    }
    command.args([name, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, name).env("SPECIALIZE_CACHE_DIR", store);
    command.env("SPECIALIZE_SAMPLING", "false").env("SPECIALIZE_COMPILE_TIMEOUT_MS", PATIENCE.as_millis().to_string());
    command
}

/// Says why the calling test does nothing here, past the test harness, which keeps what a test that is well prints.
pub(crate) fn skipped(reason: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    writeln!(std::io::stderr(), "skipped: {test}: {reason}").expect("somebody listens");
}

/// Whether this process was started by [`in_a_child`] or [`child`] for the test `name`.
pub(crate) fn is_child(name: &str) -> bool {
    std::env::var_os(CHILD).is_some_and(|child| child == name)
}
