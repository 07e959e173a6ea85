//! The engine that leaves a value to LLVM alone: the template's bitcode goes to the compile server, an object or dylib comes back.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Request;
use super::client::{Failure, Server};
use super::job::{Done, Hole, Job};
use super::link;
use super::process::Limits;
use super::toolchain::Toolchain;
use crate::Error;
use crate::backoff::Backoff;
use crate::cost::Stages;
use crate::record;
use crate::user_code;

/// After how many deaths of a server at one template the template is left to rustc for a while.
const STRIKES: u32 = 2;

thread_local! {
    /// The server of this thread of the service: the kernel ends it with the thread that started it.
    static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
}

/// What went wrong with templates since a server last did its work for them, by the address of the template.
static TROUBLES: Mutex<BTreeMap<usize, Trouble>> = Mutex::new(BTreeMap::new());

/// Why a server's program could not be started.
static STARTS: Mutex<BTreeMap<PathBuf, Backoff<String>>> = Mutex::new(BTreeMap::new());

/// What went wrong with one template.
#[derive(Debug, Default)]
struct Trouble {
    /// How often a server died at it since it was last left to rustc.
    deaths: u32,
    /// Why it is left to rustc for a while.
    left: Backoff<String>,
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
    /// Another engine may make it, and the bitcode is to be made anew.
    Bitcode(String),
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
    user_code::event!(
        debug,
        "specialize::compile",
        function = request.lowering.template.function,
        engine = "llvm",
        ?stages,
        took = ?started.elapsed(),
        linker = refusal.as_deref().unwrap_or("own"),
        "variant compiled",
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
        if let Some(reason) = troubles().get(&place).and_then(|trouble| trouble.left.holds_up()) {
            return Err(Refusal::Engine(reason.clone()));
        }
        let (more, reason) = match ask_once(toolchain, means.program, &job, lowering.limits)? {
            Ok(done) => {
                troubles().remove(&place);
                return Ok(done);
            }
            Err(Failure::Refused(reason)) => return Err(Refusal::Engine(reason)),
            Err(Failure::Unreadable(reason)) => {
                troubles().entry(place).or_default().left.failed(reason.clone());
                return Err(Refusal::Bitcode(reason));
            }
            Err(Failure::Broken(reason)) => (1, within_memory(reason, lowering.limits)),
            // A second try would take as long.
            Err(Failure::TimedOut) => (STRIKES, format!("it did not answer within {:?}", lowering.limits.timeout)),
        };
        user_code::event!(warn, "specialize::compile", function = lowering.template.function, reason, "the compile server died");
        let mut troubles = troubles();
        let trouble = troubles.entry(place).or_default();
        trouble.deaths += more;
        if trouble.deaths >= STRIKES {
            trouble.deaths = 0;
            trouble.left.failed(format!("the compile server died at this function ({reason})"));
        }
    }
}

/// Asks the server of this thread, which is started if there is none.
fn ask_once(toolchain: &Toolchain, program: &Path, job: &Job, limits: &Limits) -> Result<Result<Done, Failure>, Refusal> {
    if !keep_server() {
        SERVER.set(Some(start(toolchain, program, limits)?));
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

/// Starts a server, unless that failed a moment ago.
fn start(toolchain: &Toolchain, program: &Path, limits: &Limits) -> Result<Server, Refusal> {
    if let Some(reason) = starts().get(program).and_then(Backoff::holds_up) {
        return Err(Refusal::Engine(reason.clone()));
    }
    // It outlives the folder of the job, and writes no files: it stands where it cannot be in the way.
    let server = find_library(toolchain).map_err(Refusal::Engine).and_then(|library| {
        Server::start(program, &library, llvm_version(), Path::new("/"), limits).map_err(|error| {
            if matches!(error, Error::Ending) { error.into() } else { Refusal::Engine(within_memory(error.to_string(), limits)) }
        })
    });
    match &server {
        Ok(_) => drop(starts().remove(program)),
        Err(Refusal::Engine(reason)) => starts().entry(program.to_owned()).or_default().failed(reason.clone()),
        Err(_) => {}
    }
    server
}

/// Why a server is gone, with the limit that may be the reason.
fn within_memory(reason: String, limits: &Limits) -> String {
    match limits.memory {
        Some(bytes) => format!("{reason}; it may have the {bytes} bytes of memory of SPECIALIZE_COMPILE_MEMORY"),
        None => reason,
    }
}

/// The version of LLVM in the compiler that built the host, by its own account.
fn llvm_version() -> &'static str {
    record::VERSION.lines().find_map(|line| line.strip_prefix("LLVM version: ")).unwrap_or_default()
}

/// The toolchain's own LLVM: beside the library that the compiler is.
pub(crate) fn find_library(toolchain: &Toolchain) -> Result<PathBuf, String> {
    let folder = toolchain.rustc.with_file_name("../lib");
    let entries = fs::read_dir(&folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let is_llvm = |name: &str| name.starts_with("libLLVM") && name.contains(".so") && !name.ends_with(".a");
    let mut found: Vec<PathBuf> =
        entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_llvm)).map(|entry| entry.path()).collect();
    // Beside the library stands a shorter name for linkers, which may be a script.
    found.sort_by_key(|path| std::cmp::Reverse(fs::metadata(path).map_or(0, |data| data.len())));
    found.into_iter().next().ok_or_else(|| format!("the toolchain has no libLLVM of its own in {}", folder.display()))
}

fn troubles() -> MutexGuard<'static, BTreeMap<usize, Trouble>> {
    TROUBLES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn starts() -> MutexGuard<'static, BTreeMap<PathBuf, Backoff<String>>> {
    STARTS.lock().unwrap_or_else(PoisonError::into_inner)
}
