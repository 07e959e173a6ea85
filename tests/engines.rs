//! The engine that leaves a value to LLVM alone: who made a variant is told, one server serves many values, and whatever becomes of
//! that server, the host goes on.

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use specialize::{Error, Origin, Pending, TableEntry, Tier, settle, specialize, stats};
use support::is_child;
use support::place::{Place, own};
use support::processes::{PATIENCE, at_work_in, children, end_of, eventually};

#[specialize(n)]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

#[specialize(n)]
fn polynomial(x: u64, n: u32) -> u64 {
    let mut sum = 0u64;
    for coefficient in 1..=u64::from(n) {
        sum = sum.wrapping_mul(x).wrapping_add(coefficient);
    }
    sum
}

/// More work for a compiler than the others: much of it is unrolled.
#[specialize(n)]
fn mixed(x: u64, n: u32) -> u64 {
    let mut cells = [x; 64];
    for round in 0..n as usize {
        for index in 0..64 {
            cells[index] = cells[index].rotate_left(index as u32) ^ cells[(index * 7 + round) % 64].wrapping_mul(31);
        }
    }
    cells.iter().fold(0, |sum: u64, cell| sum.wrapping_mul(31).wrapping_add(*cell))
}

/// The value that is in every store to begin with.
const KNOWN: u32 = 1_000;

const AUTO: (&str, &str) = ("SPECIALIZE_ENGINE", "auto");
const LLVM: (&str, &str) = ("SPECIALIZE_ENGINE", "llvm");
const RUSTC: (&str, &str) = ("SPECIALIZE_ENGINE", "rustc");

/// Makes a variant of `power`, checks that it is right, and gives back what is told of it.
#[track_caller]
fn made(n: u32) -> TableEntry {
    let bound = power::prepare(n).expect("a variant");
    let expected = power::generic(3, n);
    assert_eq!((bound.tier(), bound.call(3), power(3, n)), (Tier::Runtime, expected, expected));
    let entries = power::table().entries();
    entries.into_iter().find(|entry| entry.value() == n.to_string()).expect("it is in the table")
}

/// Checks that LLVM alone makes a variant of `power`.
#[track_caller]
fn llvm_makes(n: u32) {
    let entry = made(n);
    assert_eq!((entry.origin(), entry.fallback()), (Some(Origin::Llvm), None));
}

/// Checks that another function is served as if nothing had been.
#[track_caller]
fn llvm_makes_another_function() {
    let bound = polynomial::prepare(7).expect("a variant");
    assert_eq!((bound.call(3), polynomial(3, 7)), (polynomial::generic(3, 7), polynomial::generic(3, 7)));
    assert_eq!(polynomial::table().entries().pop().and_then(|entry| entry.origin()), Some(Origin::Llvm));
}

/// Checks that the generic function serves for want of a variant.
#[track_caller]
fn only_the_generic_function_serves(n: u32) {
    let bound = power::bind(n);
    assert!(settle(PATIENCE));
    assert_eq!((bound.tier(), bound.call(3), power(3, n)), (Tier::Generic, power::generic(3, n), power::generic(3, n)));
}

/// The program that a child of this process runs, if it is in the store.
fn program(process: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{process}/exe")).ok().filter(|path| path.starts_with(own().join("store")))
}

/// The compile servers of this process.
fn servers() -> Vec<u32> {
    children().into_iter().filter(|child| program(*child).is_some()).collect()
}

/// The only compile server of this process.
#[track_caller]
fn server() -> u32 {
    let servers = servers();
    assert_eq!(servers.len(), 1, "{servers:?}");
    servers[0]
}

fn signal(process: u32, signal: libc::c_int) {
    // SAFETY: a system call; the process is a child of ours.
    unsafe { libc::kill(process as libc::pid_t, signal) };
}

/// Kills a server; when this returns it has ended, though it may not have been reaped.
fn kill(server: u32) {
    signal(server, libc::SIGKILL);
    eventually("the server ends", || program(server).is_none());
    let state = |stat: String| stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('Z'));
    eventually("all of it ends", || fs::read_to_string(format!("/proc/{server}/stat")).map_or(true, state));
}

/// A place whose store has everything that is built once: nothing but variants is made there.
fn place_with_everything_built(name: &'static str) -> Place {
    const SEED: &str = "what_is_built_once_is_in_the_store_afterwards";
    static STORE: OnceLock<PathBuf> = OnceLock::new();
    let store = STORE.get_or_init(|| {
        let store = support::private_folder().join("store");
        let ended = support::child(SEED, &store).env("SPECIALIZE_ENGINE", "llvm").stdout(Stdio::null()).status();
        assert!(ended.expect("the test binary can be started").success());
        store
    });
    let place = Place::new(name);
    // With the modes of the files, which the store minds.
    let copied = Command::new("/bin/cp").arg("-a").arg(store).arg(place.store()).status();
    assert!(copied.expect("a program").success());
    place
}

#[test]
fn what_is_built_once_is_in_the_store_afterwards() {
    const NAME: &str = "what_is_built_once_is_in_the_store_afterwards";
    if is_child(NAME) {
        power::prepare(KNOWN).expect("a variant");
        polynomial::prepare(KNOWN).expect("a variant");
        assert!(settle(PATIENCE));
        return;
    }
    let place = place_with_everything_built(NAME);
    // The support library, the server, and for each function its bitcode and a variant.
    assert_eq!(place.artifacts().len(), 6, "{:?}", place.artifacts());
    place.run(&[LLVM]);
    assert_eq!(place.artifacts().len(), 6, "{:?}", place.artifacts());
}

#[test]
fn the_engine_that_made_a_variant_is_told() {
    const NAME: &str = "the_engine_that_made_a_variant_is_told";
    if is_child(NAME) {
        let engine = std::env::var("SPECIALIZE_ENGINE").expect("chosen by the test");
        let expected = if engine == "rustc" { Origin::Rustc } else { Origin::Llvm };
        let entry = made(13);
        assert_eq!((entry.origin(), entry.fallback()), (Some(expected), None));
        assert_eq!(made(KNOWN).origin(), Some(Origin::Disk));
        assert_eq!(servers().len(), usize::from(expected == Origin::Llvm));
        return assert_eq!(power::table().fallback(), None);
    }
    for engine in [AUTO, LLVM, RUSTC] {
        place_with_everything_built(NAME).run(&[engine]);
    }
}

#[test]
fn a_server_that_cannot_be_started_is_done_without() {
    const NAME: &str = "a_server_that_cannot_be_started_is_done_without";
    if is_child(NAME) {
        llvm_makes(13);
        let server = server();
        let program = program(server).expect("it runs");
        fs::set_permissions(&program, Permissions::from_mode(0o400)).expect("our own file");
        kill(server);
        if std::env::var("SPECIALIZE_ENGINE").is_ok_and(|engine| engine == "llvm") {
            let error = power::prepare(14).expect_err("there is no server");
            assert!(matches!(error, Error::Engine { engine: "llvm", function: "power", .. }), "{error}");
            return only_the_generic_function_serves(14);
        }
        let entry = made(14);
        assert_eq!(entry.origin(), Some(Origin::Rustc));
        let reason = entry.fallback().expect("there is a reason");
        assert!(reason.contains(program.to_str().expect("no strange characters")), "{reason}");
        assert!(power::table().fallback().as_deref() == Some(reason) && stats().to_string().contains(reason), "{}", stats());
        return;
    }
    for engine in [AUTO, LLVM] {
        place_with_everything_built(NAME).run(&[engine]);
    }
}

#[test]
fn a_server_that_is_removed_is_built_again() {
    const NAME: &str = "a_server_that_is_removed_is_built_again";
    if is_child(NAME) {
        llvm_makes(13);
        let server = server();
        fs::remove_file(program(server).expect("it runs")).expect("our own file");
        kill(server);
        return llvm_makes(14);
    }
    place_with_everything_built(NAME).run(&[LLVM]);
}

#[test]
fn a_server_killed_between_values_is_replaced() {
    const NAME: &str = "a_server_killed_between_values_is_replaced";
    if is_child(NAME) {
        // More often than a function may bring a server down.
        for n in 13..17 {
            llvm_makes(n);
            kill(server());
        }
        return llvm_makes(17);
    }
    place_with_everything_built(NAME).run(&[AUTO]);
}

#[test]
fn servers_killed_at_any_moment_cost_no_value() {
    const NAME: &str = "servers_killed_at_any_moment_cost_no_value";
    if is_child(NAME) {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut killed = 0;
                while !over.load(Ordering::Relaxed) {
                    for server in servers() {
                        signal(server, libc::SIGKILL);
                        killed += 1;
                    }
                    thread::sleep(Duration::from_millis(1));
                }
                assert!(killed > 1);
            });
            for n in 13..23 {
                assert_ne!(made(n).origin(), Some(Origin::Disk));
                let bound = polynomial::prepare(n).expect("a variant");
                assert_eq!((bound.tier(), bound.call(3)), (Tier::Runtime, polynomial::generic(3, n)));
            }
            over.store(true, Ordering::Relaxed);
        });
        return;
    }
    place_with_everything_built(NAME).run(&[AUTO]);
}

#[test]
fn a_server_that_hangs_is_killed_and_replaced() {
    const NAME: &str = "a_server_that_hangs_is_killed_and_replaced";
    if is_child(NAME) {
        llvm_makes(13);
        let stopped = server();
        signal(stopped, libc::SIGSTOP);
        let entry = made(14);
        assert_eq!(entry.origin(), Some(Origin::Rustc));
        assert!(entry.fallback().is_some_and(|reason| reason.contains("did not answer within")), "{:?}", entry.fallback());
        assert_eq!(children(), [0; 0], "it is killed and reaped");
        llvm_makes_another_function();
        assert_ne!(server(), stopped);
        // The function that it hung at is tried again by and by.
        let mut n = 14;
        return eventually("LLVM makes variants of it again", || {
            n += 1;
            made(n).origin() == Some(Origin::Llvm)
        });
    }
    // Long enough for rustc on a busy machine, which has to make the value in that time.
    place_with_everything_built(NAME).run(&[AUTO, ("SPECIALIZE_COMPILE_TIMEOUT_MS", "20000")]);
}

#[test]
fn too_little_memory_means_the_generic_function() {
    const NAME: &str = "too_little_memory_means_the_generic_function";
    if is_child(NAME) {
        let error = power::prepare(13).expect_err("no compiler fits in there");
        assert!(matches!(error, Error::OutOfMemory { .. } | Error::Spawn { .. } | Error::Engine { .. }), "{error}");
        assert!(error.to_string().contains("SPECIALIZE_COMPILE_MEMORY"), "{error}");
        only_the_generic_function_serves(13);
        return assert_eq!(children(), [0; 0]);
    }
    for engine in [AUTO, LLVM] {
        for megabytes in [1, 64] {
            place_with_everything_built(NAME).run(&[engine, ("SPECIALIZE_COMPILE_MEMORY", &(megabytes << 20).to_string())]);
        }
    }
}

/// How many bytes of address space a server may have that is not short of it.
const PLENTY: u64 = 4 << 30;

/// Lets a server, which was started with plenty, have no more memory than it has now.
#[track_caller]
fn leave_no_memory(server: u32) {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let mut before = none;
    // SAFETY: a system call; the process is a child of ours, and both places are ours.
    let limited = unsafe { libc::prlimit(server as libc::pid_t, libc::RLIMIT_AS, &raw const none, &raw mut before) };
    assert_eq!((limited, before.rlim_cur, before.rlim_max), (0, PLENTY, PLENTY));
}

#[test]
fn a_server_that_runs_out_of_memory_costs_no_value() {
    const NAME: &str = "a_server_that_runs_out_of_memory_costs_no_value";
    if is_child(NAME) {
        let mut replaced = 0;
        for n in 13..17 {
            llvm_makes(n + 100);
            let starved = server();
            leave_no_memory(starved);
            let bound = mixed::prepare(n).expect("a variant");
            assert_eq!((bound.tier(), bound.call(3), mixed(3, n)), (Tier::Runtime, mixed::generic(3, n), mixed::generic(3, n)));
            replaced += u32::from(server() != starved);
        }
        assert!(replaced > 0, "it brought no server down");
        assert_eq!(mixed::table().fallback(), None, "each time a new server made the value");
        return llvm_makes_another_function();
    }
    place_with_everything_built(NAME).run(&[AUTO, ("SPECIALIZE_COMPILE_MEMORY", &PLENTY.to_string())]);
}

#[test]
fn a_server_without_work_leaves_and_the_next_value_starts_another() {
    const NAME: &str = "a_server_without_work_leaves_and_the_next_value_starts_another";
    if is_child(NAME) {
        llvm_makes(13);
        let first = server();
        eventually("the server leaves, and no zombie stays", || children().is_empty());
        llvm_makes(14);
        return assert_ne!(server(), first);
    }
    place_with_everything_built(NAME).run(&[AUTO]);
}

/// What the children that have ended, and were waited for, have used: it grows with each of them.
fn used_by_ended_children() -> (libc::c_long, libc::c_long) {
    // SAFETY: all zeros is a value of this type.
    let mut used: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the place is ours to be filled.
    assert_eq!(unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut used) }, 0);
    (used.ru_minflt, used.ru_nvcsw + used.ru_nivcsw)
}

#[test]
fn one_server_and_no_other_process_makes_many_values() {
    const NAME: &str = "one_server_and_no_other_process_makes_many_values";
    if is_child(NAME) {
        llvm_makes(13);
        let (server, used) = (server(), used_by_ended_children());
        let pending: Vec<Pending> = (100..164).map(power::request).collect();
        while pending.iter().any(|pending| !pending.is_finished()) {
            assert_eq!(children(), [server]);
        }
        // Without work the server leaves after a while.
        assert_eq!((children(), used_by_ended_children()), (vec![server], used));
        (100..164).for_each(llvm_makes);
        return assert!(pending.into_iter().all(|pending| pending.wait().is_ok()));
    }
    place_with_everything_built(NAME).run(&[AUTO]);
}

#[test]
fn a_server_ends_with_its_killed_host() {
    const NAME: &str = "a_server_ends_with_its_killed_host";
    if is_child(NAME) {
        llvm_makes(13);
        let _busy: Vec<Pending> = if std::env::var_os("BUSY").is_some() { (14..800).map(power::request).collect() } else { Vec::new() };
        fs::write(own().join("server"), server().to_string()).expect("a file");
        return thread::sleep(PATIENCE);
    }
    for variables in [&[AUTO][..], &[AUTO, ("BUSY", "")]] {
        let place = place_with_everything_built(NAME);
        let mut host = place.host(variables).stdout(Stdio::null()).spawn().expect("starts");
        let note = place.path().join("server");
        eventually("the host has a server", || fs::read(&note).is_ok_and(|note| !note.is_empty()));
        assert!(variables.len() == 1 || at_work_in(place.path()).len() == 2, "the host and its server");
        host.kill().expect("a child of ours");
        end_of(&mut host);
        eventually("the server ends", || at_work_in(place.path()).is_empty());
    }
}

#[test]
fn two_processes_may_build_everything_at_the_same_moment() {
    const NAME: &str = "two_processes_may_build_everything_at_the_same_moment";
    if is_child(NAME) {
        let entry = made(13);
        assert!(matches!(entry.origin(), Some(Origin::Llvm | Origin::Disk)), "{entry:?}");
        llvm_makes(std::env::var("OTHER").map_or(14, |_| 15));
        return assert!(settle(PATIENCE), "they are kept");
    }
    let place = Place::new(NAME);
    let mut hosts =
        [&[LLVM][..], &[LLVM, ("OTHER", "")]].map(|variables| place.host(variables).stdout(Stdio::null()).spawn().expect("starts"));
    assert!(hosts.iter_mut().all(|host| end_of(host).success()));
    eventually("the servers end", || at_work_in(place.path()).is_empty());
    assert_eq!(place.leftovers(), [] as [PathBuf; 0]);
    assert_eq!(place.artifacts().len(), 6, "{:?}", place.artifacts());
}

#[test]
fn a_deadline_that_nothing_can_meet_means_the_generic_function() {
    const NAME: &str = "a_deadline_that_nothing_can_meet_means_the_generic_function";
    if is_child(NAME) {
        // So many multiplications take any machine tens of milliseconds.
        let error = power::prepare(900).expect_err("a millisecond is too little");
        assert!(matches!(error, Error::TimedOut { .. } | Error::Engine { .. }), "{error}");
        only_the_generic_function_serves(900);
        assert_eq!(children(), [0; 0]);
        return assert_eq!(made(KNOWN).origin(), Some(Origin::Disk));
    }
    for engine in [AUTO, LLVM] {
        place_with_everything_built(NAME).run(&[engine, ("SPECIALIZE_COMPILE_TIMEOUT_MS", "1")]);
    }
}
