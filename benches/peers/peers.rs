//! Other ways to a function that knows its value, beside this crate's: how long until it can be called, and what a call costs.
//!
//! `cargo bench --manifest-path benches/peers/Cargo.toml`; with a word behind it (`-- power`), only what has it in its name, and with
//! `-- --test` only the answers are compared. criterion measures and prints; tables at the end put the medians of that very run
//! side by side. A compiler that is not installed or does not work is skipped with a line that says so.

mod calls;
mod cold;
mod compilers;
mod cranelift;
mod functions;
mod tables;

use std::error::Error;
use std::process::ExitCode;

use compilers::Compiler;
use cranelift::CodeGenerator;
use criterion::Criterion;
use specialize::Config;
use tables::Tables;

fn main() -> ExitCode {
    match compare() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("peers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    Config::default().cache_dir(folder.path().join("store")).install()?;
    let compilers = Compiler::installed(folder.path());
    let generator = CodeGenerator::new()?;
    // In a folder of this run's own: a table could otherwise show what an earlier run left.
    let estimates = folder.path().join("criterion");
    let mut criterion = Criterion::default().without_plots().output_directory(&estimates).configure_from_args();
    let mut tables = Tables::new(estimates);
    cold::powers(&mut criterion, &mut tables, &compilers, &generator);
    for n in [8, 13] {
        calls::powers(&mut criterion, &mut tables, &compilers, &generator, n)?;
    }
    calls::dots(&mut criterion, &mut tables, &compilers)?;
    tables.print();
    Ok(())
}
