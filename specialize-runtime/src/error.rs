//! Why a value has no variant: one variant of [`Error`] per operation that failed.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Why a value is served by the generic function, or a setting was refused.
///
/// Errors are shared by everyone who waits for the same value, so they are cheap to clone.
/// None of them changes an answer: the generic function serves wherever one is returned.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// use std::time::Duration;
///
/// use specialize::Error;
///
/// match power::prepare_within(13, Duration::from_millis(500)) {
///     Ok(bound) => assert_eq!(bound.call(2), 8192),
///     Err(Error::DeadlinePassed { .. }) => println!("it is still being made"),
///     Err(error) => println!("{error}"), // what happened, to what, and what to do
/// }
/// assert_eq!(power(2, 13), 8192); // whatever came of it
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// This program, or this machine, has no runtime tier.
    #[error("no variant can be made at run time here: {reason}; listed values and the generic function serve")]
    UnsupportedPlatform {
        /// What is missing.
        reason: String,
    },
    /// The mode in force forbids what was asked for.
    #[error(
        "mode `{mode}` forbids making a variant of `{function}` for this value{finished}; set SPECIALIZE_MODE=full to allow it",
        finished = if *mode == "load" { ", and the store has none" } else { "" }
    )]
    Forbidden {
        /// The mode, as `SPECIALIZE_MODE` spells it.
        mode: &'static str,
        /// The function's name.
        function: &'static str,
    },
    /// The function cannot have variants at run time, for a reason fixed when it was built.
    #[error("`{function}` has build-time variants only: {reason}")]
    BuildTimeOnly {
        /// The function's name.
        function: &'static str,
        /// What stood in the way.
        reason: String,
    },
    /// The dispatch table holds as many variants as it may.
    #[error("the dispatch table of `{function}` is full with {capacity} variants; raise SPECIALIZE_TABLE_CAPACITY")]
    TableFull {
        /// The function's name.
        function: &'static str,
        /// How many variants it may hold.
        capacity: usize,
    },
    /// The values are larger than any a variant is made for.
    #[error(
        "values of {size} bytes are too large for a variant of `{function}`, which may have {limit}; \
         pass what is large as another parameter"
    )]
    ValueTooLarge {
        /// The function's name.
        function: &'static str,
        /// Bytes of the values.
        size: usize,
        /// The most bytes.
        limit: usize,
    },
    /// The attribute does not list these values.
    #[error("`{function}` has no build-time variant for this value; list it in the attribute")]
    NotListed {
        /// The function's name.
        function: &'static str,
    },
    /// The variant for these values was measured, and taken out again.
    #[error(
        "the variant of `{function}` for this value was no faster than the generic function ({speedup:.2}x) and was taken out; \
         `prepare` still gets one"
    )]
    Demoted {
        /// The function's name.
        function: &'static str,
        /// How many times as fast as the generic function it was.
        speedup: f64,
    },
    /// The process holds as many variants as it may.
    #[error("{limit} variants are loaded, which is the limit; raise SPECIALIZE_CODE_LIMIT")]
    CodeLimit {
        /// The limit in force.
        limit: usize,
    },
    /// `prepare_within` reached its deadline; the compile goes on in the background.
    #[error("no variant of `{function}` within {waited:?}; it is still being made in the background")]
    DeadlinePassed {
        /// The function's name.
        function: &'static str,
        /// How long the caller was ready to wait.
        waited: Duration,
    },
    /// A waker or a subscriber of `tracing` waits for a variant on the thread that makes variants, which would wait for itself. The
    /// variant is made all the same, in the background.
    #[error(
        "this thread makes variants and would wait for itself; whoever is woken or told of something by it asks with `request` or \
         `bind`, or waits on another thread"
    )]
    WaitsForItself,
    /// The background thread could not be started.
    #[error("the background thread cannot be started: {source}")]
    Thread {
        /// The system's answer.
        source: Arc<io::Error>,
    },
    /// Making the variant panicked, which is a bug in this crate.
    #[error("making a variant of `{function}` hit a mistake in specialize itself; please report it with the panic's message")]
    BackgroundPanic {
        /// The function's name.
        function: &'static str,
    },
    /// The process is ending.
    #[error("the process is ending; no variant is made any more")]
    Ending,
    /// There is no compiler where it should be.
    #[error(
        "no compiler at {path}: {source}; install the toolchain that built this program there, or name another place in \
         SPECIALIZE_TOOLCHAIN",
        path = path.display()
    )]
    ToolchainMissing {
        /// Where it was looked for.
        path: PathBuf,
        /// The system's answer.
        source: Arc<io::Error>,
    },
    /// The compiler is not the one that built the program.
    #[error(
        "the compiler at {path} is not the one that built this program: expected {expected}, found {found}; name the right one in \
         SPECIALIZE_TOOLCHAIN",
        path = path.display()
    )]
    ToolchainDiffers {
        /// The compiler asked.
        path: PathBuf,
        /// What built the program.
        expected: String,
        /// What was found.
        found: String,
    },
    /// The compiler that built the program was not tested with this crate, and the probe of it failed.
    #[error(
        "this program was built by {compiler}, which specialize was not tested with, and {reason}; listed values and the generic \
         function serve; build it with Rust {tested} to have variants at run time"
    )]
    ToolchainUntested {
        /// What the compiler calls itself.
        compiler: &'static str,
        /// Why the probe failed.
        reason: String,
        /// The releases that were tested.
        tested: String,
    },
    /// No linker was found.
    #[error("no linker at any of {looked}; install a C compiler with binutils, or the toolchain's own rust-lld")]
    LinkerMissing {
        /// The places looked at, separated by commas.
        looked: String,
    },
    /// A file or folder could not be read, made or written.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: Arc<io::Error>,
    },
    /// A compiler or linker could not be started.
    #[error("cannot start {program}: {source}", program = program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// The system's answer.
        source: Arc<io::Error>,
    },
    /// A compiler or linker did not end in time and was killed.
    #[error(
        "{program} did not end within {limit:?} and was killed; raise SPECIALIZE_COMPILE_TIMEOUT_MS if the kernel is large",
        program = program.display()
    )]
    TimedOut {
        /// The program.
        program: PathBuf,
        /// The limit in force.
        limit: Duration,
    },
    /// A compiler or linker failed.
    #[error("{program} failed ({status}): {output}", program = program.display(), output = printed(output))]
    CompileFailed {
        /// The program.
        program: PathBuf,
        /// How it ended.
        status: String,
        /// Its diagnostics, the first 64 KiB of them.
        output: String,
    },
    /// A compiler or linker failed, apparently for lack of memory.
    #[error(
        "{program} failed ({status}) with the {limit} bytes of memory that it may have: {output}; raise SPECIALIZE_COMPILE_MEMORY, or the limit of address space (ulimit -v) that this process has itself",
        program = program.display(),
        output = printed(output)
    )]
    OutOfMemory {
        /// The program.
        program: PathBuf,
        /// The limit in force, in bytes of address space: the setting's, or this process's own where that is lower.
        limit: u64,
        /// How it ended.
        status: String,
        /// Its diagnostics, the first 64 KiB of them.
        output: String,
    },
    /// What a compiler or linker left behind is not what it should be.
    #[error("{program} left no usable output at {path}: {reason}", program = program.display(), path = path.display())]
    BadOutput {
        /// The program.
        program: PathBuf,
        /// Where its output should be.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The only engine that the settings allow could not make the variant.
    #[error("the engine `{engine}` did not make this variant of `{function}`: {reason}; SPECIALIZE_ENGINE=auto lets another try")]
    Engine {
        /// The engine, as `SPECIALIZE_ENGINE` spells it.
        engine: &'static str,
        /// The function's name.
        function: &'static str,
        /// What it said.
        reason: String,
    },
    /// The function uses a part of `std` that cannot be linked into a variant.
    #[error("`{function}` uses {symbols}, which a variant cannot be linked against; keep it outside the specialized function")]
    UnresolvedSymbol {
        /// The function's name.
        function: &'static str,
        /// The symbols, demangled, separated by commas.
        symbols: String,
    },
    /// A crate that the function uses is not where it was when the program was built.
    #[error(
        "`{function}` uses the crate `{name}`, which is not at {path} any more: {source}; build the program again, or put the file back",
        path = path.display()
    )]
    DependencyMissing {
        /// The function's name.
        function: &'static str,
        /// The crate's name.
        name: &'static str,
        /// Where it was.
        path: PathBuf,
        /// The system's answer.
        source: Arc<io::Error>,
    },
    /// A crate that the function uses is not the one that the program was built with.
    #[error(
        "`{function}` uses the crate `{name}`, and the one at {path} is not the one that this program was built with; build the program \
         again, or put the file back",
        path = path.display()
    )]
    DependencyDiffers {
        /// The function's name.
        function: &'static str,
        /// The crate's name.
        name: &'static str,
        /// Where it was.
        path: PathBuf,
    },
    /// The function uses state of a crate, of which each variant would have a copy.
    #[error(
        "`{function}` uses {symbols}, which is state of a crate that it uses: each variant would have its own; use functions of the \
         crate that keep nothing, or call this one outside the specialized function"
    )]
    DependencyState {
        /// The function's name.
        function: &'static str,
        /// The symbols, demangled, separated by commas.
        symbols: String,
    },
    /// The cache folder, or a file in it, could have been written by someone else.
    #[error("the cache at {path} cannot be trusted: {reason}", path = path.display())]
    CacheUntrusted {
        /// The folder or file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A finished library could not be loaded.
    #[error("cannot load {path}: {source}", path = path.display())]
    Load {
        /// The library.
        path: PathBuf,
        /// The loader's answer.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// A loaded library is not what it claims to be.
    #[error("{path} does not fit this program: {reason}", path = path.display())]
    Mismatch {
        /// The library.
        path: PathBuf,
        /// What differs.
        reason: String,
    },
    /// Settings were installed twice, or after the first compile.
    #[error("the settings are already in force; call Config::install once, before the first specialized function is called")]
    AlreadyConfigured,
}

/// What a child printed, in words if that is nothing.
fn printed(output: &str) -> &str {
    if output.is_empty() { "it printed nothing" } else { output }
}

impl Error {
    /// Whether the same request may succeed another time, when something outside the program has changed.
    pub(crate) fn may_pass(&self) -> bool {
        !matches!(
            self,
            Error::UnsupportedPlatform { .. }
                | Error::Forbidden { .. }
                | Error::BuildTimeOnly { .. }
                | Error::UnresolvedSymbol { .. }
                | Error::DependencyState { .. }
                | Error::BackgroundPanic { .. }
                | Error::Ending
                | Error::NotListed { .. }
                | Error::Demoted { .. }
        )
    }

    /// An error of the file system.
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Error {
        Error::File { action, path: path.into(), source: Arc::new(source) }
    }
}
