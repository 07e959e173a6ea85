//! What the settings promise: modes, limits, wrong values, and who wins.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use specialize::{Config, Error, Mode, Origin, Tier, settle, specialize, stats};
use support::compilers::NO_COMPILER;
use support::mounts::again;
use support::place::Place;
use support::processes::{PATIENCE, ever_started_a_process};
use support::{is_child, skipped};

#[specialize(n in [2, 3, 8])]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// A second function, with a threshold of its own.
#[specialize(n, hot = 1_000_000)]
fn multiple(x: u64, n: u64) -> u64 {
    x.wrapping_mul(n)
}

/// Checks that values that are not listed have no variant in this mode, however they are asked for.
#[track_caller]
fn only_listed_values_have_variants(mode: Mode) {
    let is_forbidden = |error: &Error| matches!(error, Error::Forbidden { mode: named, function: "power" } if *named == mode.as_str());
    let error = power::prepare(13).expect_err("forbidden");
    assert!(is_forbidden(&error), "{error}");
    assert!(error.to_string().contains("SPECIALIZE_MODE"), "{error}");
    let error = power::prepare_within(13, Duration::from_secs(3_600)).expect_err("forbidden");
    assert!(is_forbidden(&error), "{error}");
    assert!(power::request(13).wait().is_err_and(|error| is_forbidden(&error)));
    let bound = power::bind(13);
    for x in 0..3_000 {
        assert_eq!((power(x, 13), bound.call(x)), (power::generic(x, 13), power::generic(x, 13)));
    }
    assert!(settle(PATIENCE));
    assert_eq!(bound.tier(), Tier::Generic);
    assert!(bound.last_error().as_ref().is_some_and(is_forbidden), "{:?}", bound.last_error());
    assert!(power::lookup(13).is_none() && power::table().is_empty());
    assert_eq!(stats().mode, mode);
}

#[test]
fn mode_load_loads_what_is_finished_and_starts_no_process() {
    const NAME: &str = "mode_load_loads_what_is_finished_and_starts_no_process";
    if is_child(NAME) {
        if stats().mode == Mode::Full {
            assert_eq!(power::prepare(5).map(|bound| (bound.tier(), bound.call(2))).ok(), Some((Tier::Runtime, 32)));
            assert!(settle(PATIENCE), "it is kept");
            return assert_eq!((power::table().counts().compiled, ever_started_a_process()), (1, true));
        }
        let bound = power::prepare(5).expect("it is finished");
        assert_eq!((bound.tier(), bound.call(2), power(2, 5)), (Tier::Runtime, 32, 32));
        let entry = power::table().entries().pop().expect("one entry");
        assert_eq!((entry.value(), entry.origin()), ("5", Some(Origin::Disk)));
        assert!(matches!(power::prepare(13), Err(Error::Forbidden { mode: "load", function: "power" })));
        assert_eq!((power(2, 13), power(2, 3), power::bind(3).tier()), (8192, 8, Tier::BuildTime));
        assert_eq!((power::table().counts().loaded, power::table().counts().compiled), (1, 0));
        return assert!(!ever_started_a_process());
    }
    let place = Place::new(NAME);
    place.run(&[]);
    place.run(&[("SPECIALIZE_MODE", "load")]);
    place.run(&[("SPECIALIZE_MODE", "load"), ("SPECIALIZE_TOOLCHAIN", NO_COMPILER)]);
}

#[test]
fn mode_load_needs_no_store_that_can_be_written_to_or_run_from() {
    const NAME: &str = "mode_load_needs_no_store_that_can_be_written_to_or_run_from";
    if is_child(NAME) {
        let bound = power::prepare(5).expect("it is finished, or made");
        assert_eq!((bound.tier(), bound.call(2), power(2, 5)), (Tier::Runtime, 32, 32));
        if stats().mode == Mode::Load {
            assert_eq!((power::table().counts().loaded, stats().store_error.map(|error| error.to_string())), (1, None));
            assert!(power::prepare(13).is_err_and(|error| error.to_string().contains("and the store has none")));
        }
        return;
    }
    let place = Place::new(NAME);
    place.run(&[]);
    for options in ["ro", "noexec", "ro,noexec"] {
        match again(&place.store(), options) {
            Some(mounts) => place.judge(&mounts.around(&place.host(&[("SPECIALIZE_MODE", "load")])).output().expect("starts")),
            None => skipped("nothing can be mounted here"),
        }
    }
}

#[test]
fn mode_load_says_why_what_is_finished_is_not_loaded() {
    const NAME: &str = "mode_load_says_why_what_is_finished_is_not_loaded";
    if is_child(NAME) {
        if stats().mode == Mode::Full {
            return assert!(power::prepare(5).is_ok());
        }
        let error = power::prepare(5).expect_err("it must not be loaded");
        let reason = std::env::var("REASON").expect("set by the test");
        assert!(matches!(&error, Error::CacheUntrusted { .. }) && error.to_string().contains(&reason), "{error}");
        assert_eq!(power(2, 5), 32);
        return assert!(!ever_started_a_process());
    }
    let place = Place::new(NAME);
    place.run(&[]);
    let artifacts = place.artifacts();
    let set_mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("our own file");
    // As some tools copy files.
    artifacts.iter().for_each(|artifact| set_mode(artifact, 0o644));
    place.run(&[("SPECIALIZE_MODE", "load"), ("REASON", "chmod a-w")]);
    assert_eq!(place.artifacts(), artifacts, "they stay for whoever corrects that");
    artifacts.iter().for_each(|artifact| set_mode(artifact, 0o400));
    set_mode(&place.store(), 0o770);
    place.run(&[("SPECIALIZE_MODE", "load"), ("REASON", "chmod go-w")]);
}

#[test]
fn mode_load_with_an_empty_store_compiles_nothing() {
    const NAME: &str = "mode_load_with_an_empty_store_compiles_nothing";
    if is_child(NAME) {
        only_listed_values_have_variants(Mode::Load);
        assert_eq!((power(2, 3), power::bind(3).tier()), (8, Tier::BuildTime));
        return assert!(!ever_started_a_process());
    }
    Place::new(NAME).run(&[("SPECIALIZE_MODE", "load")]);
}

#[test]
fn mode_build_time_serves_listed_values_from_their_variants_only() {
    const NAME: &str = "mode_build_time_serves_listed_values_from_their_variants_only";
    if is_child(NAME) {
        only_listed_values_have_variants(Mode::BuildTime);
        assert_eq!((power(2, 3), power::at::<3>(2)), (8, 8));
        assert_eq!(power::prepare(3).map(|bound| (bound.tier(), bound.call(2))).ok(), Some((Tier::BuildTime, 8)));
        assert_eq!(power::lookup(3).map(|bound| bound.tier()), Some(Tier::BuildTime));
        return assert_eq!(power::table().entries().len(), 3);
    }
    Place::new(NAME).run(&[("SPECIALIZE_MODE", "build-time")]);
}

#[test]
fn mode_off_serves_listed_values_from_the_generic_function_too() {
    const NAME: &str = "mode_off_serves_listed_values_from_the_generic_function_too";
    if is_child(NAME) {
        only_listed_values_have_variants(Mode::Off);
        let bound = power::bind(3);
        assert_eq!((bound.tier(), bound.call(2), power(2, 3)), (Tier::Generic, 8, 8));
        assert!(matches!(power::prepare(3), Err(Error::Forbidden { mode: "off", .. })));
        assert!(power::lookup(3).is_none());
        return assert!(power::table().entries().is_empty());
    }
    Place::new(NAME).run(&[("SPECIALIZE_MODE", "off")]);
}

#[test]
fn the_dispatcher_asks_for_a_variant_once_a_value_is_hot() {
    const NAME: &str = "the_dispatcher_asks_for_a_variant_once_a_value_is_hot";
    if is_child(NAME) {
        for calls in 1..=20 {
            assert_eq!(multiple(calls, 6), 6 * calls);
            assert_eq!(multiple::table().counts().requests, u64::from(calls == 20), "after {calls} calls");
        }
        // Other values have their own counts.
        (0..19).for_each(|x| assert_eq!(multiple(x, 7), 7 * x));
        assert!(settle(PATIENCE));
        let entries = multiple::table().entries();
        assert_eq!(entries.iter().map(|entry| (entry.tier(), entry.value())).collect::<Vec<_>>(), [(Tier::Runtime, "6")]);
        return assert_eq!(multiple(7, 6), 42);
    }
    // The environment comes before the attribute's own threshold.
    Place::new(NAME).run(&[("SPECIALIZE_HOT", "20")]);
}

#[test]
fn a_table_holds_as_many_variants_as_it_may() {
    const NAME: &str = "a_table_holds_as_many_variants_as_it_may";
    if is_child(NAME) {
        let capacity = power::table().capacity();
        let full = |error: &Error| matches!(error, Error::TableFull { function: "power", capacity: told } if *told == capacity);
        let first = power::prepare(5);
        assert_eq!(first.is_ok(), capacity == 1);
        for n in [6, 7] {
            let error = power::prepare(n).expect_err("there is no room");
            assert!(full(&error), "{error}");
            assert!(error.to_string().contains("SPECIALIZE_TABLE_CAPACITY"), "{error}");
            let bound = power::bind(n);
            assert_eq!((bound.tier(), bound.call(2), power(2, n)), (Tier::Generic, 1 << n, 1 << n));
        }
        assert_eq!((power(2, 5), power::table().len()), (32, capacity));
        assert_eq!((power(2, 3), power::bind(3).tier()), (8, Tier::BuildTime), "listed values do not count");
        return assert_eq!(multiple::prepare(5).is_ok(), capacity == 1, "every function has its own table");
    }
    for capacity in ["0", "1"] {
        Place::new(NAME).run(&[("SPECIALIZE_TABLE_CAPACITY", capacity)]);
    }
}

#[test]
fn a_process_holds_as_many_libraries_as_it_may() {
    const NAME: &str = "a_process_holds_as_many_libraries_as_it_may";
    if is_child(NAME) {
        let held = (power::prepare(5).expect("there is room"), multiple::prepare(5).expect("there is room"));
        let error = power::prepare(6).expect_err("two are loaded, and held");
        assert!(matches!(error, Error::CodeLimit { limit: 2 }), "{error}");
        assert!(error.to_string().contains("SPECIALIZE_CODE_LIMIT"), "{error}");
        assert_eq!((power(2, 5), multiple(2, 5), power(2, 6)), (32, 10, 64));
        drop(held);
        assert_eq!(power::prepare(6).expect("one that nobody holds has left").call(2), 64);
        return assert_eq!(power::table().len() + multiple::table().len(), 2);
    }
    Place::new(NAME).run(&[("SPECIALIZE_CODE_LIMIT", "2")]);
}

#[test]
fn a_store_is_kept_within_its_limit() {
    const NAME: &str = "a_store_is_kept_within_its_limit";
    if is_child(NAME) {
        let n = std::env::var("VALUE").expect("set by the test").parse().expect("a number");
        assert_eq!(power::prepare(n).map(|bound| (bound.tier(), bound.call(2))).ok(), Some((Tier::Runtime, 1 << n)));
        return assert!(settle(PATIENCE), "it is kept");
    }
    let place = Place::new(NAME);
    place.run(&[("VALUE", "5")]);
    let first = place.artifacts();
    // What was used a moment ago would not be removed.
    for artifact in &first {
        let yesterday = SystemTime::now() - Duration::from_secs(24 * 60 * 60);
        fs::File::open(artifact).and_then(|file| file.set_modified(yesterday)).expect("our own file");
    }
    let smallest = first.iter().min_by_key(|path| fs::metadata(path).map_or(0, |data| data.len())).expect("the variant");
    place.run(&[("VALUE", "6"), ("SPECIALIZE_CACHE_LIMIT", "1")]);
    assert!(!smallest.exists(), "the variant that nobody uses is gone");
    assert_eq!(place.artifacts().len(), first.len(), "what was just used and made is there");
}

#[test]
fn an_empty_cache_folder_means_no_store() {
    const NAME: &str = "an_empty_cache_folder_means_no_store";
    if is_child(NAME) {
        assert_eq!(power::prepare(5).map(|bound| (bound.tier(), bound.call(2))).ok(), Some((Tier::Runtime, 32)));
        return assert!(stats().store_error.is_none(), "nobody wanted one");
    }
    let place = Place::new(NAME);
    place.run(&[("SPECIALIZE_CACHE_DIR", ""), ("SPECIALIZE_ENGINE", "auto")]);
    assert!(!place.store().exists());
}

#[test]
fn wrong_values_are_ignored_and_told_in_events() {
    const NAME: &str = "wrong_values_are_ignored_and_told_in_events";
    const WRONG: [(&str, &str); 10] = [
        ("SPECIALIZE_MODE", "fast"),
        ("SPECIALIZE_HOT", "often"),
        ("SPECIALIZE_TABLE_CAPACITY", "-1"),
        ("SPECIALIZE_CODE_LIMIT", "1e3"),
        ("SPECIALIZE_CACHE_LIMIT", "1 GB"),
        ("SPECIALIZE_COMPILE_TIMEOUT_MS", ""),
        ("SPECIALIZE_COMPILE_MEMORY", "99999999999999999999999"),
        ("SPECIALIZE_COMPILE_JOBS", "0x2"),
        ("SPECIALIZE_ENGINE", "gcc"),
        ("SPECIALIZE_TARGET_CPU", "nonsense"),
    ];
    static EVENTS: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    if is_child(NAME) {
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
        tracing_subscriber::fmt().with_ansi(false).with_writer(|| Events).init();
        assert_eq!((power(2, 13), power::table().counts().requests), (8192, 0), "not hot after one call");
        assert_eq!((stats().mode, power::table().capacity()), (Mode::Full, 1_024));
        assert_eq!(power::prepare(13).map(|bound| (bound.tier(), bound.call(2))).ok(), Some((Tier::Runtime, 8192)));
        let events = String::from_utf8(EVENTS.lock().expect("no panic").clone()).expect("text");
        for (variable, value) in WRONG {
            let told = events.lines().filter(|line| line.contains("WARN") && line.contains(variable)).collect::<Vec<_>>();
            assert!(told.len() == 1 && told[0].contains(value), "{variable}: {told:?}");
        }
        return;
    }
    Place::new(NAME).run(&WRONG);
}

#[test]
fn settings_are_installed_once_and_the_environment_comes_before_them() {
    const NAME: &str = "settings_are_installed_once_and_the_environment_comes_before_them";
    if is_child(NAME) {
        Config::default().mode(Mode::BuildTime).table_capacity(5).install().expect("nothing was called before");
        let error = Config::default().mode(Mode::Off).install().expect_err("a second time");
        assert!(matches!(error, Error::AlreadyConfigured), "{error}");
        assert_eq!((stats().mode, power::table().capacity()), (Mode::BuildTime, 7));
        return;
    }
    Place::new(NAME).run(&[("SPECIALIZE_TABLE_CAPACITY", "7")]);
}

#[test]
fn settings_come_too_late_after_a_call() {
    const NAME: &str = "settings_come_too_late_after_a_call";
    if is_child(NAME) {
        assert_eq!(power(2, 2), 4);
        let error = Config::default().mode(Mode::Off).install().expect_err("too late");
        assert!(matches!(error, Error::AlreadyConfigured), "{error}");
        return assert_eq!((stats().mode, power::bind(2).tier()), (Mode::Full, Tier::BuildTime));
    }
    Place::new(NAME).run(&[]);
}
