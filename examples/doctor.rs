//! Says what keeps variants from being had in this place, and what to do.
//!
//! `cargo run --release --example doctor`, in the environment of the program in question. It fails if no variant can be had.

use std::process::ExitCode;

fn main() -> ExitCode {
    let diagnosis = specialize::doctor();
    print!("{diagnosis}");
    if diagnosis.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
