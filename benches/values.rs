//! What values larger than a number cost and gain: the dispatcher's hash and comparison of a slice on every call, and a program that
//! is a value against its interpreter.
//!
//! `cargo bench --bench values`. The ways of each group take turns within one run.

#[allow(dead_code, reason = "a part of what the benches share")]
mod meter;

use std::error::Error;
use std::hint::black_box;
use std::process::ExitCode;

use meter::{Meter, Way};
use specialize::{Config, Tier, specialize};

/// Nearly nothing: what is left is the dispatch.
#[specialize(words)]
fn first(x: u64, words: &[u32]) -> u64 {
    x.wrapping_add(words.len() as u64)
}

/// The interpreter of a small stack machine; an instruction is its code and its operand.
#[specialize(program)]
fn run(x: u64, program: &[(u8, i64)]) -> u64 {
    let mut stack = [0u64; 8];
    let mut top = 0;
    stack[0] = x;
    for &(code, operand) in program {
        match code {
            0 => {
                top = (top + 1) % 8;
                stack[top] = operand as u64;
            }
            1 => {
                top = (top + 7) % 8;
                stack[top] = stack[top].wrapping_add(stack[(top + 1) % 8]);
            }
            2 => {
                top = (top + 7) % 8;
                stack[top] = stack[top].wrapping_mul(stack[(top + 1) % 8]);
            }
            3 => stack[top] = stack[top].rotate_left(operand as u32 % 64),
            4 => {
                top = (top + 1) % 8;
                stack[top] = x;
            }
            _ => stack[top] ^= operand as u64,
        }
    }
    stack[top]
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
    // A sum of terms in `x`.
    let term = |factor: i64| [(4, 0), (0, factor), (2, 0), (3, factor % 7), (5, 0x5bd1 * factor), (1, 0)];
    let program: Vec<(u8, i64)> = (1..9).flat_map(|factor| term(3 * factor)).chain([(5, 1), (3, 3)]).collect();
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
