//! What a program that uses the library starts, and what is left of it when the program ends, forks, or minds its children itself.

mod support;

use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::{Command, Stdio, exit};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use specialize::{Error, Origin, Tier, settle, specialize, stats};
use support::compilers::{NO_COMPILER, SUPPORT, TEMPLATE, VERSION, compiler};
use support::limits::forbid_memory_emptied_in_children;
use support::mounts::first_process;
use support::place::{Place, own};
use support::processes::{PATIENCE, at_work_in, children, end_of, eventually, ever_started_a_process, files_below, threads};
use support::{is_child, skipped};

#[specialize(n in [2, 3, 8])]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// Checks that `n` has a variant, or gets one now, and that it is right.
#[track_caller]
fn has_a_variant(n: u32) {
    let bound = power::prepare(n).expect("a variant");
    assert_eq!((bound.tier(), bound.call(2), power(2, n)), (Tier::Runtime, 1 << n, 1 << n));
}

#[test]
fn a_program_that_asks_for_no_variant_has_no_thread_file_or_process_of_ours() {
    const NAME: &str = "a_program_that_asks_for_no_variant_has_no_thread_file_or_process_of_ours";
    if is_child(NAME) {
        let before = threads();
        // Everything but a value that is not listed.
        assert_eq!((power(2, 3), power::generic(2, 13), power::at::<8>(2)), (8, 8192, 256));
        assert_eq!(power::bind(8).call(2), 256);
        assert!(power::prepare(8).is_ok() && power::lookup(13).is_none());
        assert!(specialize::functions().iter().any(|table| table.name() == "power"));
        assert!(stats().to_string().contains("power") && settle(Duration::ZERO));
        assert_eq!(threads(), before);
        return assert!(!ever_started_a_process());
    }
    let place = Place::new(NAME);
    place.run(&[]);
    assert!(!place.store().exists());
}

#[test]
fn a_mode_that_forbids_variants_means_no_thread_file_or_process() {
    const NAME: &str = "a_mode_that_forbids_variants_means_no_thread_file_or_process";
    if is_child(NAME) {
        let before = threads();
        for x in 0..100 {
            assert_eq!((power(x, 13), power::bind(13).call(x)), (power::generic(x, 13), power::generic(x, 13)));
        }
        assert!(power::prepare(13).is_err() && power::request(13).wait().is_err() && power::lookup(13).is_none());
        assert!(settle(PATIENCE));
        assert_eq!(threads(), before);
        return assert!(!ever_started_a_process());
    }
    for forbidding in [("SPECIALIZE_MODE", "build-time"), ("SPECIALIZE_MODE", "off"), ("SPECIALIZE_TABLE_CAPACITY", "0")] {
        let place = Place::new(NAME);
        place.run(&[forbidding, ("SPECIALIZE_HOT", "1")]);
        assert!(!place.store().exists());
    }
}

#[test]
fn the_next_process_loads_from_disk_without_a_compiler() {
    const NAME: &str = "the_next_process_loads_from_disk_without_a_compiler";
    if is_child(NAME) {
        has_a_variant(13);
        if std::env::var_os("FIRST").is_none() {
            assert_eq!(power::table().entries().pop().and_then(|entry| entry.origin()), Some(Origin::Disk));
            assert!(!ever_started_a_process());
        }
        return assert!(settle(PATIENCE), "it is kept");
    }
    let place = Place::new(NAME);
    place.run(&[("FIRST", "")]);
    place.run(&[]);
    place.run(&[("SPECIALIZE_TOOLCHAIN", NO_COMPILER)]);
    place.run(&[("SPECIALIZE_MODE", "load")]);
}

/// Where a compile is when its host ends.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// The compiler is about to do this.
    Compiler(&'static str),
    /// The compile server has been given the job, and does not get on with it.
    Server,
    /// The variant is there, and the compile server waits for another job.
    Over,
}

/// The stages, and whether the host has a store there.
const STAGES: [(Stage, bool); 6] = [
    (Stage::Compiler(VERSION), true),
    (Stage::Compiler(SUPPORT), false),
    (Stage::Compiler(TEMPLATE), true),
    (Stage::Compiler(TEMPLATE), false),
    (Stage::Over, true),
    (Stage::Server, true),
];

/// Tells the host that there is a compile server to be stopped.
const STOPS_SERVER: &str = "STOPS_SERVER";

/// Brings a host to the stage that the test chose.
fn reach_the_stage() {
    if std::env::var_os("SPECIALIZE_TOOLCHAIN").is_some() {
        drop(power::request(13));
        return eventually("the compiler starts", || own().join("started").exists());
    }
    has_a_variant(13);
    if std::env::var_os(STOPS_SERVER).is_some() {
        // Another host has left 13 in the store.
        has_a_variant(14);
        if power::table().entries().iter().any(|entry| entry.origin() == Some(Origin::Llvm)) {
            for server in children() {
                // SAFETY: it is a child of ours.
                unsafe { libc::kill(server as libc::pid_t, libc::SIGSTOP) };
            }
            assert!(power::request(15).wait_within(Duration::from_millis(100)).is_none(), "the server has stopped");
        }
    }
}

/// A compiler in two processes that goes on only once there is a file `go`.
const HOLD: &str = "/bin/sleep 1000 & : > \"$folder/started\"; while [ ! -e \"$folder/go\" ]; do /bin/sleep 0.01; done; kill $!";

/// A compiler in one process that does not go on, as the real one is one process: of several, those
/// that it started itself outlive a host that is killed.
const HANG_ALONE: &str = ": > \"$folder/started\"; exec /bin/sleep 1000";

/// Runs the test `name`, in which a host comes to its `end` while a compile is under way. With an
/// orderly end nothing must be left, else no process.
fn a_host_ends(name: &'static str, end: impl FnOnce(), is_orderly: bool, is_expected: fn(std::process::ExitStatus) -> bool) {
    if is_child(name) {
        reach_the_stage();
        fs::write(own().join("ending"), "").expect("a file");
        return end();
    }
    // To be built once.
    let with_server = Place::new(name);
    for (stage, has_store) in STAGES {
        let without_server = Place::new(name);
        let place = if matches!(stage, Stage::Compiler(_)) { &without_server } else { &with_server };
        let mut host = place.host(&[]);
        match stage {
            Stage::Compiler(step) => {
                let commands = if is_orderly { HOLD } else { HANG_ALONE };
                host.env("SPECIALIZE_TOOLCHAIN", compiler(place.path(), &[(step, commands)]));
            }
            Stage::Server => {
                host.env("SPECIALIZE_ENGINE", "auto").env(STOPS_SERVER, "");
            }
            Stage::Over => {
                host.env("SPECIALIZE_ENGINE", "auto");
            }
        }
        if !has_store {
            host.env("SPECIALIZE_CACHE_DIR", "");
        }
        let mut host = host.stdout(Stdio::null()).spawn().expect("starts");
        let ends = place.path().join("ending");
        eventually("the host comes to its end", || ends.exists() || host.try_wait().expect("a child of ours").is_some());
        assert!(ends.exists(), "{stage:?}: the host failed before");
        let ending = Instant::now();
        if end_by_signal(name) {
            host.kill().expect("a child of ours");
        }
        let status = end_of(&mut host);
        assert!(is_expected(status), "{stage:?}: {status}");
        assert!(ending.elapsed() < PATIENCE, "it ends long before the compile would");
        eventually("its children end", || at_work_in(place.path()).is_empty());
        fs::remove_file(ends).expect("our own file");
        if is_orderly {
            assert_eq!(place.leftovers(), [] as [PathBuf; 0], "{stage:?}");
        }
    }
}

fn end_by_signal(name: &str) -> bool {
    name == "a_host_that_is_killed_leaves_no_process"
}

#[test]
fn a_host_that_returns_from_main_leaves_nothing() {
    a_host_ends("a_host_that_returns_from_main_leaves_nothing", || (), true, |status| status.success());
}

/// Whether the disk takes longer than a test would wait.
static SLOW_DISK: AtomicBool = AtomicBool::new(false);

/// Stands before the system's function for the whole program.
#[unsafe(no_mangle)]
extern "C" fn fsync(file: libc::c_int) -> libc::c_int {
    if SLOW_DISK.load(Ordering::SeqCst) {
        thread::sleep(PATIENCE);
    }
    // SAFETY: it is what the caller has asked for.
    unsafe { libc::syscall(libc::SYS_fsync, file) as libc::c_int }
}

#[test]
fn a_host_that_does_not_wait_for_a_slow_disk_leaves_no_file_half_way() {
    const NAME: &str = "a_host_that_does_not_wait_for_a_slow_disk_leaves_no_file_half_way";
    if is_child(NAME) {
        has_a_variant(13);
        SLOW_DISK.store(true, Ordering::SeqCst);
        has_a_variant(14);
        has_a_variant(15);
        return assert!(!settle(Duration::from_millis(20)), "they are not kept yet");
    }
    let place = Place::new(NAME);
    let started = Instant::now();
    place.run(&[]);
    assert!(started.elapsed() < PATIENCE, "it does not wait for the disk");
}

#[test]
fn a_host_that_exits_leaves_nothing() {
    a_host_ends("a_host_that_exits_leaves_nothing", || exit(7), true, |status| status.code() == Some(7));
}

#[test]
fn a_host_that_aborts_leaves_no_process() {
    let aborted = |status: std::process::ExitStatus| status.signal() == Some(libc::SIGABRT);
    a_host_ends("a_host_that_aborts_leaves_no_process", || std::process::abort(), false, aborted);
}

#[test]
fn the_private_store_of_a_host_that_was_killed_goes_with_the_next() {
    const NAME: &str = "the_private_store_of_a_host_that_was_killed_goes_with_the_next";
    if is_child(NAME) {
        has_a_variant(13);
        if let Some(signal) = std::env::var("SIGNAL").ok().and_then(|signal| signal.parse().ok()) {
            // SAFETY: it is a signal to this process.
            unsafe { libc::raise(signal) };
        }
        return assert!(settle(PATIENCE));
    }
    let place = Place::new(NAME);
    for signal in [libc::SIGKILL, libc::SIGTERM, libc::SIGABRT] {
        let host = place.host(&[("SPECIALIZE_CACHE_DIR", ""), ("SIGNAL", &signal.to_string())]).output().expect("starts");
        assert_eq!(host.status.signal(), Some(signal));
        let stores = fs::read_dir(place.temporary()).expect("readable").count();
        assert_eq!(stores, 1, "its own, and none of those before");
    }
    place.run(&[("SPECIALIZE_CACHE_DIR", "")]);
}

#[test]
fn a_host_that_is_killed_leaves_no_process() {
    let killed = |status: std::process::ExitStatus| status.signal() == Some(libc::SIGKILL);
    a_host_ends("a_host_that_is_killed_leaves_no_process", || thread::sleep(PATIENCE), false, killed);
}

#[test]
fn a_host_that_becomes_another_program_leaves_no_process() {
    let end = || panic!("{}", Command::new("/bin/true").env_clear().exec());
    a_host_ends("a_host_that_becomes_another_program_leaves_no_process", end, false, |status| status.success());
}

/// Forks this process; the child runs `body` and then exits in the ordinary way.
fn fork(body: impl FnOnce()) -> libc::pid_t {
    // SAFETY: the child goes on in this very function; that this library and std can be used in it
    // is what is tested.
    match unsafe { libc::fork() } {
        0 => exit(catch_unwind(AssertUnwindSafe(body)).map_or(1, |()| 0)),
        child => child,
    }
}

/// Waits for a forked child, which must succeed.
#[track_caller]
fn succeeds(child: libc::pid_t) {
    let mut status = 0;
    let started = Instant::now();
    // SAFETY: the status is ours to be filled.
    while unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) } == 0 {
        if started.elapsed() > PATIENCE {
            // SAFETY: it is a child of ours that was not waited for.
            unsafe { libc::kill(child, libc::SIGKILL) };
        }
        thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(std::process::ExitStatus::from_raw(status).code(), Some(0));
}

#[test]
fn a_forked_child_makes_variants_of_its_own_and_the_parent_goes_on() {
    const NAME: &str = "a_forked_child_makes_variants_of_its_own_and_the_parent_goes_on";
    if is_child(NAME) {
        if std::env::var_os("OLD_KERNEL").is_some() {
            forbid_memory_emptied_in_children();
        }
        has_a_variant(5);
        let child = fork(|| {
            assert_eq!((power(2, 5), power::bind(5).tier()), (32, Tier::Runtime), "the parent's are there");
            has_a_variant(6);
            assert!(settle(PATIENCE), "it is kept");
        });
        has_a_variant(7);
        succeeds(child);
        [5, 6, 7, 9].into_iter().for_each(has_a_variant);
        let has_store = std::env::var_os("SPECIALIZE_CACHE_DIR").is_some_and(|folder| !folder.is_empty());
        assert_eq!(power::table().counts().loaded, u64::from(has_store), "what the child made is in the store");
        return;
    }
    Place::new(NAME).run(&[("SPECIALIZE_ENGINE", "auto")]);
    Place::new(NAME).run(&[("SPECIALIZE_CACHE_DIR", "")]);
    Place::new(NAME).run(&[("OLD_KERNEL", "")]);
}

#[test]
fn a_forked_child_that_makes_nothing_leaves_the_parents_work_alone() {
    const NAME: &str = "a_forked_child_that_makes_nothing_leaves_the_parents_work_alone";
    if is_child(NAME) {
        let pending = power::request(5);
        eventually("the compiler starts", || own().join("started").exists());
        succeeds(fork(|| assert_eq!((power(2, 5), power(2, 3)), (32, 8))));
        fs::write(own().join("go"), "").expect("a file");
        pending.wait().expect("a variant");
        return has_a_variant(6);
    }
    for cache in ["store", ""] {
        let place = Place::new(NAME);
        let compiler = compiler(place.path(), &[(TEMPLATE, HOLD)]);
        let cache = if cache.is_empty() { PathBuf::new() } else { place.store() };
        let text = |path: &PathBuf| path.to_str().expect("no strange characters").to_owned();
        place.run(&[("SPECIALIZE_TOOLCHAIN", &text(&compiler)), ("SPECIALIZE_CACHE_DIR", &text(&cache))]);
    }
}

#[test]
fn a_forked_child_with_its_parents_number_is_another_process() {
    const NAME: &str = "a_forked_child_with_its_parents_number_is_another_process";
    if is_child(NAME) {
        let own_number = std::process::id();
        assert_eq!(own_number, 1);
        has_a_variant(5);
        assert!(settle(PATIENCE));
        let stores = files_below(&std::env::temp_dir());
        // SAFETY: the call takes flags, and concerns only what is forked from now on.
        assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWPID) }, 0);
        succeeds(fork(|| {
            assert_eq!(std::process::id(), own_number);
            assert_eq!((power(2, 5), power::bind(5).tier()), (32, Tier::Runtime), "the parent's are there");
            let made = power::prepare_within(6, PATIENCE / 2).expect("it has a service of its own");
            assert_eq!((made.tier(), made.call(2)), (Tier::Runtime, 64));
        }));
        assert!(!stores.is_empty() || std::env::var("SPECIALIZE_CACHE_DIR").is_ok_and(|folder| !folder.is_empty()));
        return assert_eq!(files_below(&std::env::temp_dir()), stores, "the child's end leaves the parent's store alone");
    }
    for cache in ["store", ""] {
        let place = Place::new(NAME);
        let mut host = place.host(&[]);
        if cache.is_empty() {
            host.env("SPECIALIZE_CACHE_DIR", "");
        }
        match first_process(&host) {
            Some(mut host) => place.judge(&host.output().expect("starts")),
            None => skipped("it takes a namespace of processes"),
        }
    }
}

/// Runs the test `name`, in which a host forks while the compiler is at `stage`: neither process waits for the other.
fn a_fork_holds_up_neither_process(name: &'static str, stage: &str) {
    if is_child(name) {
        let pending = power::request(5);
        eventually("the compiler starts", || own().join("started").exists());
        let child = fork(|| {
            assert_eq!((power(2, 5), power(2, 6)), (32, 64));
            fs::write(own().join("go"), "").expect("a file");
            [5, 6].into_iter().for_each(has_a_variant);
        });
        succeeds(child);
        pending.wait().expect("a variant");
        return [5, 6].into_iter().for_each(has_a_variant);
    }
    let place = Place::new(name);
    let compiler = compiler(place.path(), &[(stage, HOLD)]);
    place.run(&[("SPECIALIZE_TOOLCHAIN", compiler.to_str().expect("no strange characters"))]);
}

#[test]
fn a_fork_while_the_compiler_is_asked_who_it_is_holds_up_neither_process() {
    a_fork_holds_up_neither_process("a_fork_while_the_compiler_is_asked_who_it_is_holds_up_neither_process", VERSION);
}

#[test]
fn a_fork_while_the_support_library_is_built_holds_up_neither_process() {
    a_fork_holds_up_neither_process("a_fork_while_the_support_library_is_built_holds_up_neither_process", SUPPORT);
}

#[test]
fn a_fork_while_a_template_is_compiled_holds_up_neither_process() {
    a_fork_holds_up_neither_process("a_fork_while_a_template_is_compiled_holds_up_neither_process", TEMPLATE);
}

/// Checks that compiles work in a host that takes the answers of its children away, and that those
/// that fail do so cleanly.
fn variants_are_made_and_failures_told() {
    has_a_variant(13);
    if std::env::var("SPECIALIZE_ENGINE").is_ok_and(|engine| engine == "auto") {
        // The compiler has done its part.
        return has_a_variant(14);
    }
    fs::write(own().join("broken"), "").expect("a file");
    let error = power::prepare(14).expect_err("the compiler fails");
    assert!(matches!(error, Error::CompileFailed { .. } | Error::BadOutput { .. }), "{error}");
    assert_eq!(power(2, 14), 1 << 14);
    fs::remove_file(own().join("broken")).expect("our own file");
    has_a_variant(14);
}

/// A compiler that fails as long as there is a file `broken`.
fn compiler_that_breaks(place: &Place) -> String {
    let compiler = compiler(place.path(), &[(TEMPLATE, "[ ! -e \"$folder/broken\" ] || exit 1")]);
    compiler.to_str().expect("no strange characters").to_owned()
}

#[test]
fn a_host_that_ignores_the_end_of_its_children_gets_its_variants() {
    const NAME: &str = "a_host_that_ignores_the_end_of_its_children_gets_its_variants";
    if is_child(NAME) {
        // SAFETY: nothing else in this process minds its children.
        unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
        return variants_are_made_and_failures_told();
    }
    for engine in ["rustc", "auto"] {
        let place = Place::new(NAME);
        place.run(&[("SPECIALIZE_TOOLCHAIN", &compiler_that_breaks(&place)), ("SPECIALIZE_ENGINE", engine)]);
    }
}

#[test]
fn a_host_that_reaps_all_children_gets_its_variants() {
    const NAME: &str = "a_host_that_reaps_all_children_gets_its_variants";
    if is_child(NAME) {
        thread::spawn(|| {
            loop {
                // SAFETY: nobody wants to know what becomes of a child.
                if unsafe { libc::waitpid(-1, std::ptr::null_mut(), 0) } < 0 {
                    thread::yield_now();
                }
            }
        });
        return variants_are_made_and_failures_told();
    }
    for engine in ["rustc", "auto"] {
        let place = Place::new(NAME);
        place.run(&[("SPECIALIZE_TOOLCHAIN", &compiler_that_breaks(&place)), ("SPECIALIZE_ENGINE", engine)]);
    }
}
