//! Whether variants of this compiler may be loaded: it was tested with this crate, or passed the probe on this machine.

use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use once_cell::sync::OnceCell;

use crate::artifact::key::Key;
use crate::backoff::Backoff;
use crate::compile::llvm::Refusal;
use crate::compile::probe::{self, Outcome, Probe};
use crate::compile::toolchain::Toolchain;
use crate::compile::{self, Request, support, tested};
use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::record;
use crate::user_code;
use crate::workshop::Workshop;

/// What this process knows of the compiler that built the host.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    /// It was tested with this crate: there is nothing to find out.
    tested: bool,
    rustc: Verdict,
    llvm: Verdict,
}

/// What this process knows of one engine.
#[derive(Debug, Default)]
struct Verdict {
    /// Why what it makes may not be loaded, if it may not.
    known: OnceCell<Result<(), String>>,
    /// Why that could not be found out.
    unknown: Mutex<Backoff<String>>,
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
    /// [`Error::ToolchainUntested`] if the probe failed, and whatever kept it from being built.
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
            Error::ToolchainUntested { compiler, tested: tested::releases(), reason }
        })
    }

    /// Checks that what `make` makes with LLVM alone may be loaded, as [`Workshop::trust_compiler`] does for rustc.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub(crate) fn trust_llvm(&self, toolchain: &Toolchain, make: impl Fn(&Request<'_>) -> Result<Vec<u8>, Refusal>) -> Result<(), Refusal> {
        if self.trust.tested {
            return Ok(());
        }
        let outcome = self.outcome(&self.trust.llvm, "llvm", || {
            self.put_to_the_probe(toolchain, |request| {
                make(request).map_err(|refusal| match refusal {
                    Refusal::Variant(error) => error,
                    Refusal::Engine(reason) | Refusal::Bitcode(reason) => {
                        Error::Engine { engine: "llvm", function: request.lowering.template.function, reason }
                    }
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
    fn outcome(&self, verdict: &Verdict, engine: &str, put: impl FnOnce() -> Result<Outcome, Error>) -> Result<Result<(), String>, Error> {
        if let Some(known) = verdict.known.get() {
            return Ok(known.clone());
        }
        let mut unknown = verdict.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = unknown.holds_up() {
            return Ok(Err(reason.clone()));
        }
        let outcome = self.kept_outcome(engine, put)?;
        Ok(match outcome {
            Outcome::Passed => verdict.known.get_or_init(|| Ok(())).clone(),
            Outcome::Failed(reason) => verdict.known.get_or_init(|| Err(reason)).clone(),
            Outcome::Unknown(reason) => {
                unknown.failed(reason.clone());
                Err(reason)
            }
        })
    }

    /// The outcome as the store has it, or as `put` finds out, which is kept.
    fn kept_outcome(&self, engine: &str, put: impl FnOnce() -> Result<Outcome, Error>) -> Result<Outcome, Error> {
        let key = self.verdict_key(engine);
        if let Some(outcome) = self.store.find(&key).and_then(|verdict| Outcome::decode(verdict.content(), SystemTime::now())) {
            return Ok(outcome);
        }
        let started = Instant::now();
        let outcome = put()?;
        let took = started.elapsed();
        user_code::event!(info, "specialize::build", engine, ?outcome, ?took, "an untested compiler was put to the probe");
        if let Some(verdict) = outcome.encode(SystemTime::now())
            && let Err(error) = self.store.keep_content(&key, verdict)
        {
            user_code::event!(warn, "specialize::store", %error, "the verdict on the compiler is not kept for other processes");
        }
        Ok(outcome)
    }

    /// The key of the verdict on one engine.
    fn verdict_key(&self, engine: &str) -> Key {
        probe::texts().fold(self.key("verdict").text(engine), Key::text)
    }

    /// Puts the compiler to the probe, with variants that `make` makes.
    fn put_to_the_probe(&self, toolchain: &Toolchain, make: impl Fn(&Request<'_>) -> Result<Vec<u8>, Error>) -> Result<Outcome, Error> {
        let library = self.support_library(0, || Ok(toolchain))?;
        let folder = self.store.work_folder()?;
        let support_name = &support::library_name(0);
        Probe { toolchain, support: library.path(), support_name, folder: folder.path(), limits: &self.limits }.put(make)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::artifact::store::Store;
    use crate::compile::Limits;
    use crate::compile::llvm::{self, Means};
    use crate::descriptor::example;
    use crate::template::{Flags, Template};

    const DESCRIPTOR: Descriptor =
        Descriptor { template: Template { flags: Flags::Unreadable("none were needed"), ..example::TEMPLATE }, ..example::DESCRIPTOR };

    /// A workshop with a store in `folder`, whose compiler nobody tested, and whose children may take so long.
    fn workshop(folder: &Path, timeout: Duration) -> Workshop {
        let store = Store::open(Some(folder), u64::MAX).expect("a store");
        let mut workshop = Workshop::new(store, Limits { timeout, memory: None }, Vec::new());
        workshop.trust = Trust::default();
        workshop
    }

    fn toolchain(workshop: &Workshop) -> &Toolchain {
        workshop.toolchain(&DESCRIPTOR).expect("the compiler of this test")
    }

    fn make_with_llvm(workshop: &Workshop, request: &Request<'_>) -> Result<Vec<u8>, Refusal> {
        let toolchain = toolchain(workshop);
        let program = &workshop.server(toolchain).map_err(Refusal::Engine)?.path_to_load();
        let bitcode = &request.lowering.make_bitcode(toolchain)?;
        Ok(llvm::compile(toolchain, request, Means { program, bitcode })?.0)
    }

    /// Keeps a verdict in the store, as another process would.
    fn keep_verdict(workshop: &Workshop, engine: &str, outcome: &Outcome) {
        let verdict = outcome.encode(SystemTime::now()).expect("it is kept");
        workshop.store.keep_content(&workshop.verdict_key(engine), verdict).expect("kept");
    }

    const PATIENCE: Duration = Duration::from_secs(120);

    #[test]
    fn an_untested_compiler_is_put_to_the_probe_once_for_all_processes() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = workshop(folder.path(), PATIENCE);
        let started = Instant::now();
        first.trust_compiler(&DESCRIPTOR).expect("the compiler of this test passes");
        eprintln!("rustc: {:?}", started.elapsed());
        first.trust_llvm(toolchain(&first), |request| make_with_llvm(&first, request)).expect("its LLVM passes");
        eprintln!("and LLVM: {:?}", started.elapsed());
        // No child of this one could end in time.
        let second = workshop(folder.path(), Duration::ZERO);
        second.trust_compiler(&DESCRIPTOR).expect("the verdict was kept");
        second.trust_llvm(toolchain(&first), |_| panic!("nothing is made")).expect("the verdict was kept");
        second.support(&DESCRIPTOR).expect("what such a compiler makes is loaded");
    }

    #[test]
    fn nothing_is_loaded_that_a_failed_compiler_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let workshop = workshop(folder.path(), Duration::ZERO);
        keep_verdict(&workshop, "rustc", &Outcome::Failed("the probe crashed".to_owned()));
        for _ in 0..2 {
            let error = workshop.support(&DESCRIPTOR).expect_err("it is not to be trusted");
            assert!(matches!(&error, Error::ToolchainUntested { reason, .. } if reason == "the probe crashed"), "{error}");
            let (message, compiler) = (error.to_string(), record::VERSION.lines().next().expect("a line"));
            assert!(message.contains(compiler) && message.contains("the probe crashed") && message.contains("1.95.0"), "{message}");
        }
    }

    #[test]
    fn llvm_alone_is_refused_where_only_its_variants_fail() {
        let folder = tempfile::tempdir().expect("a folder");
        let workshop = workshop(folder.path(), PATIENCE);
        keep_verdict(&workshop, "rustc", &Outcome::Passed);
        keep_verdict(&workshop, "llvm", &Outcome::Failed("the probe crashed".to_owned()));
        workshop.trust_compiler(&DESCRIPTOR).expect("rustc serves");
        let refusal = workshop.trust_llvm(toolchain(&workshop), |_| panic!("nothing is made")).expect_err("LLVM does not");
        assert!(
            matches!(&refusal, Refusal::Engine(reason) if reason == "this compiler was not tested, and the probe crashed"),
            "{refusal:?}"
        );
    }

    #[test]
    fn what_is_not_known_is_not_kept_and_not_tried_again_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let failures = [
            Refusal::Engine("there is no libLLVM".to_owned()),
            Refusal::Variant(Error::UnresolvedSymbol { function: "probe", symbols: "`f`".to_owned() }),
        ];
        for failure in failures {
            let workshop = workshop(folder.path(), PATIENCE);
            let (toolchain, failure) = (toolchain(&workshop), Cell::new(Some(failure)));
            for _ in 0..2 {
                let made = |_: &Request<'_>| Err(failure.take().expect("it is not made again"));
                let refusal = workshop.trust_llvm(toolchain, made).expect_err("it cannot be built");
                assert!(matches!(&refusal, Refusal::Engine(reason) if reason.contains("the probe could not be built")), "{refusal:?}");
            }
        }
        let another = workshop(folder.path(), PATIENCE);
        let toolchain = toolchain(&another);
        another.trust_llvm(toolchain, |request| Ok(compile::compile(toolchain, request)?)).expect("another process tries again");
    }

    #[test]
    fn the_end_of_the_process_is_not_held_against_the_compiler() {
        let folder = tempfile::tempdir().expect("a folder");
        let workshop = workshop(folder.path(), PATIENCE);
        let toolchain = toolchain(&workshop);
        let refusal = workshop.trust_llvm(toolchain, |_| Err(Error::Ending.into())).expect_err("the end");
        assert!(matches!(refusal, Refusal::Variant(Error::Ending)), "{refusal:?}");
        workshop.trust_llvm(toolchain, |request| Ok(compile::compile(toolchain, request)?)).expect("nothing is known yet");
    }

    #[test]
    fn a_tested_compiler_is_trusted_without_any_work() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut workshop = workshop(folder.path(), Duration::ZERO);
        keep_verdict(&workshop, "rustc", &Outcome::Failed("nobody looks at this".to_owned()));
        workshop.trust.tested = true;
        workshop.trust_compiler(&DESCRIPTOR).expect("it was tested");
    }
}
