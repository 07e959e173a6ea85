//! Raises a number to a power that is known only while the program runs.
//!
//! `cargo run --release --example power -- 13` (without an exponent it asks for one on a terminal,
//! and takes 13 elsewhere). Run it twice: the second run finds the variant on disk.

use std::error::Error;
use std::hint::black_box;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use specialize::{Origin, Tier, specialize};

/// Raises `x` to the power `n`, wrapping.
#[specialize(n in [2, 3, 8], hot = 10_000)]
pub fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

const DEFAULT_EXPONENT: u32 = 13;
const CALLS: u32 = 5_000_000;
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    let exponent = match exponent() {
        Ok(exponent) => exponent,
        Err(message) => {
            eprintln!("power: {message}\nusage: power [EXPONENT]");
            return ExitCode::from(2);
        }
    };
    match show(exponent) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("power: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The exponent: the argument, or what is typed on a terminal, or 13.
fn exponent() -> Result<u32, String> {
    let mut arguments = std::env::args().skip(1);
    let text = match arguments.next() {
        Some(text) => text,
        None if io::stdin().is_terminal() => {
            print!("exponent [{DEFAULT_EXPONENT}]: ");
            io::stdout().flush().map_err(|error| error.to_string())?;
            let mut line = String::new();
            io::stdin().read_line(&mut line).map_err(|error| error.to_string())?;
            line
        }
        None => String::new(),
    };
    if let Some(extra) = arguments.next() {
        return Err(format!("one exponent is enough, and `{extra}` is one more"));
    }
    match text.trim() {
        "" => Ok(DEFAULT_EXPONENT),
        text => text.parse().map_err(|_| format!("`{text}` is not a whole number from 0 to {}", u32::MAX)),
    }
}

fn show(n: u32) -> Result<(), Box<dyn Error>> {
    println!("power(x, {n}), with {n} known only now\n");
    call_until_ready(n);
    let bound = match power::prepare(n) {
        Ok(bound) => bound,
        Err(error) => {
            println!("\nThere is no variant, and the generic function serves all the same: {error}");
            power::bind(n)
        }
    };
    if let Some(entry) = power::table().entries().into_iter().find(|entry| entry.value() == n.to_string()) {
        println!("{}", origin(entry.tier(), entry.origin()));
        if let Some(cost) = entry.cost() {
            println!("time to the variant, once its turn had come: {:.1?}", cost.prepare + cost.compile + cost.load);
        }
        println!();
    }

    // A small exponent takes a few nanoseconds, a large one seconds: both get about the same time.
    let calls = (CALLS / (1 + n / 16)).max(1);
    let generic = time(calls, |x| power::generic(x, black_box(n)));
    println!("{:<44}{:>10}{:>10}", "", "ns/call", "speed-up");
    let row = |name: &str, nanoseconds: f64| println!("{name:<44}{nanoseconds:>10.2}{:>9.2}x", generic / nanoseconds);
    row("generic function, loop over n", generic);
    row(&format!("dispatcher, {} variant", bound.tier()), time(calls, |x| power(x, black_box(n))));
    row(&format!("bound function, {} variant", bound.tier()), time(calls, |x| bound.call(x)));
    row("build-time variant power::at::<8> (n = 8)", time(calls, power::at::<8>));
    row("constant function written by hand (n = 13)", time(calls, thirteenth));
    println!("\nTo compare: the article's Go plugin takes \"about half a second\" for each value, and is never unloaded.");

    let (x, expected) = (black_box(3), power::generic(3, n));
    assert_eq!(power(x, n), expected, "every tier gives the same answer");
    assert_eq!(bound.call(x), expected, "every tier gives the same answer");
    Ok(())
}

/// Calls the dispatcher while the variant is being made in the background, until it has arrived.
fn call_until_ready(n: u32) {
    let started = Instant::now();
    let mut calls = 0u64;
    while power::lookup(n).is_none() && started.elapsed() < PATIENCE && power::bind(n).last_error().is_none() {
        for x in 0..1_000 {
            black_box(power(black_box(x), n));
        }
        calls += 1_000;
    }
    println!("{calls} calls of the dispatcher were served by the generic function in {:.1?}, none of them waiting;", started.elapsed());
}

fn origin(tier: Tier, origin: Option<Origin>) -> &'static str {
    match (tier, origin) {
        (Tier::BuildTime, _) => "then: this value is listed in the attribute, so its variant was there from the start",
        (_, Some(Origin::Disk)) => "then the variant arrived, from disk",
        _ => "then the variant arrived, made by the compiler (run this again: it is on disk now)",
    }
}

/// What a person would write for an exponent of 13.
#[inline(never)]
fn thirteenth(x: u64) -> u64 {
    let square = x.wrapping_mul(x);
    let fourth = square.wrapping_mul(square);
    fourth.wrapping_mul(fourth).wrapping_mul(fourth).wrapping_mul(x)
}

/// The fastest of several rounds, in nanoseconds a call.
fn time(calls: u32, function: impl Fn(u64) -> u64) -> f64 {
    let round = |_| {
        let started = Instant::now();
        for x in 0..u64::from(calls) {
            black_box(function(black_box(x)));
        }
        started.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
    };
    (0..5).map(round).fold(f64::INFINITY, f64::min)
}
