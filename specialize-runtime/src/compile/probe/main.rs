//! The probe of a compiler: does, in a process of its own, all that a host does with variants, and says whether all went well.
//!
//! A program in plain `std`, built by that compiler. Its arguments are the specialized value, the path of a support library, and
//! those of variants of the probe's template for that value. Diagnostics name each check before it starts, so that the last line
//! says where it ended.

mod artifact {
    pub(crate) mod lent;
    pub(crate) mod slots;
}
mod checks;
mod library;
mod memory;
mod panics;
mod record;

/// The kernels, at the place in the crate where the template has them.
pub mod probe {
    #[allow(missing_docs)]
    pub mod template {
        pub enum Marker {}
        include!("kernels.rs");
    }
}

use std::process::ExitCode;

use library::Support;

/// What is printed if all went well, and nothing else.
const PASSED: &str = "passed";

fn main() -> ExitCode {
    match run() {
        Ok(()) => {
            println!("{PASSED}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut arguments = std::env::args_os().skip(1);
    let value = arguments.next().and_then(|value| value.to_str()?.parse().ok());
    let (Some(value), Some(support)) = (value, arguments.next()) else {
        return Err("usage: probe VALUE SUPPORT VARIANT... (this program is started by a host, not by a person)".to_owned());
    };
    panics::record();
    let support = Support::fill(&support)?;
    for path in arguments {
        let variant = support.open(&path)?;
        checks::run(&variant, value)?;
    }
    Ok(())
}
