//! Where panics of a captured module happen: at the user's own line and column, in every tier.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use specialize::{Tier, specialize};

use crate::support;

#[rustfmt::skip]
#[specialize]
#[allow(unreachable_pub, clippy::all, clippy::unwrap_used, reason = "code that looks as code should not")]
mod places {
    fn helper(xs: &[u8], n: usize) -> u8 { /* é漢 */ xs[n] } mod inner { pub fn unwrapped(x: Option<u8>) -> u8 { x.unwrap() } }

    #[specialize(n)] pub fn one_line(xs: &[u8], n: usize) -> u8 { xs[n] } pub fn after(xs: &[u8]) -> u8 { xs[100] }

    /// Documented,
    #[inline(never)]
    #[specialize(n)]
    #[must_use]
    pub fn attributed(xs: &[u8], n: usize) -> u8 { if n == 10 { helper(xs, n) } else if n == 11 { inner::unwrapped(None) } else { after(xs) } }

	macro_rules! at { ($xs:expr, $n:expr) => { $xs[$n] } }

	pub mod deep { use super::*; #[specialize(n)] pub fn tabs(xs: &[u8], n: usize) -> u8 { let z =	at!(xs, n	+ 0); z } }
    #[derive(Clone)] pub struct Last { pub xs: [u8; 2] } impl Last { #[specialize(n)] pub fn method(&self, n: usize) -> u8 { self.xs[n] } }

    pub fn expected(x: Result<u8, String>) -> u8 { x.expect("words of its own") }
    #[specialize(n)]
    pub fn last(n: usize) -> u8 { expected(Err(format!("{n}"))) }
}

/// What a call panics with, and where.
fn panic_of(call: impl FnOnce() -> u8) -> String {
    static HOOK: Mutex<()> = Mutex::new(());
    static SEEN: Mutex<String> = Mutex::new(String::new());
    let _alone = HOOK.lock().unwrap_or_else(|poison| poison.into_inner());
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| *SEEN.lock().expect("not poisoned") = info.to_string()));
    let outcome = catch_unwind(AssertUnwindSafe(call));
    std::panic::set_hook(before);
    outcome.expect_err("it panics");
    SEEN.lock().expect("not poisoned").clone()
}

/// The text at the place of a panic.
fn text_at(panic: &str) -> String {
    let source = include_str!("places.rs");
    let place = panic.split_once("places.rs:").expect("this file").1;
    let mut numbers = place.split(':').map(|number| number.trim().parse::<usize>().expect("a number"));
    let (line, column) = (numbers.next().expect("a line"), numbers.next().expect("a column"));
    let line = source.lines().nth(line - 1).expect("a line of this file").replace('\t', "    ").replace('漢', "漢 ");
    line.chars().skip(column - 1).collect()
}

macro_rules! same_place {
    ($generic:expr, $bound:expr, $text:expr) => {{
        let bound = $bound.expect("a variant");
        assert_eq!(bound.tier(), Tier::Runtime);
        let (generic, variant) = (panic_of(|| $generic), bound);
        let call = |f: &dyn Fn() -> u8| panic_of(f);
        assert!(text_at(&generic).starts_with($text), "{generic}: {}", text_at(&generic));
        (generic, variant, call)
    }};
}

#[test]
fn panics_of_the_function_and_its_helpers_keep_their_places() {
    support::private_store();
    let xs: &[u8] = &[1];
    let (generic, bound, call) = same_place!(places::one_line::generic(xs, 7), places::one_line::prepare(7), "xs[n] } pub");
    assert_eq!(call(&|| bound.call(xs)), generic);
    for (n, text) in [(10, "xs[n] } mod"), (11, "unwrap()"), (12, "xs[100]")] {
        let (generic, bound, call) = same_place!(places::attributed::generic(xs, n), places::attributed::prepare(n), text);
        assert_eq!(call(&|| bound.call(xs)), generic);
    }
    let (generic, bound, call) = same_place!(places::deep::tabs::generic(xs, 5), places::deep::tabs::prepare(5), "at!(xs");
    assert_eq!(call(&|| bound.call(xs)), generic);
    let last = places::Last { xs: [1, 2] };
    let (generic, bound, call) = same_place!(last.method_generic(3), places::Last::method_prepare(3), "self.xs[n]");
    assert_eq!(call(&|| bound.call(&last)), generic);
    let (generic, bound, call) = same_place!(places::last::generic(3), places::last::prepare(3), "expect(\"words");
    assert_eq!(call(&|| bound.call()), generic);
}
