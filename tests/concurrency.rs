//! Many threads and processes at once: every value is compiled once, and every answer is right.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use specialize::{Tier, settle, specialize, stats};
use support::compilers::{TEMPLATE, compiler};
use support::place::{Place, own};
use support::processes::{PATIENCE, end_of, eventually};
use support::{is_child, private_store};

const THREADS: usize = 16;

/// `f(x) = (x + 1) n`, with a function of its own for each test, since counts are per function.
macro_rules! kernels {
    ($($name:ident),*) => { $(
        #[specialize(n, hot = 1)]
        fn $name(x: u64, n: u64) -> u64 {
            (x + 1).wrapping_mul(n)
        }
    )* };
}

kernels!(asked_at_once, many_values, shared_store, in_turns);

/// Two values of more bits than a machine word together.
#[specialize(low, high, hot = 1)]
fn wide(x: u64, low: u64, high: u64) -> u64 {
    (x + 1).wrapping_mul(low) ^ high
}

/// Asks for a variant for `n` in one of the ways there are; the dispatcher's answer must be right.
fn ask(way: usize, n: u64) {
    match way % 5 {
        0 => assert_eq!(many_values::prepare(n).expect("a variant").call(1), 2 * n),
        1 => drop(many_values::request(n)),
        2 => assert_eq!(many_values::bind(n).call(2), 3 * n),
        3 => assert_eq!(many_values(3, n), 4 * n),
        _ => many_values::prepare_within(n, PATIENCE).map(drop).expect("a variant"),
    }
}

#[test]
fn threads_that_ask_for_the_same_new_value_share_one_compile() {
    private_store();
    let together = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let together = &together;
            scope.spawn(move || {
                together.wait();
                match thread % 5 {
                    0 => assert_eq!(asked_at_once::prepare(77).expect("a variant").call(1), 154),
                    1 => asked_at_once::request(77).wait().expect("a variant"),
                    2 => assert_eq!(asked_at_once::bind(77).call(1), 154),
                    3 => assert_eq!(asked_at_once(1, 77), 154),
                    _ => assert_eq!(asked_at_once::prepare_within(77, PATIENCE).expect("a variant").tier(), Tier::Runtime),
                }
            });
        }
    });
    assert!(settle(PATIENCE));
    let counts = asked_at_once::table().counts();
    assert_eq!((counts.requests, counts.compiled, counts.loaded, counts.failed), (1, 1, 0, 0));
    assert_eq!((asked_at_once::table().len(), asked_at_once::bind(77).tier(), asked_at_once(1, 77)), (1, Tier::Runtime, 154));
}

#[test]
fn of_many_values_that_many_threads_ask_for_none_is_compiled_twice() {
    private_store();
    const VALUES: usize = 64;
    let together = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let together = &together;
            scope.spawn(move || {
                together.wait();
                // Each thread in an order of its own, and each value in several ways.
                for turn in 0..VALUES {
                    let value = (turn * (2 * thread + 1) + thread) % VALUES;
                    ask(thread + turn, 100 + value as u64);
                }
            });
        }
    });
    assert!(settle(PATIENCE));
    let counts = many_values::table().counts();
    assert_eq!((counts.requests, counts.compiled, counts.loaded, counts.failed), (64, 64, 0, 0));
    let values: BTreeSet<String> = many_values::table().entries().iter().map(|entry| entry.value().to_owned()).collect();
    assert_eq!(values.len(), VALUES);
    assert!((100..164).all(|n| many_values::bind(n).tier() == Tier::Runtime && many_values(9, n) == 10 * n));
}

#[test]
fn dispatchers_are_right_while_variants_are_published() {
    private_store();
    const VALUES: u64 = 8;
    let (done, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for thread in 0..4 {
            let (done, calls) = (&done, &calls);
            scope.spawn(move || {
                let handles: Vec<wide::Bound> = (0..VALUES).map(|n| wide::bind(n, !n)).collect();
                let mut x = thread;
                while !done.load(Ordering::Relaxed) {
                    // Compilers have the lowest priority, and this machine may have few processors.
                    thread::sleep(Duration::from_millis(1));
                    for n in (0..VALUES).cycle().take(100) {
                        let (expected, odd) = (wide::generic(x, n, !n), (x + 1).wrapping_mul(n));
                        assert_eq!((wide(x, n, !n), handles[n as usize].call(x)), (expected, expected), "x = {x}, n = {n}");
                        assert_eq!((in_turns(x, n), in_turns::bind(n).call(x)), (odd, odd), "x = {x}, n = {n}");
                        x = x.wrapping_mul(6_364_136_223_846_793_005) >> 1;
                        calls.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        for n in 0..VALUES {
            let before = calls.load(Ordering::Relaxed);
            wide::prepare(n, !n).expect("a variant");
            in_turns::prepare(n).expect("a variant");
            eventually("the others have gone on", || calls.load(Ordering::Relaxed) > before + 1_000);
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!((wide::table().counts().requests, wide::table().len()), (VALUES, VALUES as usize));
    assert_eq!((in_turns::table().counts().requests, in_turns::table().len()), (VALUES, VALUES as usize));
    assert!((0..VALUES).all(|n| wide(5, n, !n) == wide::generic(5, n, !n) && in_turns(5, n) == 6 * n));
}

/// The variable that says which values a host wants, the first and the one after the last.
const WANTED: &str = "WANTED";

/// The values of a host that is told them.
fn wanted() -> std::ops::Range<u64> {
    let text = std::env::var(WANTED).expect("set by the test");
    let (first, end) = text.split_once("..").expect("a range");
    first.parse().expect("a number")..end.parse().expect("a number")
}

#[test]
fn processes_that_make_the_same_variants_at_once_all_succeed() {
    const NAME: &str = "processes_that_make_the_same_variants_at_once_all_succeed";
    if is_child(NAME) {
        // Until all have been started.
        std::io::stdin().read_to_end(&mut Vec::new()).expect("a pipe");
        for n in wanted() {
            let bound = shared_store::prepare(n).expect("a variant");
            assert_eq!((bound.tier(), bound.call(6)), (Tier::Runtime, 7 * n));
        }
        let counts = shared_store::table().counts();
        assert_eq!(counts.compiled + counts.loaded, wanted().end - wanted().start);
        assert!(stats().store_error.is_none() && settle(PATIENCE));
        return;
    }
    let place = Place::new(NAME);
    // Nothing is there yet: two make the store, the support library and the compile server at once, too. Then there is much to be
    // found, and one that all two hundred want to make.
    for (count, wanted, engine) in [(2, "0..4", "auto"), (200, "1..5", "rustc")] {
        let mut host = place.host(&[(WANTED, wanted), ("SPECIALIZE_ENGINE", engine)]);
        host.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut hosts: Vec<_> = (0..count).map(|_| host.spawn().expect("starts")).collect();
        hosts.iter_mut().for_each(|host| drop(host.stdin.take()));
        for host in &mut hosts {
            assert!(end_of(host).success());
        }
    }
    assert_eq!(place.leftovers(), [] as [PathBuf; 0]);
    // What they left is whole.
    place.run(&[("SPECIALIZE_MODE", "load"), (WANTED, "0..5")]);
}

#[test]
fn what_one_process_found_a_moment_ago_another_does_not_remove() {
    const NAME: &str = "what_one_process_found_a_moment_ago_another_does_not_remove";
    if is_child(NAME) {
        wanted().for_each(|n| assert_eq!(shared_store::prepare(n).expect("a variant").call(6), 7 * n));
        assert!(settle(PATIENCE));
        match std::env::var("ROLE").as_deref() {
            Ok("finder") => {
                fs::write(own().join("found"), "").expect("a file");
                eventually("the store is swept", || own().join("swept").exists());
                wanted().for_each(|n| assert_eq!(shared_store(6, n), 7 * n));
            }
            Ok("witness") => assert!((4..8).all(|n| shared_store::prepare(n).is_err()), "what nobody used was removed"),
            _ => {}
        }
        return;
    }
    let place = Place::new(NAME);
    place.run(&[(WANTED, "0..8")]);
    for artifact in place.artifacts() {
        let used = SystemTime::now() - Duration::from_secs(2 * 60 * 60);
        fs::File::open(artifact).and_then(|file| file.set_modified(used)).expect("our own file");
    }
    let finder = [(WANTED, "0..4"), ("ROLE", "finder"), ("SPECIALIZE_MODE", "load")];
    let mut finder = place.host(&finder).stdout(Stdio::null()).spawn().expect("starts");
    eventually("it finds its variants", || place.path().join("found").exists());
    // It keeps one, for which there is no room.
    let mut sweeper = place.host(&[(WANTED, "8..9"), ("SPECIALIZE_CACHE_LIMIT", "1")]).stdout(Stdio::null()).spawn().expect("starts");
    assert!(end_of(&mut sweeper).success());
    fs::write(place.path().join("swept"), "").expect("a file");
    assert!(end_of(&mut finder).success());
    for wanted in ["0..4", "8..9"] {
        place.run(&[(WANTED, wanted), ("ROLE", "witness"), ("SPECIALIZE_MODE", "load")]);
    }
}

#[test]
fn compiles_run_as_many_at_once_as_they_may() {
    const NAME: &str = "compiles_run_as_many_at_once_as_they_may";
    if is_child(NAME) {
        let pending: Vec<specialize::Pending> = (20..26).map(shared_store::request).collect();
        for pending in pending {
            pending.wait().expect("a variant");
        }
        return assert_eq!(shared_store::table().counts().compiled, 6);
    }
    for jobs in [1, 2] {
        let place = Place::new(NAME);
        // Every compile notes how many there are before and after it; the first waits for as many as there may be.
        let text = format!(
            "count() {{ found=0; for name in \"$folder\"/running.*; do found=$((found + 1)); done; : > \"$folder/found.$found\"; }}
            : > \"$folder/running.$$\"
            times=0
            count
            while [ ! -e \"$folder/found.{jobs}\" ] && [ $times -lt 1000 ]; do /bin/sleep 0.05; times=$((times + 1)); count; done
            /bin/sleep 0.05
            \"$rustc\" \"$@\"
            status=$?
            count
            /bin/rm \"$folder/running.$$\"
            exit $status"
        );
        let counting = compiler(place.path(), &[(TEMPLATE, &text)]);
        place.run(&[
            ("SPECIALIZE_COMPILE_JOBS", &jobs.to_string()),
            ("SPECIALIZE_TOOLCHAIN", counting.to_str().expect("no strange characters")),
        ]);
        let most = (1..9).filter(|found| place.path().join(format!("found.{found}")).exists()).max();
        assert_eq!(most, Some(jobs));
    }
}
