//! Raises a number to a power that is known only while the program runs.
//!
//! `cargo run --release --example power -- 13` (without an exponent it asks for one on a terminal,
//! and takes 13 elsewhere). Run it twice: the second run finds the variant on disk.

mod shared;

use std::hint::black_box;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser as Arguments;
use shared::{BY_HAND, DISPATCHER, GENERIC, HANDLE, Meter, Way, compare};
use specialize::specialize;

/// Raises `x` to the power `n`, wrapping.
#[specialize(n in [2, 3, 8], hot = 10_000)]
pub fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// What a person would write for these exponents.
fn by_hand(n: u32) -> Option<fn(u64) -> u64> {
    Some(match n {
        2 => |x| x.wrapping_mul(x),
        3 => |x| x.wrapping_mul(x).wrapping_mul(x),
        8 => |x| fourth(x).wrapping_mul(fourth(x)),
        13 => |x| fourth(x).wrapping_mul(fourth(x)).wrapping_mul(fourth(x)).wrapping_mul(x),
        20 => |x| fourth(fourth(x)).wrapping_mul(fourth(x)),
        _ => return None,
    })
}

fn fourth(x: u64) -> u64 {
    let square = x.wrapping_mul(x);
    square.wrapping_mul(square)
}

/// The exponent, where none is given.
const EXPONENT: u32 = 13;
/// An exponent that is listed in the attribute.
const LISTED: u32 = 8;
/// How many multiplications a round makes, about: a small exponent takes a nanosecond, a large one seconds.
const MULTIPLICATIONS: u32 = 65_536;
/// How long the variant is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Raises a number to a power that is known only while the program runs.
#[derive(Arguments)]
#[command(allow_negative_numbers = true)]
pub(crate) struct Settings {
    /// The exponent.
    exponent: Option<String>,
}

fn main() -> ExitCode {
    shared::main(|settings| run(settings, &mut shared::table))
}

pub(crate) fn run(settings: Settings, meter: &mut Meter<'_>) -> Result<(), String> {
    let n = exponent(settings)?;
    println!("power(x, {n}), with {n} known only now\n");
    call_until_ready(n);
    show(n, meter)?;
    println!("\nto compare: the article's Go plugin takes \"about half a second\" for each value, and is never unloaded");
    if n != LISTED {
        println!("\npower(x, {LISTED}), which is listed in the attribute\n");
        show(LISTED, meter)?;
    }
    Ok(())
}

/// The exponent: the argument, or what is typed on a terminal, or 13.
fn exponent(settings: Settings) -> Result<u32, String> {
    let text = match settings.exponent {
        Some(text) => text,
        None if io::stdin().is_terminal() => {
            print!("exponent [{EXPONENT}]: ");
            io::stdout().flush().map_err(|error| format!("the exponent cannot be asked for: {error}"))?;
            let mut line = String::new();
            io::stdin().read_line(&mut line).map_err(|error| format!("the exponent cannot be read: {error}"))?;
            line
        }
        None => String::new(),
    };
    match text.trim() {
        "" => Ok(EXPONENT),
        text => text.parse().map_err(|_| format!("`{text}` is not a whole number from 0 to {}", u32::MAX)),
    }
}

/// Calls the dispatcher while the variant is being made in the background, until it has arrived.
fn call_until_ready(n: u32) {
    let started = Instant::now();
    let (round, mut calls) = (calls_of_a_round(n), 0);
    while power::lookup(n).is_none() && started.elapsed() < PATIENCE && power::bind(n).last_error().is_none() {
        for x in 0..round {
            black_box(power(black_box(x), n));
        }
        calls += round;
    }
    println!("{calls} calls of the dispatcher were served by the generic function in {:.1?}, none of them waiting", started.elapsed());
}

fn calls_of_a_round(n: u32) -> u64 {
    u64::from((MULTIPLICATIONS / n.max(1)).max(1))
}

fn show(n: u32, meter: &mut Meter<'_>) -> Result<(), String> {
    let (bound, _) = shared::ready(|| power::prepare(n), || power::bind(n));
    let entry = power::table().entries().into_iter().find(|entry| entry.value() == n.to_string());
    match entry.and_then(|entry| Some((entry.origin()?, entry.cost()?))) {
        Some((origin, cost)) => {
            println!("time to the variant, once its turn had come: {:.1?} ({origin:?})\n", cost.prepare + cost.compile + cost.load)
        }
        None => println!("served by the {} tier\n", bound.tier()),
    }
    let xs = &black_box((0..calls_of_a_round(n)).collect::<Vec<u64>>())[..];
    let mut ways: Vec<Way<'_, u64>> = vec![
        (GENERIC, "the loop over n", Box::new(|| total(xs, |x| power::generic(x, black_box(n))))),
        (DISPATCHER, "the variant is looked up for each call", Box::new(|| total(xs, |x| power(x, black_box(n))))),
        (HANDLE, "the variant is known", Box::new(|| total(xs, |x| bound.call(x)))),
    ];
    if n == LISTED {
        ways.push(("constant", "power::at::<8>, inlined and vectorised", Box::new(|| total(xs, power::at::<LISTED>))));
    }
    if let Some(by_hand) = by_hand(n) {
        let by_hand = black_box(by_hand);
        ways.push((BY_HAND, "a function without a loop, not inlined", Box::new(move || total(xs, by_hand))));
    }
    compare(meter, &format!("power: n = {n}"), "call", xs.len() as f64, ways)
}

/// Adds up in a local.
fn total(xs: &[u64], power: impl Fn(u64) -> u64) -> u64 {
    xs.iter().fold(0, |sum, x| sum.wrapping_add(power(*x)))
}
