//! A variant that was asked to say where its code comes from says so, to backtraces as to debuggers.

mod support;

use std::backtrace::Backtrace;
use std::ffi::OsStr;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use specialize::{Tier, specialize};
use support::in_a_child;

#[specialize(n)]
#[allow(clippy::needless_range_loop, reason = "an index out of bounds is what this is about")]
fn pick(xs: &[u32], n: usize) -> u32 {
    let mut sum = 0;
    for i in 0..n {
        sum += xs[i];
    }
    sum
}

/// The line that panics.
const LINE: u32 = line!() - 6;

#[test]
fn a_backtrace_shows_the_function_and_line_inside_a_variant() {
    static SEEN: Mutex<String> = Mutex::new(String::new());

    for engine in ["llvm", "rustc"] {
        let variables = [("SPECIALIZE_DEBUG_INFO", "true"), ("SPECIALIZE_ENGINE", engine)];
        let _ = in_a_child("a_backtrace_shows_the_function_and_line_inside_a_variant", variables, || {
            let bound = pick::prepare(5).expect("a variant");
            assert_eq!((bound.tier(), bound.call(&[1; 5])), (Tier::Runtime, 5));
            panic::set_hook(Box::new(|_| *SEEN.lock().expect("one panic") = Backtrace::force_capture().to_string()));
            catch_unwind(AssertUnwindSafe(|| bound.call(&[1, 2, 3]))).expect_err("an index out of bounds");
            let _ = panic::take_hook();
            let seen = SEEN.lock().expect("one panic");
            let frame = seen.lines().zip(seen.lines().skip(1)).find(|(_, place)| place.contains(&format!("debugging.rs:{LINE}:")));
            assert!(frame.is_some_and(|(name, _)| name.contains("::pick")), "{seen}");
        });
    }
}

/// Whether `tool` works here on a program that does nothing, whose end it then tells by `sign`; a test that needs it skips
/// where it does not, and says so.
fn works(tool: &str, arguments: &[&str], sign: &str) -> bool {
    let tried = Command::new(tool).args(arguments).arg("true").output();
    let works = tried.is_ok_and(|output| output.status.success() && String::from_utf8_lossy(&output.stdout).contains(sign));
    if !works {
        support::skipped(&format!("`{tool}` is not there, or may not look at programs here"));
    }
    works
}

/// What `tool` prints that runs this process's `name` again, as the test's child.
fn under(tool: &mut Command, name: &str, store: &Path) -> String {
    let variables = [("SPECIALIZE_DEBUG_INFO", OsStr::new("true")), ("SPECIALIZE_TEST_CHILD", name.as_ref())];
    let program = std::env::current_exe().expect("Linux");
    tool.arg(program).args([name, "--exact", "--test-threads=1"]).envs(variables).env("SPECIALIZE_CACHE_DIR", store);
    let output = tool.output().expect("it was there");
    let [printed, errors] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{printed}\n{errors}");
    printed + &errors
}

#[test]
fn a_debugger_stops_at_a_line_inside_a_variant() {
    const NAME: &str = "a_debugger_stops_at_a_line_inside_a_variant";
    if support::is_child(NAME) {
        return assert_eq!(pick::prepare(5).expect("a variant, though a breakpoint is in it").call(&[1; 5]), 5);
    }
    if !works("gdb", &["-q", "-nx", "-batch", "-ex", "run", "--args"], "exited normally") {
        return;
    }
    let store = tempfile::tempdir().expect("a folder");
    let mut gdb = Command::new("gdb");
    gdb.args(["-q", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-ex", "set breakpoint pending on", "-ex"]);
    gdb.arg(format!("break debugging.rs:{LINE} if $_any_caller_matches(\"::Bound::call\", 9)")).args([
        "-ex",
        "run",
        "-ex",
        "backtrace",
        "--args",
    ]);
    let printed = under(&mut gdb, NAME, store.path());
    let frame = printed.lines().find(|line| line.starts_with("#0"));
    assert!(frame.is_some_and(|frame| frame.contains("pick") && frame.contains(&format!("debugging.rs:{LINE}"))), "{printed}");
    assert!(printed.contains(".so"), "it is a variant's: {printed}");
}

#[test]
fn a_profiler_shows_a_variant_by_its_function_s_path() {
    const NAME: &str = "a_profiler_shows_a_variant_by_its_function_s_path";
    if support::is_child(NAME) {
        let bound = pick::prepare(100_000).expect("a variant");
        let xs = vec![1; 100_000];
        return (0..20_000).for_each(|_| assert_eq!(bound.call(std::hint::black_box(&xs)), 100_000));
    }
    let store = tempfile::tempdir().expect("a folder");
    let data = store.path().join("perf.data");
    let recorded = data.to_str().expect("no strange characters");
    if !works("perf", &["record", "-q", "-e", "cpu-clock", "-o", recorded], "") {
        return;
    }
    under(Command::new("perf").args(["record", "-q", "-e", "cpu-clock", "-o"]).arg(&data), NAME, &store.path().join("store"));
    let report = Command::new("perf").args(["report", "--stdio", "--sort", "symbol", "-i"]).arg(&data).output().expect("it was there");
    let printed = String::from_utf8_lossy(&report.stdout).into_owned();
    assert!(printed.contains("debugging::pick::variant"), "{printed}");
}
