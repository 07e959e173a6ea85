//! Never worse off: whatever is wrong with the compiler, the store or the function, the generic function serves, and the reason is told.

mod support;

#[path = "faults/compilers.rs"]
mod compilers;
#[path = "faults/hosts.rs"]
mod hosts;
#[path = "faults/resources.rs"]
mod resources;
#[path = "faults/store.rs"]
mod store;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use specialize::{Error, FunctionStats, Tier, settle, specialize, stats};
use support::compilers::{COMPILE, HANG, NO_COMPILER, SUPPORT, TEMPLATE, VERSION, compiler};
use support::place::{Place, own};
use support::processes::{PATIENCE, at_work_in, eventually, files_below};
use support::{is_child, skipped};

#[specialize(n in [2, 3, 8])]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// Checks that `n = 13` has no variant and why, that this is told wherever it can be asked, and
/// that nothing else is wrong.
#[track_caller]
fn only_the_generic_function_serves(is_the_reason: impl Fn(&Error) -> bool) {
    assert!(power::prepare(13).is_err_and(|error| is_the_reason(&error)), "{:?}", power::prepare(13));
    let bound = power::bind(13);
    assert!(settle(PATIENCE));
    assert_eq!((bound.tier(), bound.call(2)), (Tier::Generic, 8192));
    assert!(bound.last_error().as_ref().is_some_and(&is_the_reason), "{:?}", bound.last_error());
    // Often enough for the value to be hot.
    for x in 0..3_000 {
        assert_eq!(power(x, 13), power::generic(x, 13));
    }
    assert!(settle(PATIENCE));
    assert!(power::lookup(13).is_none() && power::table().is_empty());
    assert_eq!((power::bind(3).tier(), power::bind(3).call(2), power(2, 3)), (Tier::BuildTime, 8, 8));
    let statistics = power_in_statistics();
    assert!(statistics.last_error.as_ref().is_some_and(&is_the_reason), "{statistics:?}");
    assert_eq!((statistics.counts.compiled, statistics.counts.loaded, statistics.variants), (0, 0, 0));
    assert!(statistics.counts.failed > 0);
    let told = statistics.last_error.map(|error| error.to_string()).unwrap_or_default();
    assert!(stats().to_string().contains(&told), "{}", stats());
}

/// Checks that variants are made and right, and waits until they are kept for the next process.
#[track_caller]
fn variants_are_made() {
    let bound = power::prepare(13).expect("a variant");
    assert_eq!((bound.tier(), bound.call(2), power(2, 13)), (Tier::Runtime, 8192, 8192));
    assert!(settle(PATIENCE));
}

fn power_in_statistics() -> FunctionStats {
    stats().functions.into_iter().find(|function| function.name == "power").expect("it is in the program")
}

/// What these are for could be linked into no variant.
#[specialize(n in [1])]
fn announced_sum(x: u64, n: u64) -> u64 {
    if x > 1_000 {
        println!("a large number, {x}");
    }
    x + n
}

#[specialize(n)]
fn times_length(path: &str, n: u64) -> u64 {
    n * std::fs::read(path).map_or(0, |content| content.len() as u64)
}

#[specialize(n)]
fn elapsed_since(start: std::time::Instant, n: u32) -> bool {
    start.elapsed() >= std::time::Duration::from_secs(u64::from(n))
}

/// The path as a variable's value.
fn text(path: &Path) -> &str {
    path.to_str().expect("no strange characters")
}

#[test]
fn without_a_compiler_the_generic_function_serves() {
    const NAME: &str = "without_a_compiler_the_generic_function_serves";
    if is_child(NAME) {
        return only_the_generic_function_serves(|error| matches!(error, Error::ToolchainMissing { path, .. } if path == NO_COMPILER));
    }
    Place::new(NAME).run(&[("SPECIALIZE_TOOLCHAIN", NO_COMPILER)]);
}

#[test]
fn a_failure_is_told_in_an_event() {
    const NAME: &str = "a_failure_is_told_in_an_event";
    static EVENTS: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    if is_child(NAME) {
        tracing_subscriber::fmt().with_ansi(false).with_writer(|| Events).init();
        let error = power::prepare(13).expect_err("there is no compiler");
        let events = String::from_utf8(EVENTS.lock().expect("no panic").clone()).expect("text");
        let told = events.lines().any(|line| line.contains("WARN") && line.contains(&error.to_string()));
        assert!(told, "not told in:\n{events}");
        return;
    }
    struct Events;
    impl std::io::Write for Events {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            EVENTS.lock().expect("no panic").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    Place::new(NAME).run(&[("SPECIALIZE_TOOLCHAIN", NO_COMPILER)]);
}

#[test]
fn a_compiler_that_calls_itself_otherwise_is_not_used() {
    const NAME: &str = "a_compiler_that_calls_itself_otherwise_is_not_used";
    if is_child(NAME) {
        only_the_generic_function_serves(
            |error| matches!(error, Error::ToolchainDiffers { found, expected, .. } if found.contains("rustc 1.0.0") && expected.contains("rustc")),
        );
        assert!(!own().join("compiled").exists(), "it was not asked to compile anything");
        return;
    }
    let place = Place::new(NAME);
    let other =
        compiler(place.path(), &[(VERSION, "echo 'rustc 1.0.0 (a59de37e9 2015-05-13)'; exit"), (COMPILE, ": > \"$folder/compiled\"")]);
    place.run(&[("SPECIALIZE_TOOLCHAIN", text(&other))]);
}

#[test]
fn a_compiler_of_another_version_is_not_used() {
    const NAME: &str = "a_compiler_of_another_version_is_not_used";
    if is_child(NAME) {
        return only_the_generic_function_serves(|error| matches!(error, Error::ToolchainDiffers { .. }));
    }
    let Some(nightly) = nightly() else {
        return skipped("there is no nightly compiler on this machine");
    };
    Place::new(NAME).run(&[("SPECIALIZE_TOOLCHAIN", text(&nightly))]);
}

/// The nightly compiler, where rustup has installed one that did not build this test.
fn nightly() -> Option<PathBuf> {
    let home = std::env::var_os("RUSTUP_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".rustup")))?;
    let built_by = std::env::var("RUSTUP_TOOLCHAIN").unwrap_or_default();
    let nightly = home.join("toolchains/nightly-x86_64-unknown-linux-gnu/bin/rustc");
    (nightly.exists() && !built_by.starts_with("nightly")).then_some(nightly)
}

#[test]
fn a_compiler_that_fails_is_quoted() {
    const NAME: &str = "a_compiler_that_fails_is_quoted";
    if is_child(NAME) {
        return only_the_generic_function_serves(
            |error| matches!(error, Error::CompileFailed { status, output, .. } if status.contains('3') && output == "out of order"),
        );
    }
    for engine in ["rustc", "auto"] {
        let place = Place::new(NAME);
        let broken = compiler(place.path(), &[(TEMPLATE, "echo 'out of order' >&2; exit 3")]);
        place.run(&[("SPECIALIZE_TOOLCHAIN", text(&broken)), ("SPECIALIZE_ENGINE", engine)]);
    }
}

#[test]
fn a_compiler_that_crashes_is_a_failure_like_any_other() {
    const NAME: &str = "a_compiler_that_crashes_is_a_failure_like_any_other";
    if is_child(NAME) {
        return only_the_generic_function_serves(
            |error| matches!(error, Error::CompileFailed { status, .. } if status.starts_with("signal: 11")),
        );
    }
    let place = Place::new(NAME);
    let crashing = compiler(place.path(), &[(TEMPLATE, "kill -SEGV $$")]);
    place.run(&[("SPECIALIZE_TOOLCHAIN", text(&crashing))]);
}

#[test]
fn a_compiler_that_makes_nothing_or_garbage_is_not_believed() {
    const NAME: &str = "a_compiler_that_makes_nothing_or_garbage_is_not_believed";
    if is_child(NAME) {
        return only_the_generic_function_serves(|error| matches!(error, Error::BadOutput { .. }));
    }
    for (engine, commands) in [("rustc", "exit 0"), ("rustc", "echo garbage > t.o; exit 0"), ("auto", "exit 0")] {
        let place = Place::new(NAME);
        let strange = compiler(place.path(), &[(TEMPLATE, commands)]);
        place.run(&[("SPECIALIZE_TOOLCHAIN", text(&strange)), ("SPECIALIZE_ENGINE", engine)]);
    }
}

#[test]
fn a_compiler_that_fails_at_the_very_first_step_is_quoted_too() {
    const NAME: &str = "a_compiler_that_fails_at_the_very_first_step_is_quoted_too";
    if is_child(NAME) {
        return only_the_generic_function_serves(|error| matches!(error, Error::CompileFailed { output, .. } if output == "no libraries"));
    }
    let place = Place::new(NAME);
    let broken = compiler(place.path(), &[(SUPPORT, "echo 'no libraries' >&2; exit 1")]);
    place.run(&[("SPECIALIZE_TOOLCHAIN", text(&broken))]);
}

#[test]
fn a_compiler_that_never_ends_is_killed() {
    const NAME: &str = "a_compiler_that_never_ends_is_killed";
    if is_child(NAME) {
        only_the_generic_function_serves(|error| matches!(error, Error::TimedOut { limit, .. } if limit.as_millis() == 3_000));
        assert!(own().join("started").exists(), "it did start");
        return eventually("the compiler and what it started are gone", || at_work_in(&own()).is_empty());
    }
    let place = Place::new(NAME);
    let hanging = compiler(place.path(), &[(COMPILE, HANG)]);
    place.run(&[("SPECIALIZE_TOOLCHAIN", text(&hanging)), ("SPECIALIZE_COMPILE_TIMEOUT_MS", "3000")]);
}

#[test]
fn a_compiler_that_wants_more_memory_than_it_is_given_fails() {
    const NAME: &str = "a_compiler_that_wants_more_memory_than_it_is_given_fails";
    if is_child(NAME) {
        return only_the_generic_function_serves(|error| {
            error.to_string().contains("SPECIALIZE_COMPILE_MEMORY") && matches!(error, Error::OutOfMemory { limit: 50_000_000, .. })
        });
    }
    Place::new(NAME).run(&[("SPECIALIZE_COMPILE_MEMORY", "50000000")]);
}

#[test]
fn once_a_fault_is_gone_variants_are_made_again() {
    const NAME: &str = "once_a_fault_is_gone_variants_are_made_again";
    if is_child(NAME) {
        only_the_generic_function_serves(|error| matches!(error, Error::ToolchainMissing { .. }));
        let compiler =
            compiler(&own(), &[(SUPPORT, "[ -e \"$folder/space\" ] || exit 1"), (TEMPLATE, "[ -e \"$folder/time\" ] || exit 2")]);
        for (fixed, status) in [("space", '1'), ("time", '2')] {
            let failed = |error: &Error| matches!(error, Error::CompileFailed { status: found, .. } if found.contains(status));
            only_the_generic_function_serves(failed);
            fs::write(compiler.parent().and_then(Path::parent).expect("in two folders").join(fixed), "").expect("a file");
        }
        let waiting = power::bind(13);
        variants_are_made();
        assert_eq!((waiting.tier(), waiting.call(3)), (Tier::Runtime, 1_594_323), "a handle from before turns too");
        assert!(waiting.last_error().is_none());
        return;
    }
    let place = Place::new(NAME);
    place.run(&[("SPECIALIZE_TOOLCHAIN", text(&place.path().join("bin/rustc")))]);
}

#[test]
fn a_failure_holds_up_only_what_nobody_waits_for() {
    const NAME: &str = "a_failure_holds_up_only_what_nobody_waits_for";
    if is_child(NAME) {
        power::prepare(13).expect_err("the compiler fails");
        let bound: Vec<power::Bound> = (20..60).map(power::bind).collect();
        assert!(settle(PATIENCE));
        for bound in bound {
            assert_eq!((bound.tier(), bound.call(1)), (Tier::Generic, 1));
            assert!(bound.last_error().is_some(), "even where it was not tried");
        }
        // A second, then two, then four... in which nothing is tried.
        assert!(power::table().counts().requests < 10, "a compiler that fails is left alone for a while");
        fs::write(own().join("repaired"), "").expect("a file");
        return variants_are_made();
    }
    let place = Place::new(NAME);
    let broken = compiler(place.path(), &[(TEMPLATE, "[ -e \"$folder/repaired\" ] || exit 1")]);
    place.run(&[("SPECIALIZE_TOOLCHAIN", text(&broken))]);
}

#[test]
fn a_cache_folder_that_cannot_be_made_means_no_store() {
    const NAME: &str = "a_cache_folder_that_cannot_be_made_means_no_store";
    if is_child(NAME) {
        variants_are_made();
        let error = stats().store_error.expect("there is no store");
        assert!(matches!(&error, Error::File { path, .. } if path.ends_with("file")), "{error}");
        assert!(stats().to_string().contains(&error.to_string()), "{}", stats());
        return;
    }
    let place = Place::new(NAME);
    let file = place.path().join("file");
    fs::write(&file, "").expect("a file");
    place.run(&[("SPECIALIZE_CACHE_DIR", text(&file.join("cache")))]);
}

#[test]
fn a_cache_folder_open_to_others_is_neither_read_nor_written() {
    const NAME: &str = "a_cache_folder_open_to_others_is_neither_read_nor_written";
    if is_child(NAME) {
        variants_are_made();
        let expected = std::env::var("EXPECTED").expect("set by the test");
        assert_eq!(power::table().counts().loaded, if expected == "trusted" { 1 } else { 0 });
        let error = stats().store_error;
        assert_eq!(error.is_none(), expected != "untrusted", "{error:?}");
        assert!(error.is_none_or(|error| matches!(error, Error::CacheUntrusted { path, .. } if path == own().join("store"))));
        return;
    }
    let place = Place::new(NAME);
    place.run(&[("EXPECTED", "new")]);
    let finished = files_below(&place.store());
    place.run(&[("EXPECTED", "trusted")]);
    for mode in [0o777, 0o770, 0o1777] {
        fs::set_permissions(place.store(), fs::Permissions::from_mode(mode)).expect("our own folder");
        place.run(&[("EXPECTED", "untrusted")]);
        assert_eq!(files_below(&place.store()), finished, "nothing is written there");
    }
}

#[test]
fn damaged_artifacts_are_made_anew() {
    const NAME: &str = "damaged_artifacts_are_made_anew";
    if is_child(NAME) {
        variants_are_made();
        let counts = power::table().counts();
        let expected = std::env::var("EXPECTED").expect("set by the test");
        assert_eq!((counts.compiled, counts.loaded), if expected == "made" { (1, 0) } else { (0, 1) });
        assert!(stats().store_error.is_none());
        return;
    }
    let place = Place::new(NAME);
    place.run(&[("EXPECTED", "made")]);
    place.run(&[("EXPECTED", "loaded")]);
    let whole = place.artifacts();
    assert!(whole.len() >= 2, "the variant and the support library");
    let damages: [fn(&mut Vec<u8>); 5] = [
        |content| content.truncate(content.len() / 2),
        |content| content.clear(),
        |content| content[100] ^= 0x10,
        |content| {
            let middle = content.len() / 2;
            content[middle] ^= 0x01;
        },
        |content| content.push(0),
    ];
    for damage in damages {
        for path in place.artifacts() {
            let mut content = fs::read(&path).expect("our own file");
            damage(&mut content);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("our own file");
            fs::write(&path, content).expect("our own file");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("our own file");
        }
        place.run(&[("EXPECTED", "made")]);
        place.run(&[("EXPECTED", "loaded")]);
        assert_eq!(place.artifacts().len(), whole.len(), "they took the place of the damaged ones");
    }
}

#[test]
fn a_function_that_cannot_be_linked_stays_generic_and_the_symbol_is_named() {
    const NAME: &str = "a_function_that_cannot_be_linked_stays_generic_and_the_symbol_is_named";
    if is_child(NAME) {
        #[track_caller]
        fn names(error: Option<Error>, of: &str, symbol: &str) {
            let error = error.expect("it cannot be linked");
            assert!(
                matches!(&error, Error::UnresolvedSymbol { function, symbols } if *function == of && symbols.contains(symbol)),
                "{error}"
            );
            assert!(error.to_string().contains(of) && error.to_string().contains(symbol), "{error}");
        }
        names(announced_sum::prepare(2).err(), "announced_sum", "std::io::stdio::_print");
        let bound = announced_sum::bind(2);
        assert!(settle(PATIENCE));
        names(bound.last_error(), "announced_sum", "std::io::stdio::_print");
        names(times_length::prepare(3).err(), "times_length", "std::fs::read");
        names(elapsed_since::prepare(0).err(), "elapsed_since", "std::time::Instant");
        assert_eq!((announced_sum(1, 2), bound.call(1), bound.tier()), (3, 3, Tier::Generic));
        assert_eq!((announced_sum(1, 1), announced_sum::at::<1>(1), announced_sum::bind(1).tier()), (2, 2, Tier::BuildTime));
        fs::write(own().join("file"), "abc").expect("a file");
        assert_eq!(times_length(text(&own().join("file")), 3), 9);
        assert!(elapsed_since(std::time::Instant::now(), 0));
        // Other functions have nothing to do with it.
        return variants_are_made();
    }
    Place::new(NAME).run(&[]);
}
