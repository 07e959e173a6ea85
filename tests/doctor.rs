//! The doctor names the first thing that is missing, and what to do.

mod support;

use specialize::{Check, Error, Finding, doctor};
use support::compilers::{NO_COMPILER, compiler};
use support::limits::{forbid_processes, forbid_programs};
use support::mounts::tmpfs;
use support::place::Place;
use support::{is_child, skipped};

fn check<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    checks.iter().find(|check| check.name == name).expect("it is a step")
}

#[test]
fn where_all_is_well_it_says_so() {
    const NAME: &str = "where_all_is_well_it_says_so";
    if is_child(NAME) {
        let diagnosis = doctor();
        assert!(diagnosis.is_well() && diagnosis.first_missing().is_none(), "{diagnosis}");
        assert!(diagnosis.checks.iter().all(|check| matches!(check.finding, Finding::Well(_)) && check.advice.is_none()), "{diagnosis}");
        assert_eq!(diagnosis.checks.len(), 10);
        return assert_eq!(diagnosis.to_string().lines().count(), 10, "{diagnosis}");
    }
    for engine in ["auto", "rustc"] {
        Place::new(NAME).run(&[("SPECIALIZE_ENGINE", engine)]);
    }
}

#[test]
fn the_first_step_that_fails_is_named_and_the_others_are_not_tried() {
    const NAME: &str = "the_first_step_that_fails_is_named_and_the_others_are_not_tried";
    if is_child(NAME) {
        let diagnosis = doctor();
        let missing = diagnosis.first_missing().expect("something is missing");
        assert_eq!(missing.name, std::env::var("MISSING").expect("set by the test"), "{diagnosis}");
        assert!(!diagnosis.is_well() && missing.advice.is_some(), "{diagnosis}");
        let after = diagnosis.checks.iter().skip_while(|check| check.name != missing.name).skip(1);
        assert!(after.into_iter().all(|check| matches!(check.finding, Finding::NotTried)), "{diagnosis}");
        let (names, table) = (diagnosis.checks.iter().map(|check| check.name).collect::<Vec<_>>(), diagnosis.to_string());
        assert!(table.lines().all(|line| line.starts_with("   ") || names.iter().any(|name| line.starts_with(name))), "{table}");
        if std::env::var("SPECIALIZE_MODE").is_ok() {
            assert!(!support::processes::ever_started_a_process());
        }
        return;
    }
    let toolchain = ("MISSING", "toolchain");
    Place::new(NAME).run(&[toolchain, ("SPECIALIZE_TOOLCHAIN", NO_COMPILER)]);
    Place::new(NAME).run(&[toolchain, ("SPECIALIZE_MODE", "load")]);
    Place::new(NAME).run(&[("MISSING", "platform"), ("SPECIALIZE_MODE", "build-time")]);
    // Runs, and cannot say where its libraries are.
    Place::new(NAME).run(&[toolchain, ("SPECIALIZE_TOOLCHAIN", "/bin/false")]);
    let place = Place::new(NAME);
    let talks = compiler(place.path(), &[("*--print*", "printf 'one\\ntwo\\n' >&2; exit 1")]);
    place.run(&[toolchain, ("SPECIALIZE_TOOLCHAIN", talks.to_str().expect("no strange characters"))]);
}

#[test]
fn where_no_process_may_be_started_it_says_so() {
    const NAME: &str = "where_no_process_may_be_started_it_says_so";
    if is_child(NAME) {
        match std::env::var("FORBIDDEN").as_deref() {
            Ok("processes") => forbid_processes(),
            _ => forbid_programs(),
        }
        let diagnosis = doctor();
        let missing = diagnosis.first_missing().expect("something is missing");
        assert!(matches!(missing.finding, Finding::Missing(Error::Spawn { .. })), "{diagnosis}");
        return assert!(missing.name == "toolchain" && missing.advice.is_some_and(|advice| advice.contains("seccomp")), "{diagnosis}");
    }
    for forbidden in ["processes", "programs"] {
        Place::new(NAME).run(&[("FORBIDDEN", forbidden)]);
    }
}

#[test]
fn settings_that_leave_no_room_for_a_variant_are_named() {
    const NAME: &str = "settings_that_leave_no_room_for_a_variant_are_named";
    if is_child(NAME) {
        let diagnosis = doctor();
        let missing = diagnosis.first_missing().expect("something is missing");
        assert!(matches!(missing.finding, Finding::Missing(Error::TableFull { .. } | Error::CodeLimit { .. })), "{diagnosis}");
        return assert!(missing.name == "settings" && missing.advice.is_some() && !diagnosis.is_well(), "{diagnosis}");
    }
    for setting in ["SPECIALIZE_TABLE_CAPACITY", "SPECIALIZE_CODE_LIMIT"] {
        Place::new(NAME).run(&[(setting, "0")]);
    }
}

#[test]
fn what_is_stripped_from_a_toolchain_is_named() {
    const NAME: &str = "what_is_stripped_from_a_toolchain_is_named";
    if is_child(NAME) {
        let (name, reason) = (std::env::var("STRIPPED").expect("set by the test"), std::env::var("REASON").expect("set by the test"));
        let diagnosis = doctor();
        let stripped = check(&diagnosis.checks, &name);
        let told = match &stripped.finding {
            Finding::Wanting(reason) => reason.clone(),
            Finding::Missing(error) => error.to_string(),
            _ => String::new(),
        };
        assert!(told.contains(&reason) && stripped.advice.is_some(), "{diagnosis}");
        let serves = std::env::var("SPECIALIZE_ENGINE").is_ok_and(|engine| engine == "auto");
        return assert_eq!(diagnosis.is_well(), serves, "{diagnosis}");
    }
    let place = Place::new(NAME);
    // All but LLVM.
    let compiler_alone = compiler(place.path(), &[]);
    std::fs::create_dir(place.path().join("lib")).expect("a folder");
    for engine in ["auto", "llvm"] {
        let toolchain = ("SPECIALIZE_TOOLCHAIN", compiler_alone.to_str().expect("no strange characters"));
        place.run(&[("STRIPPED", "compile server"), ("REASON", "libLLVM"), toolchain, ("SPECIALIZE_ENGINE", engine)]);
    }
    let place = Place::new(NAME);
    let without_libraries = compiler(place.path(), &[("*--print*", "printf '%s\\n' \"$folder\" \"$folder/libraries\"; exit")]);
    let toolchain = ("SPECIALIZE_TOOLCHAIN", without_libraries.to_str().expect("no strange characters"));
    place.run(&[("STRIPPED", "toolchain"), ("REASON", "libraries"), toolchain]);
}

#[test]
fn what_is_only_wanting_does_not_end_the_way() {
    const NAME: &str = "what_is_only_wanting_does_not_end_the_way";
    if is_child(NAME) {
        let diagnosis = doctor();
        assert!(diagnosis.is_well(), "{diagnosis}");
        for name in ["settings", "store"] {
            let check = check(&diagnosis.checks, name);
            assert!(matches!(&check.finding, Finding::Wanting(_)) && check.advice.is_some(), "{diagnosis}");
        }
        return;
    }
    let place = Place::new(NAME);
    let variables = [("SPECIALIZE_HOT", "often")];
    for options in ["noexec", "ro"] {
        match tmpfs(&[place.store()], options) {
            Some(mounts) => place.judge(&mounts.around(&place.host(&variables)).output().expect("starts")),
            None => skipped("nothing can be mounted here"),
        }
    }
}
