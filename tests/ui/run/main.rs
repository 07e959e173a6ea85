//! What the attribute accepts, and what is said of mistakes.

use std::path::PathBuf;
use std::process::Command;

/// The release that wrote the messages in the files whose names start with `rustc_`.
const PINNED: &str = "rustc 1.95.";

#[test]
fn what_is_right_is_accepted_and_mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    let pinned = is_pinned();
    for path in files() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("pass_") {
            cases.pass(&path);
        } else if pinned || !name.starts_with("rustc_") {
            cases.compile_fail(&path);
        }
    }
}

/// The files of cases.
fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(".").expect("the folder of cases");
    let paths = entries.map(|entry| PathBuf::from(entry.expect("a case").file_name()));
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect();
    files.sort();
    files
}

/// Whether the compiler is the one whose messages were written down.
fn is_pinned() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc is there, since it built this test");
    String::from_utf8_lossy(&version.stdout).starts_with(PINNED)
}
