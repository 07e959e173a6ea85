//! What the background does for one value: looks for a finished variant, else has one compiled,
//! then loads it. The one place where the artifact and compile wings meet.

#[cfg(specialize_runtime_tier)]
pub(crate) use with_runtime_tier::{Keeping, find_finished, has_room, keep_server, make, store_failure, stuck, supported};
#[cfg(not(specialize_runtime_tier))]
pub(crate) use without_runtime_tier::{Keeping, find_finished, has_room, keep_server, make, store_failure, stuck, supported};

#[cfg(not(specialize_runtime_tier))]
mod without_runtime_tier {
    use crate::descriptor::Descriptor;
    use crate::error::Error;
    use crate::record;
    use crate::value::Image;
    use crate::variant::Variant;

    pub(crate) fn supported(_: &Descriptor) -> Result<(), Error> {
        Err(Error::UnsupportedPlatform { reason: record::UNSUPPORTED.to_owned() })
    }

    pub(crate) fn make(descriptor: &'static Descriptor, _: &Image) -> Result<(Variant, Option<Keeping>), Error> {
        supported(descriptor).and(Err(Error::Ending))
    }

    pub(crate) fn find_finished(_: &'static Descriptor, _: &Image) -> Option<Variant> {
        None
    }

    /// Nothing is ever kept.
    #[derive(Debug)]
    pub(crate) struct Keeping;

    impl Keeping {
        pub(crate) fn finish(self) {}
    }

    pub(crate) fn store_failure() -> Option<Error> {
        None
    }

    pub(crate) fn keep_server() -> bool {
        false
    }

    pub(crate) fn has_room() -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn stuck() -> usize {
        0
    }
}

#[cfg(specialize_runtime_tier)]
mod with_runtime_tier {
    use std::time::{Duration, Instant};

    use crate::artifact::host::Support;
    use crate::artifact::key::Key;
    use crate::artifact::library::{self, Library};
    use crate::artifact::store::{Staged, Store};
    use crate::compile::llvm::{self, Means, Refusal};
    use crate::compile::toolchain::Toolchain;
    use crate::compile::{self, Lowering, Request, dependencies};
    use crate::config::{Engine, Mode, has_borrowed_rights, settings};
    use crate::cost::{Cost, Stages};
    use crate::descriptor::Descriptor;
    use crate::error::Error;
    use crate::user_code::{self, EnteredSpan};
    use crate::value::{Image, Part};
    use crate::variant::{Made, Origin, Variant};
    use crate::workshop::Workshop;

    pub(crate) use crate::compile::llvm::keep_server;

    /// Whether the function behind `descriptor` can have runtime variants, whatever the values.
    pub(crate) fn supported(descriptor: &Descriptor) -> Result<(), Error> {
        if has_borrowed_rights() {
            let reason = "this program runs with more rights than whoever started it (set-user-id or capabilities)";
            return Err(Error::UnsupportedPlatform { reason: reason.to_owned() });
        }
        descriptor.template.build_flags().map(|_| ())
    }

    /// Why finished variants are not kept for the next process, if they were meant to be.
    pub(crate) fn store_failure() -> Option<Error> {
        Workshop::store_failure()
    }

    /// Whether the process may hold one more variant.
    ///
    /// # Errors
    ///
    /// [`Error::CodeLimit`].
    pub(crate) fn has_room() -> Result<(), Error> {
        let limit = settings().code_limit;
        if library::loaded() < limit { Ok(()) } else { Err(Error::CodeLimit { limit }) }
    }

    /// How many variants were to be unloaded, and are kept by the loader all the same.
    pub(crate) fn stuck() -> usize {
        library::stuck()
    }

    /// Makes a variant of the function behind `descriptor` for the values behind `image`, from the
    /// store or by a compiler. It can be called before it is kept.
    ///
    /// # Errors
    ///
    /// What failed, or [`Error::Forbidden`] where there is none in the store and the mode allows
    /// no compiler.
    pub(crate) fn make(descriptor: &'static Descriptor, image: &Image) -> Result<(Variant, Option<Keeping>), Error> {
        let mut watch = Watch::start();
        let workshop = Workshop::get()?;
        let support = workshop.support(descriptor)?;
        let key = workshop.variant_key(&descriptor.template, image, support);
        if let Some(variant) = finished(workshop, support, descriptor, image, &key, &mut watch)? {
            return Ok((variant, None));
        }
        workshop.confirm_support(descriptor, support)?;
        let folder = workshop.store.work_place();
        let images: Vec<Part<'_>> = image.parts().collect();
        let template = &descriptor.template;
        let target_cpu = Workshop::target_cpu(template);
        let request = Request {
            lowering: Lowering { template, target_cpu, debug_info: settings().debug_info, limits: &workshop.limits, folder: folder.path() },
            images: &images,
            support: support.path(),
            support_name: support.name(),
            resolves: &|symbol| support.defines(symbol),
        };
        let toolchain = workshop.toolchain(descriptor)?;
        dependencies::confirm(template)?;
        let (dylib, made, compile) = {
            let function = descriptor.name;
            let _span =
                EnteredSpan::enter(|| tracing::debug_span!(target: "specialize::compile", "compile", function, value = image.digest()));
            compile_with_some_engine(workshop, toolchain, &request)?
        };
        let prepare = watch.lap().saturating_sub(compile);
        let staged = workshop.store.stage(&key, dylib)?;
        let (library, keeping) = if settings().debug_info {
            // Debuggers look for the file where the loader found it: it must not move afterwards.
            (Library::open(&staged.keep(&workshop.store)?, support, descriptor)?, None)
        } else {
            (Library::open(staged.artifact(), support, descriptor)?, Some(Keeping(&workshop.store, staged)))
        };
        let cost = Cost { prepare, compile, stages: made.stages, load: watch.lap(), ..Cost::default() };
        report_loaded(descriptor, image, &key, &made, cost);
        Ok((Variant::new(descriptor.name, image.clone(), made, cost, library), keeping))
    }

    /// A variant that is finished on disk, if looking for one takes microseconds: the store is open, and the support library
    /// loaded.
    pub(crate) fn find_finished(descriptor: &'static Descriptor, image: &Image) -> Option<Variant> {
        let mut watch = Watch::start();
        let (workshop, support) = Workshop::ready()?;
        let key = workshop.variant_key(&descriptor.template, image, support);
        // Whatever is wrong with it, somebody is told who asks in the background.
        finished(workshop, support, descriptor, image, &key, &mut watch).ok().flatten()
    }

    /// The variant for `key` from the store.
    ///
    /// # Errors
    ///
    /// What is wrong with the one in the store, where the mode allows none to be made anew.
    fn finished(
        workshop: &Workshop,
        support: &Support,
        descriptor: &Descriptor,
        image: &Image,
        key: &Key,
        watch: &mut Watch,
    ) -> Result<Option<Variant>, Error> {
        let Some(artifact) = workshop.find(key)? else { return Ok(None) };
        let prepare = watch.lap();
        match Library::open(&artifact, support, descriptor) {
            Ok(library) => {
                let made = Made { origin: Origin::Disk, fallback: None, stages: Stages::default() };
                let cost = Cost { prepare, load: watch.lap(), ..Cost::default() };
                report_loaded(descriptor, image, key, &made, cost);
                Ok(Some(Variant::new(descriptor.name, image.clone(), made, cost, library)))
            }
            Err(error) if settings().mode != Mode::Full => Err(error),
            Err(error) => {
                let (function, value) = (descriptor.name, image.digest());
                user_code::event!(warn, "specialize::load", function, value, artifact = %key.digest(), %error, "an artifact is made anew");
                Ok(None)
            }
        }
    }

    fn report_loaded(descriptor: &Descriptor, image: &Image, key: &Key, made: &Made, cost: Cost) {
        user_code::event!(
            debug,
            "specialize::load",
            function = descriptor.name,
            value = image.digest(),
            artifact = %key.digest(),
            origin = ?made.origin,
            took = ?cost.total(),
            ?cost,
            "a variant is loaded",
        );
    }

    /// What is left to be done for a variant that can be called already.
    #[derive(Debug)]
    pub(crate) struct Keeping(&'static Store, Staged);

    impl Keeping {
        /// Keeps the variant for the next process.
        pub(crate) fn finish(self) {
            if let Err(error) = self.1.keep(self.0) {
                user_code::event!(warn, "specialize::store", %error, "a variant is not kept for the next process");
            }
        }
    }

    /// The dylib, how it came to be, and how long the engine that made it was at it.
    fn compile_with_some_engine(
        workshop: &Workshop,
        toolchain: &Toolchain,
        request: &Request<'_>,
    ) -> Result<(Vec<u8>, Made, Duration), Error> {
        let engine = settings().engine;
        let fallback = match engine {
            Engine::Rustc => None,
            Engine::Auto | Engine::Llvm => match compile_with_llvm(workshop, toolchain, request) {
                Ok(made) => return Ok(made),
                Err(Refusal::Variant(error)) => return Err(error),
                Err(Refusal::Engine(reason) | Refusal::Bitcode(reason)) => Some(reason),
            },
        };
        let function = request.lowering.template.function;
        match fallback {
            Some(reason) if engine == Engine::Llvm => Err(Error::Engine { engine: engine.as_str(), function, reason }),
            fallback => {
                if let Some(reason) = &fallback {
                    user_code::event!(info, "specialize::compile", function, reason, "rustc makes this variant instead of LLVM alone");
                }
                let mut watch = Watch::start();
                let dylib = compile::compile(toolchain, request)?;
                Ok((dylib, Made { origin: Origin::Rustc, fallback, stages: Stages::default() }, watch.lap()))
            }
        }
    }

    fn compile_with_llvm(workshop: &Workshop, toolchain: &Toolchain, request: &Request<'_>) -> Result<(Vec<u8>, Made, Duration), Refusal> {
        let server = workshop.server(toolchain).map_err(Refusal::Engine)?;
        let program = &server.path_to_load();
        workshop.trust_llvm(toolchain, |probe| {
            let bitcode = &probe.lowering.make_bitcode(toolchain)?;
            Ok(llvm::compile(toolchain, probe, Means { program, bitcode })?.0)
        })?;
        let bitcode = workshop.bitcode(toolchain, request.lowering)?;
        let mut watch = Watch::start();
        let compiled = llvm::compile(toolchain, request, Means { program, bitcode: bitcode.content() });
        if matches!(compiled, Err(Refusal::Bitcode(_))) {
            workshop.forget_bitcode(request.lowering.template);
        }
        let (dylib, stages) = compiled?;
        Ok((dylib, Made { origin: Origin::Llvm, fallback: None, stages }, watch.lap()))
    }

    /// Measures one stage after another.
    struct Watch(Instant);

    impl Watch {
        fn start() -> Watch {
            Watch(Instant::now())
        }

        /// The time since the last lap.
        fn lap(&mut self) -> Duration {
            let lap = self.0.elapsed();
            self.0 += lap;
            lap
        }
    }
}
