//! Faults of the system around the host: no descriptors, no processes, small files, signals.

use support::limits::{forbid_processes, limit};

use super::*;

#[test]
fn a_host_without_descriptors_gets_its_variants_later() {
    const NAME: &str = "resources::a_host_without_descriptors_gets_its_variants_later";
    if is_child(NAME) {
        variants_are_made();
        assert!(settle(PATIENCE));
        let before = limit(libc::RLIMIT_NOFILE, 0);
        let bound = power::bind(14);
        power::prepare(15).expect_err("nothing can be opened");
        assert!(settle(PATIENCE));
        assert_eq!((bound.tier(), bound.call(2), power(2, 13), power(2, 15)), (Tier::Generic, 1 << 14, 1 << 13, 1 << 15));
        limit(libc::RLIMIT_NOFILE, before);
        assert_eq!(power::prepare(15).expect("a variant").call(2), 1 << 15);
        return eventually("the handle turns by itself", || bound.tier() == Tier::Runtime);
    }
    for engine in ["rustc", "auto"] {
        Place::new(NAME).run(&[("SPECIALIZE_ENGINE", engine)]);
    }
}

/// Takes all descriptors that this process may still have, but for `spare`.
fn take_descriptors(spare: usize) -> Vec<fs::File> {
    let mut taken: Vec<_> = std::iter::from_fn(|| fs::File::open("/dev/null").ok()).collect();
    taken.truncate(taken.len() - spare);
    taken
}

/// Asks for 24 values from `first` on with no spare descriptor, with one, with two and so on, and then for all again; how many
/// descriptors are open at the end.
fn run_out_of_descriptors(first: u32) -> usize {
    let is_made = |spare: u32| {
        let n = first + spare;
        let taken = take_descriptors(spare as usize);
        let made = power::prepare(n).map(|bound| assert_eq!(bound.call(3), power::generic(3, n)));
        assert_eq!(power(3, n), power::generic(3, n));
        drop(taken);
        made.is_ok()
    };
    let made: Vec<bool> = (0..24).map(is_made).collect();
    assert!(!made[0] && made[23], "{made:?}");
    for n in first..first + 24 {
        assert_eq!(power::prepare(n).expect("a variant").call(3), power::generic(3, n));
    }
    assert!(settle(PATIENCE));
    fs::read_dir("/proc/self/fd").expect("Linux").count()
}

#[test]
fn a_host_that_runs_out_of_descriptors_half_way_loses_none_and_gets_its_variants_later() {
    const NAME: &str = "resources::a_host_that_runs_out_of_descriptors_half_way_loses_none_and_gets_its_variants_later";
    if is_child(NAME) {
        limit(libc::RLIMIT_NOFILE, 100);
        // In the first round nothing was made before, in the others only the variants are new.
        let open = [100, 200, 300].map(run_out_of_descriptors);
        assert_eq!(open[1], open[2]);
        return assert!(stats().store_error.is_none(), "{:?}", stats().store_error);
    }
    Place::new(NAME).run(&[]);
    Place::new(NAME).run(&[("SPECIALIZE_ENGINE", "auto"), ("SPECIALIZE_CACHE_DIR", "")]);
}

#[test]
fn a_host_whose_files_may_not_grow_goes_on() {
    const NAME: &str = "resources::a_host_whose_files_may_not_grow_goes_on";
    if is_child(NAME) {
        // As in a program that is not Rust's: these signals end it.
        // SAFETY: nothing else in this process minds them.
        unsafe {
            libc::signal(libc::SIGXFSZ, libc::SIG_DFL);
            libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        }
        let before = limit(libc::RLIMIT_FSIZE, 100);
        let bound = power::bind(13);
        assert!(settle(PATIENCE));
        assert_eq!((bound.tier(), bound.call(2), power(2, 13)), (Tier::Generic, 8192, 8192));
        assert!(bound.last_error().is_some());
        limit(libc::RLIMIT_FSIZE, before);
        return eventually("the handle turns by itself", || bound.tier() == Tier::Runtime);
    }
    for engine in ["rustc", "auto"] {
        Place::new(NAME).run(&[("SPECIALIZE_ENGINE", engine)]);
    }
}

#[test]
fn where_no_process_can_be_started_the_generic_function_serves() {
    const NAME: &str = "resources::where_no_process_can_be_started_the_generic_function_serves";
    if is_child(NAME) {
        forbid_processes();
        if std::env::var_os("FINISHED").is_some() {
            variants_are_made();
            return assert_eq!(power::table().counts().loaded, 1, "what is finished needs no process");
        }
        return only_the_generic_function_serves(|error| matches!(error, Error::Spawn { .. }));
    }
    let place = Place::new(NAME);
    place.run(&[]);
    let finished = Place::new("resources::a_finished_variant_is_there");
    finished.run(&[]);
    place.run(&[("SPECIALIZE_CACHE_DIR", text(&finished.store())), ("FINISHED", "")]);
}

#[test]
fn a_finished_variant_is_there() {
    const NAME: &str = "resources::a_finished_variant_is_there";
    if is_child(NAME) {
        return variants_are_made();
    }
    Place::new(NAME).run(&[]);
}

#[test]
fn a_host_with_borrowed_rights_believes_nothing_and_makes_nothing() {
    const NAME: &str = "resources::a_host_with_borrowed_rights_believes_nothing_and_makes_nothing";
    // Such a host may not even be told which test it is by what it is given: this test's own variables are not the library's.
    if is_child(NAME) {
        // SAFETY: the function takes a number and gives back another.
        assert_ne!(unsafe { libc::getauxval(libc::AT_SECURE) }, 0);
        let error = power::prepare(13).expect_err("no variant is made");
        assert!(matches!(error, Error::UnsupportedPlatform { .. }), "{error}");
        assert_eq!(power::table().capacity(), 1_024, "the environment is not believed");
        assert_eq!((power(2, 13), power(2, 3), power::bind(3).tier()), (8192, 8, Tier::BuildTime));
        return assert!(!support::processes::ever_started_a_process());
    }
    // SAFETY: the call takes nothing.
    if unsafe { libc::geteuid() } != 0 {
        return skipped("only root can make a set-user-id program for another");
    }
    let place = Place::new(NAME);
    let program = place.path().join("host");
    fs::copy(std::env::current_exe().expect("this test"), &program).expect("a copy");
    std::os::unix::fs::chown(&program, Some(65_534), None).expect("we are root");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).expect("our own file");
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).expect("our own folder");
    let like = place.host(&[("SPECIALIZE_TABLE_CAPACITY", "7")]);
    let mut host = std::process::Command::new(&program);
    host.args(like.get_args()).envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    place.judge(&host.output().expect("starts"));
    assert!(!place.store().exists());
}
