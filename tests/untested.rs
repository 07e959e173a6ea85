//! A compiler that nobody tried with this crate is put to a probe first; one that was tested is not.

mod support;
#[path = "../specialize-runtime/src/compile/tested.rs"]
#[allow(dead_code, reason = "the runtime uses the rest")]
mod tested;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use specialize::{Error, Tier, specialize, stats};
use support::compilers::compiler;
use support::place::{Place, own};
use support::{is_child, skipped};

#[specialize(n in [2])]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// When the compiler compiles any part of the probe.
const PROBE: &str = "*--crate-name=specialize_probe*";

/// When the compiler compiles the probe's program.
const PROGRAM: &str = "*--crate-name=specialize_probe*main.rs*";

/// Shell commands that leave a trace of the probe in the folder of the compiler.
const LEAVE_TRACE: &str = ": > \"$folder/probed\"";

/// What the compiler of this test prints when asked.
fn ask(arguments: &[&str]) -> String {
    let named = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = Command::new(named).args(arguments).output().expect("a compiler");
    String::from_utf8(printed.stdout).expect("text")
}

/// Whether the compiler of this test is one that the crate was tested with.
fn is_tested() -> bool {
    tested::is_tested(&ask(&["-vV"]))
}

/// A place with a compiler that runs the shell commands of `cases`, and with its LLVM.
fn place_with(name: &'static str, cases: &[(&str, &str)]) -> Place {
    let place = Place::new(name);
    compiler(place.path(), cases);
    let libraries = Path::new(ask(&["--print", "sysroot"]).trim_end()).join("lib");
    symlink(libraries, place.path().join("lib")).expect("a link");
    place
}

/// Runs a host that prepares this value, and compares its end with what is expected: a part of the error, or nothing.
#[track_caller]
fn host_comes_to(place: &Place, value: &str, expected: &str) {
    let rustc = place.path().join("bin/rustc");
    let rustc = rustc.to_str().expect("no strange characters");
    place.run(&[("SPECIALIZE_TOOLCHAIN", rustc), ("VALUE", value), ("EXPECTED", expected)]);
}

/// What that host does.
fn host() {
    let variable = |name| std::env::var(name).expect("set by the test");
    let value: u32 = variable("VALUE").parse().expect("a number");
    let expected = variable("EXPECTED");
    match power::prepare(value) {
        Ok(bound) => assert_eq!((bound.tier(), bound.call(3), expected.as_str()), (Tier::Runtime, 3u64.pow(value), "")),
        Err(error @ Error::ToolchainUntested { .. }) => {
            let message = error.to_string();
            assert!(!expected.is_empty() && message.contains(&expected), "{message}");
            let again = power::prepare(value).expect_err("it is off in this process");
            assert_eq!(again.to_string(), message);
            assert!(stats().to_string().contains(&message), "{}", stats());
            assert!(power::bind(value).last_error().is_some_and(|error| error.to_string() == message));
            let maps = fs::read_to_string("/proc/self/maps").expect("Linux");
            assert!(!maps.contains(own().join("store").to_str().expect("text")), "nothing was loaded:\n{maps}");
        }
        Err(error) => panic!("{error}"),
    }
    assert_eq!((power(3, 2), power(3, value)), (9, 3u64.pow(value)), "the answer is the same");
}

#[test]
fn a_tested_compiler_is_not_put_to_the_probe() {
    const NAME: &str = "a_tested_compiler_is_not_put_to_the_probe";
    if is_child(NAME) {
        return host();
    }
    if !is_tested() {
        return skipped("the compiler of this test was not tested");
    }
    let place = place_with(NAME, &[(PROBE, LEAVE_TRACE)]);
    host_comes_to(&place, "5", "");
    assert!(!place.path().join("probed").exists());
}

#[test]
fn an_untested_compiler_is_put_to_the_probe_once() {
    const NAME: &str = "an_untested_compiler_is_put_to_the_probe_once";
    if is_child(NAME) {
        return host();
    }
    if is_tested() {
        return skipped("the compiler of this test was tested");
    }
    let place = place_with(NAME, &[(PROBE, LEAVE_TRACE)]);
    host_comes_to(&place, "5", "");
    fs::remove_file(place.path().join("probed")).expect("it was put to the probe");
    host_comes_to(&place, "6", "");
    assert!(!place.path().join("probed").exists(), "the verdict was kept");
}

#[test]
fn a_compiler_whose_probe_failed_makes_nothing_that_is_loaded() {
    const NAME: &str = "a_compiler_whose_probe_failed_makes_nothing_that_is_loaded";
    if is_child(NAME) {
        return host();
    }
    if is_tested() {
        return skipped("the compiler of this test was tested");
    }
    let fails = "printf '#!/bin/sh\\necho sums >&2; exit 3\\n' > specialize_probe; chmod 700 specialize_probe; exit";
    let place = place_with(NAME, &[(PROGRAM, fails)]);
    host_comes_to(&place, "5", "the probe failed (exit status: 3) at: sums");
    compiler(place.path(), &[]);
    host_comes_to(&place, "5", "the probe failed (exit status: 3) at: sums");
}

#[test]
fn a_compiler_whose_probe_was_killed_is_tried_again_by_the_next_process() {
    const NAME: &str = "a_compiler_whose_probe_was_killed_is_tried_again_by_the_next_process";
    if is_child(NAME) {
        return host();
    }
    if is_tested() {
        return skipped("the compiler of this test was tested");
    }
    let is_killed = "printf '#!/bin/sh\\nkill -9 $$\\n' > specialize_probe; chmod 700 specialize_probe; exit";
    let place = place_with(NAME, &[(PROGRAM, is_killed)]);
    host_comes_to(&place, "5", "the probe was killed (signal: 9");
    compiler(place.path(), &[]);
    host_comes_to(&place, "5", "");
}
