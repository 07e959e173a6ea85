//! Says what keeps variants from being had in this place, and what to do.
//!
//! `cargo run --release --example doctor`, in the environment of the program in question. It fails if no variant can be had.

mod shared;

use std::process::ExitCode;

use clap::Parser;

/// Says what keeps variants from being had in this place, and what to do.
#[derive(Parser)]
struct Arguments {}

fn main() -> ExitCode {
    shared::end_with_the_reader();
    let Arguments {} = Arguments::parse();
    let diagnosis = specialize::doctor();
    print!("{diagnosis}");
    if diagnosis.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
