//! The steps of the examination, where there is a runtime tier: those that a variant takes, with a function of this crate's own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::artifact::file::Artifact;
use crate::artifact::host::Support;
use crate::artifact::library::{self, Library};
use crate::compile::llvm::{self, Means, Refusal};
use crate::compile::probe::{Outcome, Probe};
use crate::compile::toolchain::Toolchain;
use crate::compile::{self, Lowering, Request, support};
use crate::config::{Engine, settings};
use crate::descriptor::{Descriptor, Entries, Purpose};
use crate::doctor::{Diagnosis, Finding};
use crate::error::Error;
use crate::template::{BuildFlags, Flags, Piece, Template};
use crate::value::Part;
use crate::workshop::Workshop;
use crate::{maker, threads};

/// The steps, in their order; the settings come before.
const STEPS: [&str; 9] =
    ["platform", "store", "toolchain", "support library", "compile server", "compile and link", "load and call", "unload", "panic"];

/// The function, and the value that its variant is for.
static DESCRIPTOR: Descriptor = Descriptor {
    name: "doctor",
    module_path: "specialize_doctor::kernel",
    parameters: &["n"],
    generic: Entries::new(std::ptr::null()),
    dispatcher: Entries::new(std::ptr::null()),
    template: Template {
        module_path: "specialize_doctor::kernel::template",
        function: "kernel",
        file: "doctor.rs",
        preamble: "#[allow(unused_imports)] use ::std::prelude::rust_2024::*; #[allow(unused_imports)] use ::{std, core};",
        definitions: "",
        body: &[Piece { line: 1, column: 1, text: "pub fn kernel(x: u64, n: u32) -> u64 { x.wrapping_pow(n) }" }],
        entry: "#[unsafe(no_mangle)] pub fn specialize_entry(x: u64, _: u32) -> u64 { super::kernel(x, HOLE_0) } \
                #[unsafe(no_mangle)] pub static SPECIALIZE_LAYOUT: [[usize; 2]; 3] = [[8, 8], [4, 4], [8, 8]];",
        batch: false,
        captured: None,
        holes: &["u32"],
        cfgs: &[],
        identity: None,
        flags: Flags::Read(BuildFlags::of_library("specialize_doctor")),
    },
    layout: &[[8, 8], [4, 4], [8, 8]],
    hot: None,
    plain: true,
};
const VALUE: u32 = 13;

/// What was found, step by step, what ended the way, and how long the last step took.
type Examined = (Vec<(Finding, Duration)>, Result<(), Error>, Duration);

/// Examines on a thread of its own: children end with the thread that started them, and signals of files are its own affair.
pub(super) fn on_a_thread_of_its_own(diagnosis: &mut Diagnosis) {
    let (found, end, took) = examine_elsewhere().unwrap_or_else(|error| (Vec::new(), Err(error), Duration::ZERO));
    let mut steps = STEPS.into_iter();
    for ((finding, took), name) in found.into_iter().zip(steps.by_ref()) {
        diagnosis.add(name, finding, took);
    }
    if let (Err(error), Some(name)) = (end, steps.next()) {
        diagnosis.add(name, Finding::Missing(error), took);
    }
    steps.for_each(|name| diagnosis.add(name, Finding::NotTried, Duration::ZERO));
}

fn examine_elsewhere() -> Result<Examined, Error> {
    // What the other thread needs may be held here meanwhile.
    if threads::would_wait_for_itself() {
        return Err(Error::WaitsForItself);
    }
    let thread = threads::spawn(threads::pin_code(), "specialize-doctor", || {
        let mut examination = Examination { found: Vec::new(), started: Instant::now() };
        let end = examination.go_all_the_way();
        (examination.found, end, examination.started.elapsed())
    });
    let thread = thread.map_err(|source| Error::Thread { source: source.into() })?;
    thread.join().map_err(|_| Error::BackgroundPanic { function: DESCRIPTOR.name })
}

/// What was found so far, step by step, and when the last step began.
struct Examination {
    found: Vec<(Finding, Duration)>,
    started: Instant,
}

impl Examination {
    fn done(&mut self, finding: Finding) {
        self.found.push((finding, self.started.elapsed()));
        self.started = Instant::now();
    }

    fn well(&mut self, text: impl Into<String>) {
        self.done(Finding::Well(text.into()));
    }

    /// Takes each of the steps; the error is that of the step after those that are found.
    fn go_all_the_way(&mut self) -> Result<(), Error> {
        settings().check_mode(DESCRIPTOR.name).and_then(|()| maker::supported(&DESCRIPTOR))?;
        self.well("x86_64-unknown-linux-gnu, dynamically linked");
        let workshop = Workshop::get()?;
        match workshop.store.failure() {
            Some(error) => self.done(Finding::Wanting(error.to_string())),
            None => self.well(workshop.store.place().display().to_string()),
        }
        let toolchain = workshop.toolchain(&DESCRIPTOR)?;
        self.well(format!("{}, linker {}", toolchain.rustc.display(), toolchain.linker.program.display()));
        let support = workshop.support(&DESCRIPTOR)?;
        workshop.confirm_support(&DESCRIPTOR, support)?;
        self.well(support.path().display().to_string());
        let server = self.find_server(workshop, toolchain)?;
        let (dylib, fallback) = compile(workshop, toolchain, support, server.as_deref())?;
        match fallback {
            Some(reason) => self.done(Finding::Wanting(format!("rustc serves: {reason}"))),
            None => self.well(format!("{} bytes", dylib.len())),
        }
        self.load_call_and_unload(workshop, support, dylib)?;
        self.panic(workshop, toolchain)
    }

    /// The compile server's program, where the settings allow LLVM alone and it can be had.
    fn find_server(&mut self, workshop: &Workshop, toolchain: &Toolchain) -> Result<Option<Arc<Artifact>>, Error> {
        let engine = settings().engine;
        if engine == Engine::Rustc {
            self.well("not used: SPECIALIZE_ENGINE=rustc");
            return Ok(None);
        }
        let found = workshop.server(toolchain).and_then(|server| Ok((llvm::find_library(toolchain)?, server)));
        match found {
            Ok((library, server)) => {
                self.well(format!("{} with {}", server.path().display(), library.display()));
                Ok(Some(server))
            }
            Err(reason) if engine == Engine::Llvm => Err(Error::Engine { engine: engine.as_str(), function: DESCRIPTOR.name, reason }),
            Err(reason) => {
                self.done(Finding::Wanting(reason));
                Ok(None)
            }
        }
    }

    fn load_call_and_unload(&mut self, workshop: &Workshop, support: &Support, dylib: Vec<u8>) -> Result<(), Error> {
        let staged = workshop.store.stage(&workshop.key("doctor"), dylib)?;
        let library = Library::open(staged.artifact(), support, &DESCRIPTOR)?;
        // SAFETY: the entry of a variant that was checked, with the signature of the template above; it stays loaded meanwhile.
        let entry = unsafe { std::mem::transmute::<*const (), fn(u64, u32) -> u64>(library.entries().code(Purpose::Call)) };
        if entry(3, 0) != 3u64.wrapping_pow(VALUE) {
            let path = staged.artifact().path().to_owned();
            return Err(Error::Mismatch { path, reason: "the variant's answer is wrong".to_owned() });
        }
        self.well(staged.artifact().path_to_load().display().to_string());
        let before = library::stuck();
        drop(library);
        match (library::stuck() > before, crate::dispatch::reclaim::works()) {
            (true, _) => self.done(Finding::Wanting("the system's loader keeps what was unloaded".to_owned())),
            (false, false) => {
                self.done(Finding::Wanting("variants stay: the kernel has no membarrier, or this is a forked process".to_owned()))
            }
            (false, true) => self.well("its code is gone"),
        }
        Ok(())
    }

    /// Panics in a process of its own, where nobody's hook hears of it.
    fn panic(&mut self, workshop: &Workshop, toolchain: &Toolchain) -> Result<(), Error> {
        let library = workshop.support_library(0, || Ok(toolchain))?;
        let folder = workshop.store.work_folder()?;
        let support_name = &support::library_name(0);
        let probe = Probe { toolchain, support: library.path(), support_name, folder: folder.path(), limits: &workshop.limits };
        match probe.put(|request| compile::compile(toolchain, request))? {
            Outcome::Passed => self.well("it reaches the host with its message, and destructors run"),
            Outcome::Failed(reason) | Outcome::Unknown(reason) => self.done(Finding::Wanting(reason)),
        }
        Ok(())
    }
}

/// Makes the variant with LLVM alone where there is a server, else with rustc; and why with rustc, if LLVM refused.
fn compile(
    workshop: &Workshop,
    toolchain: &Toolchain,
    support: &Support,
    server: Option<&Artifact>,
) -> Result<(Vec<u8>, Option<String>), Error> {
    let folder = workshop.store.work_place();
    let image = VALUE.to_ne_bytes();
    let lowering = Lowering {
        template: &DESCRIPTOR.template,
        target_cpu: Workshop::target_cpu(&DESCRIPTOR.template),
        debug_info: false,
        limits: &workshop.limits,
        folder: folder.path(),
    };
    let request = Request {
        lowering,
        images: &[Part { bytes: &image, length: None }],
        support: support.path(),
        support_name: support.name(),
        resolves: &|symbol| support.defines(symbol),
    };
    let Some(server) = server else {
        return Ok((compile::compile(toolchain, &request)?, None));
    };
    let bitcode = &lowering.make_bitcode(toolchain)?;
    match llvm::compile(toolchain, &request, Means { program: &server.path_to_load(), bitcode }) {
        Ok((dylib, _)) => Ok((dylib, None)),
        Err(Refusal::Variant(error)) => Err(error),
        Err(Refusal::Engine(reason) | Refusal::Bitcode(reason)) if settings().engine == Engine::Auto => {
            Ok((compile::compile(toolchain, &request)?, Some(reason)))
        }
        Err(Refusal::Engine(reason) | Refusal::Bitcode(reason)) => Err(Error::Engine { engine: "llvm", function: DESCRIPTOR.name, reason }),
    }
}
