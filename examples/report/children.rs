//! Processes of this program that measure one thing each: settings are per process, and what counts as new differs from route to route.

use std::env;
use std::error::Error;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::{Subcommand, ValueEnum};

use crate::calls;
use crate::kernels::{power, remainders};

/// What such a process measures. It prints nanoseconds, a figure on each line.
#[derive(Clone, Subcommand)]
#[command(hide = true)]
pub(crate) enum Child {
    /// How long each of these values takes until its variant can be called, one after the other.
    #[command(hide = true)]
    Prepare { kernel: Kernel, values: Vec<u32> },
    /// What a call costs.
    #[command(hide = true)]
    Calls,
}

/// A function to be specialized.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Kernel {
    Power,
    Remainders,
}

impl Child {
    pub(crate) fn run(self) -> Result<(), Box<dyn Error>> {
        let figures = match self {
            Child::Prepare { kernel, values } => prepare(kernel, &values)?,
            Child::Calls => calls::measure()?,
        };
        figures.iter().for_each(|figure| println!("{figure}"));
        Ok(())
    }
}

fn prepare(kernel: Kernel, values: &[u32]) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut times = Vec::new();
    for value in values {
        let started = Instant::now();
        match kernel {
            Kernel::Power => drop(power::prepare(*value)?),
            Kernel::Remainders => drop(remainders::prepare(*value)?),
        }
        times.push(started.elapsed().as_nanos() as f64);
    }
    Ok(times)
}

/// Nanoseconds that each of the values takes in a new process, with a store and settings.
pub(crate) fn times_to_variants(
    kernel: Kernel,
    values: &[u32],
    store: &Path,
    settings: &[(&str, &str)],
) -> Result<Vec<f64>, Box<dyn Error>> {
    let name = kernel.to_possible_value().ok_or("a kernel without a name")?;
    let mut arguments = vec!["prepare".to_owned(), name.get_name().to_owned()];
    arguments.extend(values.iter().map(u32::to_string));
    figures(&arguments, store, settings)
}

/// What calls cost, measured in a process in which no calls are sampled.
pub(crate) fn costs_of_calls(store: &Path) -> Result<Vec<f64>, Box<dyn Error>> {
    figures(&["calls"], store, &[("SPECIALIZE_SAMPLING", "false")])
}

fn figures<S: AsRef<OsStr>>(arguments: &[S], store: &Path, settings: &[(&str, &str)]) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut command = Command::new(env::current_exe()?);
    command.args(arguments).env("SPECIALIZE_CACHE_DIR", store).envs(settings.iter().copied()).stderr(Stdio::piped());
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().trim_start_matches("error: ").into());
    }
    let lines = String::from_utf8(output.stdout)?;
    Ok(lines.lines().map(str::parse).collect::<Result<_, _>>()?)
}
