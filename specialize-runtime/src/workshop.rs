//! What all variants of the process are made with: the store, the toolchain, and what is built once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use once_cell::sync::OnceCell;

use crate::artifact::file::{Access, Artifact};
use crate::artifact::host::Support;
use crate::artifact::key::Key;
use crate::artifact::processor;
use crate::artifact::store::Store;
use crate::backoff::Backoff;
use crate::compile::program::SERVER;
use crate::compile::toolchain::{self, Toolchain};
use crate::compile::{Limits, Lowering, support};
use crate::config::{Mode, Settings, settings};
use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::lifetime;
use crate::per_process::PerProcess;
use crate::template::{Flags, Template};
use crate::trust::Trust;
use crate::user_code;
use crate::value::Image;

/// How many runtime instances may live in one process, each with its own support library.
const INSTANCES: u32 = 16;

/// What all variants of the process are made with.
#[derive(Debug)]
pub(crate) struct Workshop {
    pub(crate) store: Store,
    pub(crate) limits: Limits,
    /// What code made here may run on.
    processor: Vec<u8>,
    pub(crate) trust: Trust,
    toolchain: OnceCell<Toolchain>,
    support: OnceCell<Support>,
    server: Mutex<Option<Arc<Artifact>>>,
    /// Why there is no compile server.
    no_server: Mutex<Backoff<String>>,
}

static WORKSHOP: PerProcess<OnceCell<Workshop>> = PerProcess::new();

impl Workshop {
    /// The process's workshop; opens the store on first need.
    ///
    /// # Errors
    ///
    /// Not even a private store can be made.
    pub(crate) fn get() -> Result<&'static Workshop, Error> {
        WORKSHOP.get_or_init(OnceCell::new).get_or_try_init(|| {
            let settings = settings();
            let open = if settings.mode == Mode::Load { Store::open_finished } else { Store::open };
            let store = open(settings.cache_dir.as_deref(), settings.cache_limit)?;
            lifetime::at_exit(|| {
                if let Some(workshop) = WORKSHOP.get().and_then(OnceCell::get) {
                    workshop.store.remove_last_things();
                }
            });
            let processor = if settings.target_cpu.as_str() == "native" { processor::identity() } else { Vec::new() };
            let limits = Limits { timeout: settings.compile_timeout, memory: settings.compile_memory };
            Ok(Workshop::new(store, limits, processor))
        })
    }

    /// A workshop in which nothing was made yet.
    pub(crate) fn new(store: Store, limits: Limits, processor: Vec<u8>) -> Workshop {
        Workshop {
            store,
            limits,
            processor,
            trust: Trust::new(),
            toolchain: OnceCell::new(),
            support: OnceCell::new(),
            server: Mutex::new(None),
            no_server: Mutex::new(Backoff::new()),
        }
    }

    /// The process's workshop and its support library, if they are ready.
    pub(crate) fn ready() -> Option<(&'static Workshop, &'static Support)> {
        let workshop = WORKSHOP.get()?.get()?;
        Some((workshop, workshop.support.get()?))
    }

    /// Why finished variants are not kept for the next process, if they were meant to be.
    pub(crate) fn store_failure() -> Option<Error> {
        WORKSHOP.get()?.get()?.store.failure().cloned()
    }

    /// The toolchain, where the mode allows one to be used. Where it does not, the reason is that of the store, if there is none in
    /// which anything could be finished.
    pub(crate) fn toolchain(&self, descriptor: &Descriptor) -> Result<&Toolchain, Error> {
        let Settings { mode, toolchain, .. } = settings();
        if *mode != Mode::Full {
            let forbidden = || Error::Forbidden { mode: mode.as_str(), function: descriptor.name };
            return Err(self.store.failure().cloned().unwrap_or_else(forbidden));
        }
        self.toolchain.get_or_try_init(|| Toolchain::check(toolchain.as_deref(), self.store.work_folder()?.path(), &self.limits))
    }

    /// The support library of this runtime instance, built on the first need on this machine. The first that a process loads.
    pub(crate) fn support(&self, descriptor: &Descriptor) -> Result<&Support, Error> {
        self.support.get_or_try_init(|| {
            self.trust_compiler(descriptor)?;
            for instance in 0..INSTANCES {
                let artifact = self.support_library(instance, || self.toolchain(descriptor))?;
                if let Some(support) = Support::claim(&artifact, instance, support::library_name(instance))? {
                    return Ok(support);
                }
            }
            Err(Error::UnsupportedPlatform { reason: format!("{INSTANCES} copies of this library are at work in the process already") })
        })
    }

    /// The file of the support library of one runtime instance.
    pub(crate) fn support_library<'a>(
        &self,
        instance: u32,
        toolchain: impl FnOnce() -> Result<&'a Toolchain, Error>,
    ) -> Result<Artifact, Error> {
        let key = support::texts().fold(self.key("support"), Key::text).text(&support::library_name(instance));
        self.kept("support library", &key, || {
            let folder = self.store.work_folder()?;
            let library = support::build(toolchain()?, instance, folder.path(), &self.limits)?;
            self.store.keep(&key, &library, Access::Load)
        })
    }

    /// The support library for linking, which is made anew if somebody has removed it. What is loaded stays as it is.
    pub(crate) fn confirm_support(&self, descriptor: &Descriptor, support: &Support) -> Result<(), Error> {
        if !support.path().exists() {
            self.support_library(support.instance(), || self.toolchain(descriptor))?;
        }
        Ok(())
    }

    /// The compile server's program, built on the first need on this machine, and when somebody has removed it; or why there is none.
    pub(crate) fn server(&self, toolchain: &Toolchain) -> Result<Arc<Artifact>, String> {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = server.as_ref().filter(|program| program.path_to_load().exists()) {
            return Ok(Arc::clone(program));
        }
        let mut no_server = self.no_server.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = no_server.holds_up() {
            return Err(reason.clone());
        }
        match self.make_server(toolchain) {
            Ok(program) => {
                no_server.succeeded();
                Ok(Arc::clone(server.insert(Arc::new(program.without_content()))))
            }
            Err(error) => {
                no_server.failed(error.to_string());
                Err(error.to_string())
            }
        }
    }

    fn make_server(&self, toolchain: &Toolchain) -> Result<Artifact, Error> {
        let key = SERVER.texts().fold(self.key("server"), Key::text);
        self.kept("compile server", &key, || {
            let folder = self.store.work_folder()?;
            let program = SERVER.build(toolchain, folder.path(), &self.limits)?;
            self.store.keep(&key, &program, Access::Run)
        })
    }

    /// The template's bitcode, made on the first need on this machine.
    pub(crate) fn bitcode(&self, toolchain: &Toolchain, lowering: Lowering<'_>) -> Result<Artifact, Error> {
        let key = self.template_key("bitcode", lowering.template);
        self.kept("bitcode", &key, || {
            let folder = self.store.work_folder()?;
            self.store.keep_content(&key, Lowering { folder: folder.path(), ..lowering }.make_bitcode(toolchain)?)
        })
    }

    /// Forgets the template's bitcode, which LLVM cannot read.
    pub(crate) fn forget_bitcode(&self, template: &Template) {
        self.store.forget(&self.template_key("bitcode", template));
    }

    /// Everything a variant depends on.
    pub(crate) fn variant_key(&self, template: &Template, image: &Image, support: &Support) -> Key {
        // A digest stands for the values, so that an artifact does not tell them.
        let values = image.parts().fold(Key::new("values"), |key, part| match part.length {
            Some(length) => key.number(length as u64).bytes(part.bytes),
            None => key.bytes(part.bytes),
        });
        self.template_key("variant", template).text(support.name()).bytes(blake3::hash(values.fields()).as_bytes())
    }

    /// The processor that variants of `template` are compiled for, as rustc names it.
    pub(crate) fn target_cpu(template: &Template) -> &'static str {
        match (settings().target_cpu.as_str(), &template.flags) {
            ("build", Flags::Read(flags)) => flags.target_cpu.unwrap_or("x86-64"),
            (cpu, _) => cpu,
        }
    }

    fn template_key(&self, kind: &str, template: &Template) -> Key {
        self.key(kind)
            .text(Workshop::target_cpu(template))
            .bytes(&self.processor)
            .bytes(&[u8::from(settings().debug_info)])
            .bytes(&digest(template))
    }

    /// The key of something of this kind that depends on the toolchain.
    pub(crate) fn key(&self, kind: &str) -> Key {
        Key::new(kind).bytes(&toolchain::identity().to_le_bytes())
    }

    /// The artifact for `key`, if the store has one.
    ///
    /// # Errors
    ///
    /// What is wrong with the one in the store, where the mode allows none to be made anew.
    pub(crate) fn find(&self, key: &Key) -> Result<Option<Artifact>, Error> {
        if settings().mode == Mode::Full { Ok(self.store.find(key)) } else { self.store.look_for(key) }
    }

    /// The artifact for `key` from the store, or as `make` makes it, which is reported.
    fn kept(&self, what: &str, key: &Key, make: impl FnOnce() -> Result<Artifact, Error>) -> Result<Artifact, Error> {
        if let Some(artifact) = self.find(key)? {
            self.store.need(&artifact);
            return Ok(artifact);
        }
        let started = Instant::now();
        let artifact = make()?;
        self.store.need(&artifact);
        user_code::event!(info, "specialize::build", what, took = ?started.elapsed(), "built, once on this machine");
        Ok(artifact)
    }
}

/// A digest of all that a template says.
fn digest(template: &Template) -> [u8; blake3::OUT_LEN] {
    let Template { module_path, function, file, preamble, definitions, body, entry, batch: _, captured, holes, cfgs, identity: _, flags } =
        template;
    let mut key = [*module_path, function, file, preamble, definitions, entry].into_iter().fold(Key::new("template"), Key::text);
    for piece in *body {
        key = key.number(piece.line.into()).number(piece.column.into()).text(piece.text);
    }
    key = key.number(captured.map_or(0, |index| index as u64 + 1));
    key = holes.iter().fold(key, |key, hole| key.text(hole));
    key = cfgs.iter().fold(key, |key, cfg| key.number((*cfg).into()));
    *blake3::hash(key.text(&format!("{flags:?}")).fields()).as_bytes()
}
