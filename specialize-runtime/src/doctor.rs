//! What is missing in this place: takes each step from the settings to a variant that is called and unloaded, and says which one fails.

use std::fmt;
use std::time::Duration;

use crate::config::{has_borrowed_rights, settings};
use crate::error::Error;

#[cfg(specialize_runtime_tier)]
mod examination;

/// Makes a variant of a function of this crate's own, step by step, and says what is missing in this place and what to do.
///
/// It tries everything that the settings in force allow: the store, the toolchain, the support library, the compile server, and a
/// variant that is compiled, linked, loaded, called and unloaded. Panics are tried in a process of their own.
///
/// Cost: some two seconds the first time on a machine, half a second later, in which it blocks. It is meant for operators and tests,
/// not for every start of a program.
///
/// ```
/// let diagnosis = specialize::doctor();
/// println!("{diagnosis}");
/// assert!(diagnosis.is_well() || diagnosis.first_missing().is_some());
/// ```
#[must_use]
pub fn doctor() -> Diagnosis {
    let mut diagnosis = Diagnosis { checks: vec![check_settings()] };
    examine(&mut diagnosis);
    diagnosis
}

#[cfg(specialize_runtime_tier)]
fn examine(diagnosis: &mut Diagnosis) {
    examination::on_a_thread_of_its_own(diagnosis);
}

#[cfg(not(specialize_runtime_tier))]
fn examine(diagnosis: &mut Diagnosis) {
    let reason = crate::record::UNSUPPORTED.to_owned();
    diagnosis.add("platform", Finding::Missing(Error::UnsupportedPlatform { reason }), Duration::ZERO);
}

/// What was found in this place; prints as a table.
///
/// ```
/// let diagnosis = specialize::doctor();
/// match diagnosis.first_missing() {
///     None => assert!(diagnosis.is_well()),
///     Some(check) => println!("{} is missing: {}", check.name, check.advice.unwrap_or("see the table")),
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The steps on the way of a variant, in their order.
    pub checks: Vec<Check>,
}

/// One step on the way of a variant.
///
/// ```
/// for check in &specialize::doctor().checks {
///     println!("{} took {:?}", check.name, check.took);
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Check {
    /// The step.
    pub name: &'static str,
    /// How it went.
    pub finding: Finding,
    /// What to do, where something is to be done.
    pub advice: Option<&'static str>,
    /// How long it took.
    pub took: Duration,
}

/// How one step went.
///
/// ```
/// use specialize::Finding;
///
/// let checks = specialize::doctor().checks;
/// assert!(checks.iter().any(|check| !matches!(check.finding, Finding::NotTried)));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Finding {
    /// It works; what was found.
    Well(String),
    /// It does not work as it should, but variants can be had all the same; why.
    Wanting(String),
    /// It does not work, and no variant can be had; why.
    Missing(Error),
    /// It was not tried, since an earlier step failed.
    NotTried,
}

impl Diagnosis {
    /// Whether variants can be had in this place.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.checks.iter().all(|check| matches!(check.finding, Finding::Well(_) | Finding::Wanting(_)))
    }

    /// The first step that keeps variants from being had.
    #[must_use]
    pub fn first_missing(&self) -> Option<&Check> {
        self.checks.iter().find(|check| matches!(check.finding, Finding::Missing(_) | Finding::NotTried))
    }

    fn add(&mut self, name: &'static str, finding: Finding, took: Duration) {
        let advice = advice(name, &finding);
        self.checks.push(Check { name, finding, advice, took });
    }
}

fn check_settings() -> Check {
    let settings = settings();
    let wrong: Vec<String> =
        settings.wrong.iter().map(|wrong| format!("{}={:?} is not {}", wrong.setting, wrong.value, wrong.expected)).collect();
    let finding = match &wrong[..] {
        _ if settings.table_capacity == 0 => Finding::Missing(Error::TableFull { function: "doctor", capacity: 0 }),
        _ if settings.code_limit == 0 => Finding::Missing(Error::CodeLimit { limit: 0 }),
        [] => Finding::Well(format!("mode {}, engine {}", settings.mode.as_str(), settings.engine.as_str())),
        wrong => Finding::Wanting(wrong.join("; ")),
    };
    let advice = advice("settings", &finding);
    Check { name: "settings", finding, advice, took: Duration::ZERO }
}

/// What to do about a finding, beside what its error says.
fn advice(name: &str, finding: &Finding) -> Option<&'static str> {
    match (name, finding) {
        (_, Finding::Well(_) | Finding::NotTried) => None,
        ("settings", _) => Some("correct or unset them; docs/environment.md lists them all"),
        ("store", _) => Some("set SPECIALIZE_CACHE_DIR to a folder of the user's own, closed to others, where files may be run"),
        ("compile server", _) => Some("install the whole toolchain with its libLLVM, and a C compiler as linker; until then rustc serves"),
        ("toolchain", Finding::Missing(Error::File { .. })) => Some("install the whole toolchain that built the program, with its std"),
        (_, Finding::Missing(error)) => advice_on(error),
        (_, Finding::Wanting(_)) => None,
    }
}

const NO_PROCESSES: &str = "processes cannot be started here (seccomp, limits): ship finished artifacts and set SPECIALIZE_MODE=load";

fn advice_on(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::UnsupportedPlatform { .. } if has_borrowed_rights() => {
            "build-time variants serve here; run it without set-user-id, set-group-id and capabilities for others"
        }
        Error::UnsupportedPlatform { .. } => {
            "build-time variants serve here; build for x86_64-unknown-linux-gnu, dynamically linked, for others"
        }
        Error::Forbidden { .. } => "set SPECIALIZE_MODE=full to have variants made here",
        Error::ToolchainMissing { .. } | Error::ToolchainDiffers { .. } => {
            "install the toolchain that built the program, or ship its artifacts and set SPECIALIZE_MODE=load"
        }
        Error::LinkerMissing { .. } => "install a C compiler with binutils, or the toolchain's rust-lld",
        Error::Spawn { .. } => NO_PROCESSES,
        Error::CompileFailed { status, .. } if status.contains("SIGSYS") => NO_PROCESSES,
        Error::CompileFailed { .. } | Error::BadOutput { .. } => {
            "run that program by hand in this place to see what it lacks, or ship finished artifacts and set SPECIALIZE_MODE=load"
        }
        Error::Thread { .. } => "threads cannot be started here (seccomp, limits): without them, build-time variants serve",
        Error::File { .. } => {
            "let the program have what the system refused; /proc must be mounted, and folders for temporary files writable"
        }
        Error::Load { .. } => "nothing can be loaded from the store (noexec, SELinux): set SPECIALIZE_CACHE_DIR to another place",
        _ => return None,
    })
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Check { name, finding, advice, took } in &self.checks {
            let (state, text) = match finding {
                Finding::Well(text) => ("well", text.clone()),
                Finding::Wanting(text) => ("wanting", text.clone()),
                Finding::Missing(error) => ("missing", error.to_string()),
                Finding::NotTried => ("not tried", String::new()),
            };
            let indent = " ".repeat(38);
            // What a compiler printed has lines of its own.
            let text = text.replace('\n', &format!("\n{indent}"));
            let line = format!("{name:<16} {state:<9} {:>7.1} ms  {text}", took.as_secs_f64() * 1e3);
            writeln!(formatter, "{}", line.trim_end())?;
            if let Some(advice) = advice {
                writeln!(formatter, "{indent}-> {advice}")?;
            }
        }
        Ok(())
    }
}
