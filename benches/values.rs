//! What values larger than a number cost and gain: the dispatcher's hash and comparison of a slice on every call, and a program that
//! is a value against its interpreter.
//!
//! `cargo bench --bench values`. The ways of each group take turns within one run.

#[expect(dead_code, reason = "values of other benches")]
#[path = "kernels/constants.rs"]
mod constants;
#[allow(dead_code, reason = "a part of what the benches share")]
mod meter;
#[path = "kernels/stack_machine.rs"]
mod stack_machine;

use std::error::Error;
use std::hint::black_box;
use std::process::ExitCode;

use meter::{Meter, Way};
use specialize::{Config, Tier, specialize};
use stack_machine::run;

/// Nearly nothing: what is left is the dispatch.
#[specialize(words)]
fn first(x: u64, words: &[u32]) -> u64 {
    x.wrapping_add(words.len() as u64)
}

fn main() -> ExitCode {
    match compare() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("values: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> Result<(), Box<dyn Error>> {
    let store = tempfile::tempdir()?;
    Config::default().cache_dir(store.path()).install()?;
    let meter = Meter::new();
    slices(&meter)?;
    programs(&meter)
}

/// Calls of `call`, each with the result of the one before.
fn looped<'a>(call: impl Fn(u64) -> u64 + 'a) -> Box<dyn Fn(u64) -> u64 + 'a> {
    Box::new(move |calls| (0..calls).fold(black_box(1), |x, _| call(x)))
}

fn slices(meter: &Meter) -> Result<(), Box<dyn Error>> {
    for length in [0, 8, 50, 768] {
        let words: Vec<u32> = (0..length).map(|index| index * 7).collect();
        let bound = first::prepare(&words)?;
        assert_eq!(bound.tier(), Tier::Runtime);
        let ways: [Way<'_>; 3] = [
            ("by handle", looped(|x| bound.call(x))),
            ("the dispatcher", looped(|x| first(x, black_box(&words)))),
            ("the generic function", looped(|x| first::generic(x, black_box(&words)))),
        ];
        meter.compare(&format!("a slice of {length} words"), &ways);
    }
    Ok(())
}

fn programs(meter: &Meter) -> Result<(), Box<dyn Error>> {
    let program = constants::program();
    let bound = run::prepare(&program)?;
    assert_eq!((program.len(), bound.tier(), bound.call(5)), (50, Tier::Runtime, run::generic(5, &program)));
    let ways: [Way<'_>; 3] = [
        ("its interpreter", looped(|x| run::generic(x, black_box(&program)))),
        ("the variant, by handle", looped(|x| bound.call(x))),
        ("the variant, by the dispatcher", looped(|x| run(x, black_box(&program)))),
    ];
    meter.compare("a program of 50 instructions", &ways);
    Ok(())
}
