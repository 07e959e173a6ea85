//! The doctor names the first thing that is missing, and what to do.

mod support;

use specialize::{Check, Finding, doctor};
use support::compilers::NO_COMPILER;
use support::is_child;
use support::mounts::tmpfs;
use support::place::Place;

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
        if std::env::var("SPECIALIZE_MODE").is_ok() {
            assert!(!support::processes::ever_started_a_process());
        }
        return;
    }
    let toolchain = ("MISSING", "toolchain");
    Place::new(NAME).run(&[toolchain, ("SPECIALIZE_TOOLCHAIN", NO_COMPILER)]);
    Place::new(NAME).run(&[toolchain, ("SPECIALIZE_MODE", "load")]);
    Place::new(NAME).run(&[("MISSING", "platform"), ("SPECIALIZE_MODE", "build-time")]);
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
            None => eprintln!("skipped: nothing can be mounted here"),
        }
    }
}
