//! The engine that leaves a value to LLVM alone: the template's bitcode goes to the compile server, an object or dylib comes back.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::client::{Failure, Server};
use super::job::{Done, Hole, Job};
use super::link;
use super::process::Limits;
use super::toolchain::Toolchain;
use super::{Request, record};
use crate::Error;
use crate::cost::Stages;

/// After how many deaths of a server at one template the template is left to rustc.
const STRIKES: u32 = 2;

thread_local! {
    /// The server of this thread of the service: the kernel ends it with the thread that started it.
    static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
}

/// How often servers died at a template since one last did its work for it, and of what, by the address of the template.
static DEATHS: Mutex<BTreeMap<usize, Deaths>> = Mutex::new(BTreeMap::new());

/// The deaths of servers at one template.
#[derive(Debug, Default)]
struct Deaths {
    count: u32,
    last: String,
}

/// What the engine works with, beside the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Means<'a> {
    /// The compile server.
    pub(crate) program: &'a Path,
    /// The template's bitcode.
    pub(crate) bitcode: &'a [u8],
}

/// Why the engine made no variant.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Another engine may make it.
    Engine(String),
    /// No engine can.
    Variant(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal::Variant(error)
    }
}

/// Makes a variant in the compile server, and gives back its dylib and what it took.
///
/// Blocks for some milliseconds, and some 20 more to start the first server. To be called only from a thread that lives as long as
/// the process.
///
/// # Errors
///
/// [`Refusal`].
pub(crate) fn compile(toolchain: &Toolchain, request: &Request<'_>, means: Means<'_>) -> Result<(Vec<u8>, Stages), Refusal> {
    let started = Instant::now();
    let done = ask(toolchain, request, means)?;
    let answered = started.elapsed();
    let [fill, optimise, emit, mut link] = done.stages.map(Duration::from_nanos);
    let refusal = done.library.as_ref().err().cloned();
    let library = link::finish(toolchain, request, &done.object, done.library.ok())?;
    link += started.elapsed() - answered;
    let stages = Stages { fill, optimise, emit, link };
    tracing::debug!(
        target: "specialize::compile",
        function = request.lowering.template.function,
        engine = "llvm",
        ?stages,
        took = ?started.elapsed(),
        linker = refusal.as_deref().unwrap_or("own"),
        "variant compiled"
    );
    Ok((library, stages))
}

/// Lets go of a server that has left, so that it does not stay behind as a zombie; false if there is none any more.
pub(crate) fn keep_server() -> bool {
    SERVER.with_borrow_mut(|server| {
        if server.as_mut().is_some_and(|server| !server.is_alive()) {
            *server = None;
        }
        server.is_some()
    })
}

/// Asks a server, and another one if the first dies of it.
fn ask(toolchain: &Toolchain, request: &Request<'_>, means: Means<'_>) -> Result<Done, Refusal> {
    let lowering = &request.lowering;
    let place = std::ptr::from_ref(lowering.template).addr();
    let holes = request.images.iter().enumerate().map(|(index, part)| Hole {
        symbol: format!("HOLE_{index}"),
        image: part.bytes.to_vec(),
        length: part.length.map(|length| length as u64),
    });
    let job = Job {
        bitcode: means.bitcode.to_vec(),
        holes: holes.collect(),
        exports: link::exports(lowering.template).iter().map(|name| (*name).to_owned()).collect(),
        needed: request.support_name.to_owned(),
    };
    loop {
        if let Some(Deaths { count: STRIKES.., last }) = deaths().get(&place) {
            return Err(Refusal::Engine(format!("the compile server died at this function ({last})")));
        }
        let (more, reason) = match ask_once(toolchain, means.program, &job, lowering.limits)? {
            Ok(done) => {
                deaths().remove(&place);
                return Ok(done);
            }
            Err(Failure::Refused(reason)) => return Err(Refusal::Engine(reason)),
            Err(Failure::Broken(reason)) => (1, reason),
            // A second try would take as long.
            Err(Failure::TimedOut) => (STRIKES, format!("it did not answer within {:?}", lowering.limits.timeout)),
        };
        tracing::warn!(target: "specialize::compile", function = lowering.template.function, reason, "the compile server died");
        let mut deaths = deaths();
        let known = deaths.entry(place).or_default();
        *known = Deaths { count: known.count + more, last: reason };
    }
}

/// Asks the server of this thread, which is started if there is none.
fn ask_once(toolchain: &Toolchain, program: &Path, job: &Job, limits: &Limits) -> Result<Result<Done, Failure>, Refusal> {
    if !keep_server() {
        let library = find_library(toolchain).map_err(Refusal::Engine)?;
        // The server outlives the folder of the job: it stands where it cannot be in the way.
        let server = Server::start(program, &library, llvm_version(), Path::new("/"), limits);
        let server =
            server.map_err(|error| if matches!(error, Error::Ending) { error.into() } else { Refusal::Engine(error.to_string()) })?;
        SERVER.set(Some(server));
    }
    SERVER.with_borrow_mut(|slot| {
        let Some(server) = slot else {
            return Err(Refusal::Engine("the compile server left at once".to_owned()));
        };
        let answer = server.ask(job, limits.timeout);
        if matches!(answer, Err(Failure::Broken(_) | Failure::TimedOut)) {
            *slot = None;
        }
        if super::children::program_ends() { Err(Error::Ending.into()) } else { Ok(answer) }
    })
}

/// The version of LLVM in the compiler that built the host, by its own account.
fn llvm_version() -> &'static str {
    record::VERSION.lines().find_map(|line| line.strip_prefix("LLVM version: ")).unwrap_or_default()
}

/// The toolchain's own LLVM: beside the library that the compiler is.
fn find_library(toolchain: &Toolchain) -> Result<PathBuf, String> {
    let folder = toolchain.rustc.with_file_name("../lib");
    let entries = fs::read_dir(&folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let is_llvm = |name: &str| name.starts_with("libLLVM") && name.contains(".so") && !name.ends_with(".a");
    let mut found: Vec<PathBuf> =
        entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_llvm)).map(|entry| entry.path()).collect();
    // Beside the library stands a shorter name for linkers, which may be a script.
    found.sort_by_key(|path| std::cmp::Reverse(fs::metadata(path).map_or(0, |data| data.len())));
    found.into_iter().next().ok_or_else(|| format!("the toolchain has no libLLVM of its own in {}", folder.display()))
}

fn deaths() -> MutexGuard<'static, BTreeMap<usize, Deaths>> {
    DEATHS.lock().unwrap_or_else(PoisonError::into_inner)
}
