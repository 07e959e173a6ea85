//! Faults of the store: folders that go away, are replaced, full, read-only, or may not be run from.

use std::time::{Duration, SystemTime};

use support::mounts::{Mounts, remount, tmpfs};

use super::*;

/// Checks that `n` has a variant that was made now.
#[track_caller]
fn is_made(n: u32) {
    let before = power::table().counts().compiled;
    let bound = power::prepare(n).expect("a variant");
    assert_eq!((bound.tier(), bound.call(2), power(2, n)), (Tier::Runtime, 1 << n, 1 << n));
    assert_eq!(power::table().counts().compiled, before + 1);
}

#[test]
fn a_store_that_is_removed_or_replaced_while_it_is_used_does_no_harm() {
    const NAME: &str = "store::a_store_that_is_removed_or_replaced_while_it_is_used_does_no_harm";
    if is_child(NAME) {
        let (store, aside) = (own().join("store"), own().join("aside"));
        is_made(13);
        assert!(settle(PATIENCE));
        fs::remove_dir_all(&store).expect("our own folder");
        is_made(14);
        assert!(settle(PATIENCE));
        fs::rename(&store, &aside).expect("our own folder");
        std::os::unix::fs::symlink(&aside, &store).expect("a link");
        is_made(15);
        assert!(settle(PATIENCE));
        fs::remove_file(&store).expect("our own link");
        fs::write(&store, "").expect("a file in its place");
        let error = power::prepare(16).expect_err("there is no place to work in");
        assert!(matches!(error, Error::File { .. }), "{error}");
        assert_eq!(power(2, 16), 1 << 16);
        fs::remove_file(&store).expect("our own file");
        is_made(16);
        assert!(settle(PATIENCE));
        return assert_eq!((13..17).map(|n| power(2, n)).sum::<u64>(), (13..17).map(|n| 1 << n).sum());
    }
    for engine in ["rustc", "auto"] {
        let place = Place::new(NAME);
        place.run(&[("SPECIALIZE_ENGINE", engine)]);
        assert!(!place.artifacts().is_empty(), "what was made last is kept");
    }
}

#[test]
fn a_store_that_others_could_replace_is_not_used() {
    const NAME: &str = "store::a_store_that_others_could_replace_is_not_used";
    if is_child(NAME) {
        variants_are_made();
        let error = stats().store_error.expect("there is no store");
        return assert!(matches!(&error, Error::CacheUntrusted { path, .. } if *path == own().join("open")), "{error}");
    }
    let place = Place::new(NAME);
    let open = place.path().join("open");
    fs::create_dir_all(open.join("closed")).expect("a folder");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).expect("our own folder");
    place.run(&[("SPECIALIZE_CACHE_DIR", text(&open.join("closed/store")))]);
    assert_eq!(files_below(&open), [open.join("closed")], "nothing was written");
}

#[test]
fn a_store_from_which_nothing_may_be_run_means_no_store() {
    const NAME: &str = "store::a_store_from_which_nothing_may_be_run_means_no_store";
    if is_child(NAME) {
        variants_are_made();
        let error = stats().store_error.expect("there is no store");
        assert!(error.to_string().contains("noexec"), "{error}");
        let maps = fs::read_to_string("/proc/self/maps").expect("Linux");
        let is_in_memory = maps.contains("/memfd:specialize");
        assert_eq!(is_in_memory, std::env::var_os("EVERYWHERE").is_some(), "{maps}");
        is_made(14);
        assert!(settle(PATIENCE));
        let descriptors = || fs::read_dir("/proc/self/fd").expect("Linux").count();
        let before = descriptors();
        (15..20).for_each(is_made);
        assert!(settle(PATIENCE));
        return assert_eq!(descriptors(), before, "a variant takes no descriptor of the host's");
    }
    for everywhere in [false, true] {
        let place = Place::new(NAME);
        let mut folders = vec![place.store()];
        if everywhere {
            folders.extend([place.temporary(), "/dev/shm".into()]);
        }
        let Some(mounts) = tmpfs(&folders, "noexec") else {
            return skipped("nothing can be mounted here");
        };
        for engine in ["rustc", "auto"] {
            let mut variables = vec![("SPECIALIZE_ENGINE", engine)];
            variables.extend(everywhere.then_some(("EVERYWHERE", "")));
            place.run_within(&mounts, &variables);
        }
    }
}

/// Runs a host with its store on a disk with these options.
fn on_a_disk_of(name: &'static str, options: &str) {
    let place = Place::new(name);
    match tmpfs(&[place.store()], options) {
        Some(mounts) => place.run_within(&mounts, &[]),
        None => skipped("nothing can be mounted here"),
    }
}

#[test]
fn a_full_disk_means_no_store() {
    const NAME: &str = "store::a_full_disk_means_no_store";
    if is_child(NAME) {
        variants_are_made();
        let error = stats().store_error.expect("there is no store");
        return assert!(matches!(error, Error::File { .. }), "{error}");
    }
    on_a_disk_of(NAME, "size=16k");
}

#[test]
fn a_disk_without_inodes_means_no_store() {
    const NAME: &str = "store::a_disk_without_inodes_means_no_store";
    if is_child(NAME) {
        variants_are_made();
        let error = stats().store_error.expect("there is no store");
        return assert!(matches!(error, Error::File { .. }), "{error}");
    }
    on_a_disk_of(NAME, "nr_inodes=4");
}

#[test]
fn a_disk_with_too_little_room_to_compile_means_no_store() {
    const NAME: &str = "store::a_disk_with_too_little_room_to_compile_means_no_store";
    if is_child(NAME) {
        variants_are_made();
        let error = stats().store_error.expect("there is no store");
        return assert!(matches!(error, Error::File { .. }), "{error}");
    }
    for options in ["size=400k", "size=1m", "nr_inodes=8", "nr_inodes=20"] {
        on_a_disk_of(NAME, options);
    }
}

#[test]
fn a_read_only_disk_means_no_store() {
    const NAME: &str = "store::a_read_only_disk_means_no_store";
    if is_child(NAME) {
        variants_are_made();
        let error = stats().store_error.expect("there is no store");
        return assert!(matches!(error, Error::File { .. }), "{error}");
    }
    on_a_disk_of(NAME, "ro");
}

#[test]
fn a_disk_that_becomes_full_is_survived() {
    const NAME: &str = "store::a_disk_that_becomes_full_is_survived";
    if is_child(NAME) {
        is_made(13);
        assert!(settle(PATIENCE) && stats().store_error.is_none());
        let filler = own().join("store/filler");
        fill(&filler);
        let bound = power::bind(14);
        assert!(settle(PATIENCE));
        assert_eq!((bound.call(2), power(2, 14)), (1 << 14, 1 << 14));
        fs::remove_file(&filler).expect("our own file");
        let again = power::prepare(14).expect("there is room again");
        eventually("the handle turns too", || bound.tier() == Tier::Runtime);
        assert_eq!((bound.call(2), again.call(2)), (1 << 14, 1 << 14));
        is_made(15);
        return assert!(settle(PATIENCE));
    }
    on_a_disk_of(NAME, "size=32m");
}

/// Fills the disk with one file.
fn fill(path: &Path) {
    use std::io::Write as _;
    let mut file = fs::File::create(path).expect("a file");
    for length in [1 << 20, 1 << 12, 1] {
        while file.write_all(&vec![0; length]).is_ok() {}
    }
}

#[test]
fn a_library_that_the_loader_refuses_is_a_failure_that_passes() {
    const NAME: &str = "store::a_library_that_the_loader_refuses_is_a_failure_that_passes";
    if is_child(NAME) {
        is_made(13);
        remount(&own().join("store"), "noexec");
        let error = power::prepare(14).expect_err("nothing can be loaded");
        assert!(matches!(error, Error::Load { .. }), "{error}");
        assert_eq!(power(2, 14), 1 << 14);
        remount(&own().join("store"), "exec");
        is_made(14);
        return assert!(settle(PATIENCE));
    }
    on_a_disk_of(NAME, "size=32m");
}

#[test]
fn a_clock_that_goes_backwards_does_no_harm() {
    const NAME: &str = "store::a_clock_that_goes_backwards_does_no_harm";
    if is_child(NAME) {
        let exist = |range: std::ops::Range<u32>| range.map(|n| power::prepare(n).is_ok()).collect::<Vec<_>>();
        match std::env::var("STAGE").as_deref() {
            // Uses one, and keeps another, for which there is no room.
            Ok("backwards") => {
                variants_are_made();
                assert_eq!(power::table().counts().loaded, 1);
                is_made(16);
            }
            Ok("after") => assert_eq!(exist(13..17), [true, false, false, true], "what only times ahead of the clock speak for is gone"),
            _ => (13..16).for_each(is_made),
        }
        return assert!(settle(PATIENCE));
    }
    let place = Place::new(NAME);
    place.run(&[]);
    for artifact in place.artifacts() {
        let next_year = SystemTime::now() + Duration::from_secs(365 * 24 * 60 * 60);
        fs::File::open(artifact).and_then(|file| file.set_modified(next_year)).expect("our own file");
    }
    place.run(&[("STAGE", "backwards"), ("SPECIALIZE_CACHE_LIMIT", "1")]);
    place.run(&[("STAGE", "after"), ("SPECIALIZE_MODE", "load")]);
}

/// Has a host in a namespace of its own, so that what is mounted is gone with it.
impl Place {
    #[track_caller]
    pub(super) fn run_within(&self, mounts: &Mounts, variables: &[(&str, &str)]) {
        self.judge(&mounts.around(&self.host(variables)).output().expect("the test binary can be started"));
    }
}
