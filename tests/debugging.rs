//! A variant that was asked to say where its code comes from says so, to backtraces as to debuggers.

mod support;

use std::backtrace::Backtrace;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
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
