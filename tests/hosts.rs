//! Hosts of every build hold the promises: the programs and libraries in `tests/hosts` are built as users build theirs, and
//! check themselves.
#![cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]

mod support;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::{env, fs};

/// Named, so that flags for hosts are no flags for the macros that run in their build, which are then built once for all.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// How hosts are built.
#[derive(Clone, Copy)]
struct Build {
    name: &'static str,
    arguments: &'static [&'static str],
    flags: &'static str,
}

const DEBUG: Build = Build { name: "debug", arguments: &[], flags: "" };

const RELEASE: Build = Build { name: "release", arguments: &["--release"], flags: "" };

#[test]
fn a_debug_host_holds_the_promises() {
    let said = check(&DEBUG.make("host"));
    assert_eq!(said, "0: quiet, not tuned, debug, [true, false, false]\noverflow checks on\npanic unwind\n");
}

#[test]
fn a_release_host_holds_the_promises() {
    let said = check(&RELEASE.make("host"));
    assert_eq!(said, "0: quiet, not tuned, not debug, [true, false, false]\noverflow checks off\npanic unwind\n");
}

#[test]
fn a_host_of_one_unit_that_is_optimized_at_link_time_and_stripped_holds_the_promises() {
    let build = Build {
        name: "fat",
        arguments: &[
            "--release",
            "--config=profile.release.lto='fat'",
            "--config=profile.release.codegen-units=1",
            "--config=profile.release.strip=true",
        ],
        flags: "",
    };
    let host = build.make("host");
    let said = check(&host);
    assert_eq!(said, "0: quiet, not tuned, not debug, [true, false, false]\noverflow checks off\npanic unwind\n");
    let image = fs::read(&host).expect("readable");
    assert!(!image.windows(7).any(|window| window == b".symtab"), "it is stripped");
    assert_eq!(missing(&host), "None\n");
}

#[test]
fn the_flags_of_a_small_host_reach_its_variants() {
    let build = Build {
        name: "small",
        arguments: &["--release", "--config=profile.release.opt-level='s'"],
        flags: "--cfg tuned -C target-cpu=x86-64-v2",
    };
    let said = check(&build.make("host"));
    assert_eq!(said, "0: quiet, tuned, not debug, [true, true, false]\noverflow checks off\npanic unwind\n");
}

#[test]
fn a_host_that_aborts_on_panic_aborts_in_its_variants_too() {
    let build = Build { name: "abort", arguments: &["--release", "--config=profile.release.panic='abort'"], flags: "" };
    let host = build.make("host");
    let said = check(&host);
    assert_eq!(said, "0: quiet, not tuned, not debug, [true, false, false]\noverflow checks off\npanic abort\n");
    for tier in fallen_in_every_tier(&host) {
        assert_eq!(tier.status.signal(), Some(6), "SIGABRT");
    }
}

#[test]
fn a_panic_that_nobody_catches_ends_a_host_alike_in_every_tier() {
    for tier in fallen_in_every_tier(&DEBUG.make("host")) {
        assert_eq!(tier.status.code(), Some(101));
    }
}

#[test]
fn a_static_host_says_that_it_has_no_runtime_tier() {
    let build = Build { name: "static", arguments: &[], flags: "-C target-feature=+crt-static" };
    let host = build.make("host");
    assert_eq!(check(&host), "0: quiet, not tuned, debug, [true, false, false]\noverflow checks on\npanic unwind\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = folder.path().join("store");
    succeeded(program(&host).env("SPECIALIZE_CACHE_DIR", &store));
    assert!(!store.exists(), "it does not even try");
    assert_eq!(missing(&host), "Some(\"platform\")\n");
}

/// What the doctor says in `host` is missing.
fn missing(host: &Path) -> String {
    String::from_utf8(succeeded(program(host).arg("doctor")).stdout).expect("text")
}

#[test]
fn features_reach_variants() {
    let loud = Build { name: "loud", arguments: &["--features=loud"], flags: "" };
    let said = check(&loud.make("host"));
    assert_eq!(said, "0: loud, not tuned, debug, [true, false, false]\noverflow checks on\npanic unwind\n");
}

#[test]
fn overflow_checks_reach_variants() {
    let checked = Build { name: "checked", arguments: &["--release", "--config=profile.release.overflow-checks=true"], flags: "" };
    let said = check(&checked.make("host"));
    assert_eq!(said, "0: quiet, not tuned, not debug, [true, false, false]\noverflow checks on\npanic unwind\n");
}

#[test]
fn debug_assertions_reach_variants() {
    let asserting = Build { name: "asserting", arguments: &["--release", "--config=profile.release.debug-assertions=true"], flags: "" };
    let said = check(&asserting.make("host"));
    assert_eq!(said, "0: quiet, not tuned, debug, [true, false, false]\noverflow checks off\npanic unwind\n");
}

#[test]
fn editions_reach_variants() {
    let said = |edition: &str| check(&DEBUG.make(edition));
    assert_eq!(said("edition-2015"), "items of 8 bytes, drops [1, 2, 3, 4, 0]\n");
    assert_eq!(said("edition-2018"), "items of 8 bytes, drops [1, 2, 3, 4, 0]\n");
    assert_eq!(said("edition-2021"), "items of 1 bytes, drops [1, 2, 3, 0, 4]\n");
    assert_eq!(said("edition-2024"), "items of 1 bytes, drops [2, 1, 3, 0, 4]\n");
}

#[test]
fn a_panic_with_one_literal_is_what_the_edition_makes_of_it() {
    let said = |edition: &str| String::from_utf8(succeeded(program(&DEBUG.make(edition)).arg("fall")).stdout).expect("text");
    let expected = |edition: &str, message: &str| format!("{message} at editions/{edition}/../kernel.rs:48:9\n");
    assert_eq!(said("edition-2015"), expected("2015", "&str n = {n}"));
    assert_eq!(said("edition-2018"), expected("2018", "&str n = {n}"));
    assert_eq!(said("edition-2021"), expected("2021", "String n = 1"));
    assert_eq!(said("edition-2024"), expected("2024", "String n = 1"));
}

#[test]
fn a_crate_of_other_names_is_found_also_by_another_crates_macro() {
    assert_eq!(check(&DEBUG.make("renamed")), "a macro's panic is at renamed/src/main.rs:34:1\n");
}

#[test]
fn copies_of_a_library_have_variants_of_their_own_beside_those_of_the_program() {
    for (build, engine) in [(DEBUG, "rustc"), (RELEASE, "auto")] {
        let (plugin, loader) = (build.make_of(&SOURCES, "plugin", "libplugin.so"), build.make("loader"));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let copies = ["first.so", "second.so"].map(|name| folder.path().join(name));
        for copy in &copies {
            fs::copy(&plugin, copy).expect("copied");
        }
        // The first has the store of the program, the second its own.
        let stores = [STORE.join("specialize"), folder.path().join("another store")];
        let mut command = program(&loader);
        command.env("SPECIALIZE_ENGINE", engine).args([&copies[0], &stores[0], &copies[1], &stores[1]]);
        assert_eq!(String::from_utf8_lossy(&succeeded(&mut command).stdout), "2 plugins\n");
    }
}

#[test]
fn a_plugin_that_is_closed_while_it_makes_variants_stays_mapped() {
    let (plugin, loader) = (DEBUG.make_of(&SOURCES, "plugin", "libplugin.so"), DEBUG.make("loader"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = program(&loader);
    command.env("SPECIALIZE_ENGINE", "rustc").arg("--close-early").args([&plugin, &folder.path().join("store")]);
    assert_eq!(String::from_utf8_lossy(&succeeded(&mut command).stdout), "closed\n");
}

#[test]
fn a_host_whose_crate_is_gone_says_so_and_goes_on_when_it_is_back() {
    for build in [DEBUG, RELEASE] {
        let host = build.make("borrower");
        assert_eq!(check(&host), "runtime\n");
        let rlib = linked("lender", if build.name == "release" { "release" } else { "debug" });
        let away = rlib.with_extension("away");
        fs::rename(&rlib, &away).expect("renamed");
        // A store without variants: those that are finished need no crate.
        let store = tempfile::tempdir().expect("a temporary folder");
        let run = || String::from_utf8(succeeded(program(&host).env("SPECIALIZE_CACHE_DIR", store.path())).stdout).expect("text");
        let (without, with_variants) = (run(), succeeded(&mut program(&host)).stdout);
        fs::rename(&away, &rlib).expect("renamed");
        assert!(without.starts_with("generic: `more` uses the crate `lent`, which is not at "), "{without}");
        assert!(without.contains(&rlib.display().to_string()), "{without}");
        assert_eq!((with_variants.as_slice(), run().as_str()), (&b"runtime\n"[..], "runtime\n"));
    }
}

/// The rlib of a package that hosts of a profile are linked with.
fn linked(package: &str, profile: &str) -> PathBuf {
    let folder = scratch().join("target").join(TARGET).join(profile).join("deps");
    let files = fs::read_dir(folder).expect("what cargo has built").map(|entry| entry.expect("readable").path());
    let start = format!("lib{package}-");
    let mut found: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&start)))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn a_strict_crate_hears_no_word_of_what_is_generated() {
    quiet(&mut DEBUG.cargo(&SOURCES, "build", "strict"));
    let mut doc = DEBUG.cargo(&SOURCES, "doc", "strict");
    quiet(doc.args(["--no-deps", "--document-private-items"]).env("RUSTDOCFLAGS", "-D warnings -D rustdoc::all"));
    if !cargo(&SOURCES).args(["clippy", "--version"]).output().is_ok_and(|output| output.status.success()) {
        return support::skipped("clippy is not installed: what it says is not checked");
    }
    quiet(DEBUG.cargo(&SOURCES, "clippy", "strict").args(["--", "-D", "warnings", "-D", "clippy::pedantic"]));
}

/// Runs cargo, which is to succeed and to say nothing about the crate `strict`.
fn quiet(command: &mut Command) {
    let output = succeeded(command);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("strict/src"), "{}", shown(&output));
}

#[test]
fn documentation_tests_have_variants() {
    let output = succeeded(DEBUG.cargo(&SOURCES, "test", "kernels").arg("--doc").env("XDG_CACHE_HOME", &*STORE));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{}", shown(&output));
}

/// A folder's name with everything that is special to somebody on the way: the shell, cargo, the compiler, the linker.
const ODD: &str = "it's an \"odd\" = (é) $HOME, 100% folder";

#[test]
fn the_name_of_a_folder_may_have_any_character() {
    let folder = scratch().join("odd");
    // Of a library outside the program's workspace, the path in panics is absolute; inside, it is relative.
    let (beside, inside) = (folder.join("beside"), folder.join("inside"));
    copy(&sources(), &folder.join(ODD));
    copy(&sources().join("kernels"), &inside.join(ODD).join("kernels"));
    copy(&sources().join("checks"), &inside.join(ODD).join("checks"));
    for (name, workspace, libraries) in [("odd-beside", beside, folder.join(ODD)), ("odd-inside", inside, ODD.into())] {
        copy(&sources().join("host"), &workspace.join("host"));
        let manifest = format!(
            "[workspace]\nmembers = [\"host\"]\nresolver = \"3\"\n\n[workspace.dependencies]\n\
             checks = {{ path = {:?} }}\nkernels = {{ path = {:?} }}\nspecialize = {{ package = \"specialize-rs\", path = {:?} }}\n",
            libraries.join("checks"),
            libraries.join("kernels"),
            env!("CARGO_MANIFEST_DIR"),
        );
        write(&workspace.join("Cargo.toml"), manifest.as_bytes());
        write(&workspace.join("Cargo.lock"), &lock());
        let host = Build { name, ..DEBUG }.make_of(&workspace, "host", "host");
        let store = tempfile::tempdir().expect("a temporary folder");
        succeeded(program(&host).env("SPECIALIZE_CACHE_DIR", store.path().join(ODD)));
        for fallen in fallen_in_every_tier(&host) {
            let place = format!("{}:", libraries.join("kernels/src/lib.rs").display());
            assert!(String::from_utf8_lossy(&fallen.stderr).contains(&place), "{}", shown(&fallen));
        }
    }
}

impl Build {
    /// Builds the program of a package that has its name, and gives back the path of an own copy.
    fn make(&self, package: &str) -> PathBuf {
        self.make_of(&SOURCES, package, package)
    }

    /// The same for a file of another name, of the package in a workspace.
    fn make_of(&self, workspace: &Path, package: &str, file: &str) -> PathBuf {
        // Builds with other flags leave other files under the same name.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        succeeded(&mut self.cargo(workspace, "build", package));
        let profile = if self.arguments.contains(&"--release") { "release" } else { "debug" };
        let made = scratch().join("target").join(TARGET).join(profile).join(file);
        let own = scratch().join("built").join(self.name).join(file);
        fs::create_dir_all(own.parent().expect("a folder")).expect("the target folder can be written to");
        let _ = fs::remove_file(&own);
        fs::hard_link(made, &own).expect("what cargo has built");
        own
    }

    /// A command of cargo for one package of a workspace.
    fn cargo(&self, workspace: &Path, command: &str, package: &str) -> Command {
        let mut cargo = cargo(workspace);
        cargo.arg(command).args(["--offline", "--target", TARGET, "--package", package]).args(self.arguments);
        cargo.env("RUSTFLAGS", self.flags);
        cargo
    }
}

/// The cargo that runs this test, on its own.
fn cargo(workspace: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into()));
    for (variable, _) in env::vars_os() {
        let name = variable.to_string_lossy();
        let of_build = ["CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_"].iter().any(|start| name.starts_with(start));
        if of_build && !name.ends_with("_LINKER")
            || name.contains("RUSTFLAGS")
            || name.contains("RUSTDOCFLAGS")
            || name.starts_with("SPECIALIZE_")
        {
            command.env_remove(variable);
        }
    }
    command.current_dir(workspace).env("CARGO_TARGET_DIR", scratch().join("target"));
    command
}

/// Where everything is built and kept for the next time.
fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("hosts")
}

/// The hosts as they stand in the repository.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts")
}

/// The versions of all dependencies, so that nothing has to be downloaded.
fn lock() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).expect("the lock file of the workspace")
}

/// A copy of the hosts to build, so that nothing is written into the repository.
static SOURCES: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = scratch().join("sources");
    copy(&sources(), &folder);
    write(&folder.join("Cargo.lock"), &lock());
    folder
});

/// Copies a folder of sources, in which the path of this crate becomes absolute.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the sources of the hosts").map(|entry| entry.expect("readable")) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else if entry.file_name() == "Cargo.toml" {
            let manifest = fs::read_to_string(from).expect("a manifest");
            write(&to, manifest.replace(r#""../..""#, &format!("{:?}", env!("CARGO_MANIFEST_DIR"))).as_bytes());
        } else {
            write(&to, &fs::read(from).expect("a source file"));
        }
    }
}

/// Writes a file, unless it is there: cargo builds anew what was written.
fn write(path: &Path, content: &[u8]) {
    if fs::read(path).is_ok_and(|there| there == content) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a folder")).expect("the target folder can be written to");
    fs::write(path, content).expect("the target folder can be written to");
}

/// What stands in for the user's cache folder: empty at first, and shared by all hosts.
static STORE: LazyLock<PathBuf> = LazyLock::new(support::private_folder);

/// The command that runs a program.
fn program(path: &Path) -> Command {
    let mut command = Command::new(path);
    for (variable, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SPECIALIZE_")) {
        command.env_remove(variable);
    }
    command.current_dir(&*STORE).env("XDG_CACHE_HOME", &*STORE).env("RUST_BACKTRACE", "0");
    command
}

/// What a host prints when it has found that all is well, whatever makes its variants.
fn check(host: &Path) -> String {
    let said = succeeded(&mut program(host));
    let store = tempfile::tempdir().expect("a temporary folder");
    let of_rustc = succeeded(program(host).env("SPECIALIZE_ENGINE", "rustc").env("SPECIALIZE_CACHE_DIR", store.path()));
    assert_eq!(said.stdout, of_rustc.stdout);
    String::from_utf8(said.stdout).expect("text")
}

/// How a host ends that panics in a tier, for each of them: all with the same words.
fn fallen_in_every_tier(host: &Path) -> Vec<Output> {
    let tiers = ["generic", "build-time", "runtime", "dispatcher"];
    let fallen = tiers.map(|tier| program(host).arg(tier).output().expect("the host can be started"));
    let said = fallen.each_ref().map(without_numbers_in_parentheses);
    assert!(said[0].contains("index out of bounds: the len is 1 but the index is 7"), "{}", said[0]);
    for (tier, said_there) in tiers.iter().zip(&said) {
        assert_eq!(*said_there, said[0], "in the tier `{tier}`");
    }
    fallen.into()
}

/// What a program printed as diagnostics, where each process has another number for its thread.
fn without_numbers_in_parentheses(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let mut parts = text.split('(');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "(" + part.trim_start_matches(|character: char| character.is_ascii_digit()))
}

/// Runs a command that is to succeed.
#[track_caller]
fn succeeded(command: &mut Command) -> Output {
    let output = command.output().expect("it can be started");
    assert!(output.status.success(), "{command:?} failed: {}", shown(&output));
    output
}

/// How a command ended, and all it printed.
fn shown(output: &Output) -> String {
    let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{}\n--- stdout\n{printed}\n--- stderr\n{errors}", output.status)
}
