//! What the examples share: how they end, how they measure, and how they show it.
#![allow(dead_code, reason = "each example uses a part of this")]

use std::fmt::Debug;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser as Arguments;
use indicatif::{ProgressBar, ProgressStyle};
use specialize::Tier;
use winnow::Parser;
use winnow::error::{ContextError, ErrMode, StrContext};

/// Runs an example on the program's arguments: whatever it cannot use is said in words, with exit code 2.
pub(crate) fn main<A: Arguments>(example: impl FnOnce(A) -> Result<(), String>) -> ExitCode {
    end_with_the_reader();
    match example(A::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

/// Has the program end without a word when nobody reads on what it prints, as in `| head -1`.
pub(crate) fn end_with_the_reader() {
    // SAFETY: a system call; the default action is what every program had before Rust's own start.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// How many bytes a text may have that is parsed, and how many parentheses may be open in it: parsers call themselves for each.
const LONGEST: usize = 4_096;
const DEEPEST: usize = 200;

/// Parses all of `text`; the error has a caret under the place where it cannot go on.
pub(crate) fn parse<'a, T>(what: &str, text: &'a str, mut parser: impl Parser<&'a str, T, ErrMode<ContextError>>) -> Result<T, String> {
    if text.len() > LONGEST {
        return Err(format!("{what} is longer than {LONGEST} bytes"));
    }
    if let Some(offset) = too_deep(text) {
        return Err(caret(what, text, offset, &format!("more than {DEEPEST} parentheses are open here")));
    }
    parser.parse(text).map_err(|error| {
        // What was expected innermost says most.
        let expected = error.inner().context().find_map(|context| match context {
            StrContext::Expected(what) => Some(format!("expected {what}")),
            _ => None,
        });
        let expected = expected.unwrap_or_else(|| "this is more than it can have".to_owned());
        caret(what, text, error.offset(), &expected)
    })
}

/// Where one parenthesis too many is opened.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = 0usize;
    text.bytes().position(|byte| {
        match byte {
            b'(' => open += 1,
            b')' => open = open.saturating_sub(1),
            _ => {}
        }
        open > DEEPEST
    })
}

/// A message about the byte at `offset` of `text`, with a caret under it.
pub(crate) fn caret(what: &str, text: &str, offset: usize, message: &str) -> String {
    // What is before the caret is blanked character by character, so that tabs stay tabs.
    let before: String = text[..offset].chars().map(|letter| if letter == '\t' { '\t' } else { ' ' }).collect();
    format!("{what} cannot be understood\n  {text}\n  {before}^ {message}")
}

/// A bar on a terminal, nothing elsewhere.
pub(crate) fn progress(length: u64, doing: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(doing)
}

/// A handle that has its variant if it can have one: `prepare`, or `bind` where there is no variant, and why. Says how long it took.
pub(crate) fn ready<B>(prepare: impl FnOnce() -> Result<B, specialize::Error>, bind: impl FnOnce() -> B) -> (B, Duration) {
    let started = Instant::now();
    let bound = prepare().unwrap_or_else(|error| {
        println!("There is no variant, and the generic function serves all the same: {error}");
        bind()
    });
    (bound, started.elapsed())
}

/// Says how long the variant took to get, and where it came from.
pub(crate) fn arrived(table: &specialize::DispatchTable, tier: Tier, took: Duration) {
    let origin = table.entries().into_iter().filter_map(|entry| entry.origin()).next_back();
    match (tier, origin) {
        (Tier::Runtime, Some(origin)) => println!("time to the variant: {took:.1?} ({origin:?})\n"),
        _ => println!("served by the {tier} tier\n"),
    }
}

/// The ways that a gain is reckoned against, and the others, by the names they have in tables and benches.
pub(crate) const INTERFACE: &str = "dyn";
pub(crate) const GENERIC: &str = "generic";
pub(crate) const BY_HAND: &str = "by hand";
pub(crate) const DISPATCHER: &str = "dispatcher";
pub(crate) const HANDLE: &str = "handle";
pub(crate) const MAP: &str = "map";

/// One way to do something: its name, what it is in words, and how it is done.
pub(crate) type Way<'a, T> = (&'static str, &'static str, Box<dyn FnMut() -> T + 'a>);

/// Whoever measures ways: for a title, a unit, and how many units one call does. An example has [`table`], and benches have their own.
pub(crate) type Meter<'a> = dyn FnMut(&str, &str, f64, Vec<Way<'_, ()>>) + 'a;

/// Checks that all ways give the same, and has them measured.
pub(crate) fn compare<T: PartialEq + Debug>(
    meter: &mut Meter<'_>,
    title: &str,
    unit: &str,
    units: f64,
    mut ways: Vec<Way<'_, T>>,
) -> Result<(), String> {
    let Some((_, _, first)) = ways.first_mut() else { return Ok(()) };
    let expected = first();
    for (name, _, way) in &mut ways {
        let got = way();
        if got != expected {
            return Err(format!("`{name}` gives {got:?}, and not {expected:?} as the first way does: this is a bug"));
        }
    }
    meter(title, unit, units, ways.into_iter().map(without_result).collect());
    Ok(())
}

/// The way, whose result is only made.
fn without_result<'a, T: 'a>((name, words, mut way): Way<'a, T>) -> Way<'a, ()> {
    (name, words, Box::new(move || drop(black_box(way()))))
}

/// How often each way of a group is tried; of a debug build nobody wants to know.
const ROUNDS: u32 = if cfg!(debug_assertions) { 1 } else { 7 };
/// How long a round takes, about.
const ROUND: Duration = Duration::from_millis(20);
/// When no further round is begun, where a single call takes long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Prints how long each way takes, in nanoseconds for a unit, and what is gained over the generic function and over an interface: the
/// best of several rounds, in which the ways take turns.
pub(crate) fn table(_: &str, unit: &str, units: f64, mut ways: Vec<Way<'_, ()>>) {
    let calls: Vec<u32> = ways.iter_mut().map(|(_, _, way)| calls_of_a_round(way)).collect();
    let mut best = vec![f64::INFINITY; ways.len()];
    let started = Instant::now();
    for round in 0..ROUNDS {
        if round > 0 && started.elapsed() > PATIENCE {
            break;
        }
        for (index, (_, _, way)) in ways.iter_mut().enumerate() {
            let started = Instant::now();
            (0..calls[index]).for_each(|_| way());
            best[index] = best[index].min(started.elapsed().as_secs_f64() * 1e9 / f64::from(calls[index]) / units);
        }
    }
    let time_of = |wanted| ways.iter().zip(&best).find(|((name, ..), _)| *name == wanted).map(|(_, best)| *best);
    let references = [time_of(INTERFACE), time_of(GENERIC)];
    println!("{:<58}{:>12}{:>20}{:>10}{:>14}", "", format!("ns/{unit}"), format!("million {unit}s/s"), "over dyn", "over generic");
    for ((name, words, _), best) in ways.iter().zip(&best) {
        let gains = references.map(|time| time.map_or_else(String::new, |time| format!("{:.1}x", time / best)));
        let digits = if *best < 0.1 { 4 } else { 2 };
        println!("{name:<12}{words:<46}{best:>12.digits$}{:>20.0}{:>10}{:>14}", 1e3 / best, gains[0], gains[1]);
    }
}

/// As many calls as a round has time for.
fn calls_of_a_round(way: &mut impl FnMut()) -> u32 {
    let mut calls = 1u32;
    loop {
        let started = Instant::now();
        (0..calls).for_each(|_| way());
        let took = started.elapsed();
        if took >= ROUND / 4 || calls > 1 << 28 {
            let ratio = ROUND.as_secs_f64() / took.as_secs_f64().max(1e-9);
            return (f64::from(calls) * ratio).max(1.0) as u32;
        }
        calls *= 4;
    }
}
