//! Whether what the compiler makes may be loaded: it was tested with this crate, or its probe went well on this machine.

use std::path::PathBuf;
use std::time::Instant;

use once_cell::sync::OnceCell;

use crate::artifact::key::Key;
use crate::compile::llvm::Refusal;
use crate::compile::probe::{self, Outcome, Probe};
use crate::compile::toolchain::Toolchain;
use crate::compile::{self, Request, record, support, tested};
use crate::error::Error;
use crate::function::Descriptor;
use crate::workshop::Workshop;

/// What this process knows of the compiler that built it.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    /// It was tested with this crate: there is nothing to find out.
    tested: bool,
    rustc: OnceCell<Outcome>,
    llvm: OnceCell<Outcome>,
}

impl Trust {
    /// In the compiler that built this program.
    pub(crate) fn new() -> Trust {
        Trust { tested: tested::is_tested(record::VERSION), ..Trust::default() }
    }
}

impl Workshop {
    /// Checks that what this program's compiler makes may be loaded.
    ///
    /// Costs nothing if the compiler was tested. Any other is put to the probe when it is first needed on this machine, for about a
    /// second.
    ///
    /// # Errors
    ///
    /// [`Error::ToolchainUntested`] if the probe did not go well, and whatever keeps it from being made.
    pub(crate) fn trust_compiler(&self, descriptor: &Descriptor) -> Result<(), Error> {
        if self.trust.tested {
            return Ok(());
        }
        let outcome = self.outcome(&self.trust.rustc, "rustc", || {
            let toolchain = self.toolchain(descriptor)?;
            self.put_to_the_probe(toolchain, |request| compile::compile(toolchain, request))
        })?;
        outcome.map_err(|reason| {
            let compiler = record::VERSION.lines().next().unwrap_or_default();
            Error::ToolchainUntested { compiler, tested: tested::releases(), reason: reason.to_owned() }
        })
    }

    /// Checks that what `make` makes with LLVM alone may be loaded, as [`Workshop::trust_compiler`] does for rustc.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub(crate) fn trust_llvm(
        &self,
        toolchain: &Toolchain,
        make: impl Fn(&Request<'_>) -> Result<PathBuf, Refusal>,
    ) -> Result<(), Refusal> {
        if self.trust.tested {
            return Ok(());
        }
        let outcome = self.outcome(&self.trust.llvm, "llvm", || {
            self.put_to_the_probe(toolchain, |request| {
                make(request).map_err(|refusal| match refusal {
                    Refusal::Variant(error) => error,
                    Refusal::Engine(reason) => Error::Engine { engine: "llvm", function: request.lowering.template.function, reason },
                })
            })
        });
        match outcome {
            Ok(Ok(())) => Ok(()),
            Ok(Err(reason)) => Err(Refusal::Engine(format!("this compiler was not tested, and {reason}"))),
            Err(Error::Ending) => Err(Error::Ending.into()),
            Err(error) => Err(Refusal::Engine(error.to_string())),
        }
    }

    /// How the probe went with the variants of one engine, or why not well: as this process knows it, or the store, or as `put` finds out.
    fn outcome<'a>(
        &self,
        known: &'a OnceCell<Outcome>,
        engine: &str,
        put: impl FnOnce() -> Result<Outcome, Error>,
    ) -> Result<Result<(), &'a str>, Error> {
        let outcome = known.get_or_try_init(|| {
            let key = probe::texts().fold(self.key("verdict").text(engine), Key::text);
            if let Some(outcome) = self.store.find(&key).and_then(|verdict| Outcome::decode(verdict.content())) {
                return Ok(outcome);
            }
            let started = Instant::now();
            let outcome = put()?;
            tracing::info!(target: "specialize::build", engine, ?outcome, took = ?started.elapsed(), "an untested compiler was put to the probe");
            if let Some(verdict) = outcome.encode()
                && let Err(error) = self.store.keep_content(&key, verdict)
            {
                tracing::warn!(%error, "the verdict on the compiler is not kept for other processes");
            }
            Ok(outcome)
        })?;
        Ok(match outcome {
            Outcome::Passed => Ok(()),
            Outcome::Failed(reason) | Outcome::Unknown(reason) => Err(reason),
        })
    }

    /// Puts the compiler to the probe, with variants that `make` makes.
    fn put_to_the_probe(
        &self,
        toolchain: &Toolchain,
        make: impl Fn(&Request<'_>) -> Result<PathBuf, Error>,
    ) -> Result<Outcome, Error> {
        let library = self.support_library(0, || Ok(toolchain))?;
        let folder = self.store.work_folder()?;
        let support_name = &support::library_name(0);
        Probe { toolchain, support: library.path(), support_name, folder: folder.path(), limits: &self.limits }.put(make)
    }
}
