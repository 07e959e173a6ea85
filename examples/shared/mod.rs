//! What the examples share: how they end, how they measure, and how they show it.
#![allow(dead_code, reason = "each example uses a part of this")]

use std::fmt::Display;
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
    match example(A::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

/// Parses all of `text`; the error has a caret under the place where it cannot go on.
pub(crate) fn parse<'a, T>(what: &str, text: &'a str, mut parser: impl Parser<&'a str, T, ErrMode<ContextError>>) -> Result<T, String> {
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

/// Rows of times, each against the first.
pub(crate) struct Table {
    first: Option<f64>,
}

impl Table {
    /// Prints the head. A row's time is in nanoseconds per `unit`.
    pub(crate) fn new(unit: &str) -> Table {
        println!("{:<52}{:>14}{:>16}", "", format!("ns/{unit}"), "against first");
        Table { first: None }
    }

    /// Prints one row.
    pub(crate) fn row(&mut self, name: impl Display, nanoseconds: f64) {
        let first = *self.first.get_or_insert(nanoseconds);
        println!("{name:<52}{nanoseconds:>14.2}{:>15.2}x", first / nanoseconds);
    }
}

/// How long each way of a group is tried, in rounds.
const ROUNDS: u32 = 7;
/// How long a round takes, about.
const ROUND: Duration = Duration::from_millis(20);

/// One way to do something, by its name.
pub(crate) type Way<'a, T> = (&'a str, Box<dyn FnMut() -> T + 'a>);

/// Checks that all ways give the same, and prints how long each takes, in nanoseconds for each of the `units` that one call does:
/// the best of several rounds, in which the ways take turns.
pub(crate) fn compare<T: PartialEq + std::fmt::Debug>(unit: &'static str, units: f64, ways: &mut [Way<'_, T>]) -> Result<(), String> {
    let Some((_, first)) = ways.first_mut() else { return Ok(()) };
    let expected = first();
    for (name, way) in ways.iter_mut() {
        let got = way();
        if got != expected {
            return Err(format!("`{name}` gives {got:?}, and not {expected:?} as the first way does: this is a bug"));
        }
    }
    let calls: Vec<u32> = ways.iter_mut().map(|(_, way)| calls_of_a_round(way)).collect();
    let mut best = vec![f64::INFINITY; ways.len()];
    for _ in 0..ROUNDS {
        for (index, (_, way)) in ways.iter_mut().enumerate() {
            let started = Instant::now();
            for _ in 0..calls[index] {
                black_box(way());
            }
            best[index] = best[index].min(started.elapsed().as_secs_f64() * 1e9 / f64::from(calls[index]) / units);
        }
    }
    let mut table = Table::new(unit);
    for ((name, _), best) in ways.iter().zip(best) {
        table.row(name, best);
    }
    Ok(())
}

/// As many calls as a round has time for.
fn calls_of_a_round<T>(way: &mut impl FnMut() -> T) -> u32 {
    let mut calls = 1u32;
    loop {
        let started = Instant::now();
        for _ in 0..calls {
            black_box(way());
        }
        let took = started.elapsed();
        if took >= ROUND / 4 || calls > 1 << 28 {
            let ratio = ROUND.as_secs_f64() / took.as_secs_f64().max(1e-9);
            return (f64::from(calls) * ratio).max(1.0) as u32;
        }
        calls *= 4;
    }
}
