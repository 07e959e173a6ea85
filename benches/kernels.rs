//! What knowing a value is worth: kernels as written, their variants made at run time, the same written by hand for the one value,
//! and libraries for the purpose, side by side.
//!
//! `cargo bench --bench kernels`; with a word behind it (`-- unpacking`), only the rows whose names contain it. The ways of each row
//! take turns on one core within one run, and give the same answer or the bench ends.

#[path = "kernels/by_hand.rs"]
mod by_hand;
#[path = "kernels/columns.rs"]
mod columns;
#[path = "kernels/constants.rs"]
mod constants;
#[allow(dead_code, reason = "a part of what the benches share")]
mod meter;
#[path = "kernels/native.rs"]
mod native;
#[path = "kernels/numbers.rs"]
mod numbers;
#[path = "kernels/stack_machine.rs"]
mod stack_machine;
#[path = "kernels/table.rs"]
mod table;
#[path = "kernels/texts.rs"]
mod texts;

use std::error::Error;
use std::process::ExitCode;

use by_hand::ByHand;
use specialize::Config;
use table::{Table, Ways};

fn main() -> ExitCode {
    match compare() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kernels: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    Config::default().cache_dir(folder.path().join("store")).install()?;
    let by_hand = native::by_hand(folder.path())?;
    let mut table = Table::new(std::env::args().skip(1).find(|argument| !argument.starts_with('-')));
    numbers::convolutions(&mut table, by_hand)?;
    numbers::polynomials(&mut table, by_hand)?;
    numbers::dots(&mut table, by_hand)?;
    numbers::matrices(&mut table, by_hand)?;
    columns::unpacking(&mut table, by_hand)?;
    columns::divisions(&mut table, by_hand)?;
    columns::filters(&mut table, by_hand)?;
    texts::tokens(&mut table, by_hand)?;
    texts::patterns(&mut table, by_hand)?;
    texts::programs(&mut table, by_hand)?;
    table.close();
    Ok(())
}
