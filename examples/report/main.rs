//! Was it worth it? Calls three functions for a while and prints the report: `cargo run --release --example report`.
//!
//! With `-- --svg out/` it then draws three pictures into that folder, from figures measured in this very run: how long a variant
//! takes to get by which route, what a call costs in which tier, and after how many calls a variant has paid for itself.

mod calls;
mod children;
mod compilers;
mod draw_break_even;
mod draw_calls;
mod draw_routes;
mod kernels;
mod pictures;
mod routes;
#[path = "../shared/mod.rs"]
mod shared;
mod style;

use std::error::Error;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use children::Child;
use clap::Parser;
use kernels::remainders;
use pictures::Folder;
use specialize::{Config, specialize};

/// Calls three functions for a while, and prints whether their variants are worth it.
#[derive(Parser)]
#[command(name = "report", args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Also draws three pictures (SVG) into this folder, which is made if it is not there.
    #[arg(long, value_name = "FOLDER")]
    svg: Option<PathBuf>,
    #[command(subcommand)]
    child: Option<Child>,
}

/// Raises `x` to the power `n`, wrapping.
#[specialize(n in [3])]
fn power(x: u64, n: u32) -> u64 {
    (0..n).fold(1, |product: u64, _| product.wrapping_mul(x))
}

/// The sum itself, to which its second parameter adds little.
#[specialize(n)]
fn sum(xs: &[u32], n: u32) -> u64 {
    xs.iter().fold(u64::from(n), |sum, x| sum + u64::from(*x))
}

fn main() -> ExitCode {
    shared::main(|arguments: Arguments| run(arguments).map_err(|error| error.to_string()))
}

fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    if let Some(child) = arguments.child {
        return child.run();
    }
    // Ahead of all work, so that nobody waits for pictures that cannot be written.
    let folder = arguments.svg.map(Folder::open).transpose()?;
    report()?;
    folder.map_or(Ok(()), |folder| pictures::draw(&folder))
}

fn report() -> Result<(), Box<dyn Error>> {
    Config::default().sampling(true).install()?;
    let xs: Vec<u32> = (0..1_000).collect();
    let (remainders, sum) = (remainders::prepare(10)?, sum::prepare(7)?);
    power::prepare(20)?;
    let (started, mut x) = (Instant::now(), 3);
    while started.elapsed() < Duration::from_secs(3) {
        for _ in 0..1_000 {
            x = power(black_box(x), 3) ^ power(black_box(x), black_box(20));
            x ^= remainders.call(black_box(&xs)) ^ sum.call(black_box(&xs));
        }
    }
    let mut report = specialize::report();
    // The functions that are only in the pictures have not been called yet.
    report.functions.retain(|function| function.values.iter().any(|value| value.calls > 0));
    print!("{report}");
    Ok(())
}
