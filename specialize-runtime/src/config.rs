//! Settings of the process: what the program installs, and the environment, which wins over it.

mod environment;
mod target_cpu;

use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;

pub(crate) use self::environment::has_borrowed_rights;
use self::environment::{Environment, Wrong};
use self::target_cpu::TargetCpu;
use crate::error::Error;
use crate::user_code;

/// Which tiers may serve, and what they may do.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// use specialize::{Config, Mode};
///
/// Config::default().mode(Mode::BuildTime).install()?; // unless SPECIALIZE_MODE says otherwise
/// assert_eq!(specialize::stats().mode.as_str(), "build-time");
/// assert_eq!(power(2, 13), 8192); // the generic function: no thread, no file, no process
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Everything: build-time variants, finished artifacts, and new ones, which are compiled.
    #[default]
    Full,
    /// Build-time variants, and finished artifacts from the store. No process is ever started.
    Load,
    /// Build-time variants only. No thread is started, no file opened, no process started.
    BuildTime,
    /// The generic function only.
    Off,
}

impl Mode {
    /// The mode as `SPECIALIZE_MODE` spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Full => "full",
            Mode::Load => "load",
            Mode::BuildTime => "build-time",
            Mode::Off => "off",
        }
    }
}

impl FromStr for Mode {
    type Err = ();

    fn from_str(text: &str) -> Result<Mode, ()> {
        [Mode::Full, Mode::Load, Mode::BuildTime, Mode::Off].into_iter().find(|mode| mode.as_str() == text).ok_or(())
    }
}

/// What turns a template and a value into machine code.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// use specialize::{Config, Engine, Origin};
///
/// Config::default().engine(Engine::Rustc).install()?; // unless SPECIALIZE_ENGINE says otherwise
/// power::prepare(15)?;
/// let origins: Vec<Origin> = power::table().entries().iter().filter_map(|entry| entry.origin()).collect();
/// assert!(matches!(origins[..], [Origin::Rustc | Origin::Disk]));
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Engine {
    /// The fastest that works here.
    #[default]
    Auto,
    /// The toolchain's LLVM alone, in a process of its own.
    Llvm,
    /// A run of rustc for each value.
    Rustc,
}

impl Engine {
    /// The engine as `SPECIALIZE_ENGINE` spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Engine::Auto => "auto",
            Engine::Llvm => "llvm",
            Engine::Rustc => "rustc",
        }
    }
}

impl FromStr for Engine {
    type Err = ();

    fn from_str(text: &str) -> Result<Engine, ()> {
        [Engine::Auto, Engine::Llvm, Engine::Rustc].into_iter().find(|engine| engine.as_str() == text).ok_or(())
    }
}

/// Settings of the whole process, to be installed once, early in `main`.
///
/// The environment wins over what is installed, so that an operator can steer a program without a
/// rebuild. A wrong value in the environment is reported in a `tracing` event and ignored.
///
/// ```
/// use specialize::{Config, Mode};
///
/// Config::default().mode(Mode::BuildTime).hot(500).install()?;
/// assert!(Config::default().install().is_err(), "settings are installed once");
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "settings take effect with `install`"]
pub struct Config {
    mode: Option<Mode>,
    hot: Option<u64>,
    table_capacity: Option<usize>,
    code_limit: Option<usize>,
    cache_dir: Option<PathBuf>,
    cache_limit: Option<u64>,
    compile_timeout: Option<Duration>,
    compile_memory: Option<u64>,
    compile_jobs: Option<usize>,
    toolchain: Option<PathBuf>,
    target_cpu: Option<String>,
    engine: Option<Engine>,
    debug_info: Option<bool>,
    sampling: Option<bool>,
    demote_losers: Option<bool>,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $argument:ty;)*) => { $(
        $(#[$doc])*
        pub fn $name(mut self, $name: $argument) -> Config {
            self.$name = Some($name.into());
            self
        }
    )* };
}

impl Config {
    setters! {
        /// Which tiers may serve; [`Mode::Full`] unless set.
        ///
        /// `SPECIALIZE_MODE`: `full`, `load`, `build-time` or `off`.
        mode: Mode;
        /// Calls of one value, or their work, before a background compile; 1,000 unless set. An attribute's own `hot` comes before this
        /// one, and the environment before both.
        ///
        /// `SPECIALIZE_HOT`: a number.
        hot: u64;
        /// Runtime variants a function may have; 1,024 unless set, and 0 for none.
        ///
        /// `SPECIALIZE_TABLE_CAPACITY`: a number.
        table_capacity: usize;
        /// Libraries loaded at once in the process; 2,048 unless set.
        ///
        /// `SPECIALIZE_CODE_LIMIT`: a number.
        code_limit: usize;
        /// The store's folder; `specialize` in the user's cache folder unless set, and no store for an empty path.
        ///
        /// `SPECIALIZE_CACHE_DIR`: a path.
        cache_dir: impl Into<PathBuf>;
        /// Bytes of artifacts kept on disk; 1 GiB unless set.
        ///
        /// `SPECIALIZE_CACHE_LIMIT`: a number of bytes.
        cache_limit: u64;
        /// The longest one compile may take; 60 seconds unless set.
        ///
        /// `SPECIALIZE_COMPILE_TIMEOUT_MS`: a number of milliseconds.
        compile_timeout: Duration;
        /// Bytes of address space for each compiler, linker and compile server; 4 GiB unless set.
        ///
        /// `SPECIALIZE_COMPILE_MEMORY`: a number of bytes.
        compile_memory: u64;
        /// Compiles at once; 1 unless set.
        ///
        /// `SPECIALIZE_COMPILE_JOBS`: a number.
        compile_jobs: usize;
        /// The `rustc` to use, which must be the very compiler that built the program; the one at the place where it stood then, unless
        /// set.
        ///
        /// `SPECIALIZE_TOOLCHAIN`: a path.
        toolchain: impl Into<PathBuf>;
        /// The processor to compile for: `native` (unless set), `build` (as the program was built), or a level that this processor has,
        /// such as `x86-64-v3`. Anything else is reported in a `tracing` event and ignored.
        ///
        /// `SPECIALIZE_TARGET_CPU`: the same.
        target_cpu: impl Into<String>;
        /// What makes machine code; [`Engine::Auto`] unless set.
        ///
        /// `SPECIALIZE_ENGINE`: `auto`, `llvm` or `rustc`.
        engine: Engine;
        /// Whether variants say which function and lines their code comes from, for debuggers, profilers and backtraces; `false` unless
        /// set. Such a variant takes some ten times the space, and is linked by the system's linker.
        ///
        /// `SPECIALIZE_DEBUG_INFO`: `true` or `false`.
        debug_info: bool;
        /// Whether a few calls are timed now and then for [`report`](crate::report()): from the start, or never. Unless set, they are
        /// timed from the first report on, or from the start if losers are to be demoted. A call that is timed may run in another tier.
        ///
        /// `SPECIALIZE_SAMPLING`: `true` or `false`.
        sampling: bool;
        /// Whether a variant that is measurably no faster than the generic function is taken out again, and made again only if
        /// `prepare` or `request` asks for it; `false` unless set.
        ///
        /// `SPECIALIZE_DEMOTE_LOSERS`: `true` or `false`.
        demote_losers: bool;
    }

    /// Puts these settings in force for the process. Cost: a look at some environment variables, once.
    ///
    /// # Errors
    ///
    /// [`Error::AlreadyConfigured`] if settings are in force already: another `install`, or a
    /// specialized function that was called before.
    pub fn install(self) -> Result<(), Error> {
        if put_in_force(self).1 { Ok(()) } else { Err(Error::AlreadyConfigured) }
    }
}

/// The settings in force.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) mode: Mode,
    hot_of_environment: Option<u64>,
    hot_of_program: u64,
    pub(crate) table_capacity: usize,
    pub(crate) code_limit: usize,
    pub(crate) cache_dir: Option<PathBuf>,
    pub(crate) cache_limit: u64,
    pub(crate) compile_timeout: Duration,
    pub(crate) compile_memory: Option<u64>,
    pub(crate) compile_jobs: usize,
    pub(crate) toolchain: Option<PathBuf>,
    pub(crate) target_cpu: TargetCpu,
    pub(crate) engine: Engine,
    pub(crate) debug_info: bool,
    sampling: Option<bool>,
    pub(crate) demote_losers: bool,
    /// What was wrong and is ignored.
    pub(crate) wrong: Vec<Wrong>,
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// The settings in force; read from the environment now if nobody installed any.
#[inline]
pub(crate) fn settings() -> &'static Settings {
    SETTINGS.get().unwrap_or_else(|| put_in_force(Config::default()).0)
}

/// Puts settings in force, unless some are already, and returns the settings in force and whether they are these. What is wrong with
/// them is reported afterwards, since a subscriber may call a specialized function.
#[cold]
fn put_in_force(config: Config) -> (&'static Settings, bool) {
    let mut fresh = false;
    let settings = SETTINGS.get_or_init(|| {
        fresh = true;
        Settings::new(config, environment::variable)
    });
    for Wrong { setting, value, expected } in settings.wrong.iter().filter(|_| fresh) {
        user_code::event!(warn, "specialize::settings", setting, value, expected, "a setting is wrong and is ignored");
    }
    (settings, fresh)
}

impl Settings {
    fn new(config: Config, environment: impl Fn(&str) -> Option<OsString>) -> Settings {
        let environment = Environment::new(&environment);
        let mut settings = Settings {
            mode: environment.parsed("SPECIALIZE_MODE", "full, load, build-time or off").or(config.mode).unwrap_or_default(),
            hot_of_environment: environment.parsed("SPECIALIZE_HOT", "a number of calls"),
            hot_of_program: config.hot.unwrap_or(1_000),
            table_capacity: environment
                .parsed("SPECIALIZE_TABLE_CAPACITY", "a number of variants")
                .or(config.table_capacity)
                .unwrap_or(1_024),
            code_limit: environment.parsed("SPECIALIZE_CODE_LIMIT", "a number of libraries").or(config.code_limit).unwrap_or(2_048),
            cache_dir: environment
                .path("SPECIALIZE_CACHE_DIR")
                .or(config.cache_dir)
                .or_else(|| environment.default_cache_dir())
                .filter(|folder| !folder.as_os_str().is_empty()),
            cache_limit: environment.parsed("SPECIALIZE_CACHE_LIMIT", "a number of bytes").or(config.cache_limit).unwrap_or(1 << 30),
            compile_timeout: environment
                .parsed::<NonZero<u64>>("SPECIALIZE_COMPILE_TIMEOUT_MS", "a number of milliseconds above 0")
                .map(|milliseconds| Duration::from_millis(milliseconds.get()))
                .or(config.compile_timeout)
                .unwrap_or(Duration::from_secs(60)),
            compile_memory: environment
                .parsed::<NonZero<u64>>("SPECIALIZE_COMPILE_MEMORY", "a number of bytes above 0")
                .map(NonZero::get)
                .or(config.compile_memory)
                .or(Some(COMPILE_MEMORY)),
            compile_jobs: environment
                .parsed::<NonZero<usize>>("SPECIALIZE_COMPILE_JOBS", "a number of compiles above 0")
                .map(NonZero::get)
                .or(config.compile_jobs)
                .unwrap_or(1)
                .max(1),
            toolchain: environment.path("SPECIALIZE_TOOLCHAIN").or(config.toolchain).filter(|path| !path.as_os_str().is_empty()),
            target_cpu: environment
                .parsed("SPECIALIZE_TARGET_CPU", TargetCpu::EXPECTED)
                .or_else(|| environment.checked("Config::target_cpu", config.target_cpu?.as_ref(), TargetCpu::EXPECTED))
                .unwrap_or_else(TargetCpu::native),
            engine: environment.parsed("SPECIALIZE_ENGINE", "auto, llvm or rustc").or(config.engine).unwrap_or_default(),
            debug_info: environment.parsed("SPECIALIZE_DEBUG_INFO", "true or false").or(config.debug_info).unwrap_or(false),
            sampling: environment.parsed("SPECIALIZE_SAMPLING", "true or false").or(config.sampling),
            demote_losers: environment.parsed("SPECIALIZE_DEMOTE_LOSERS", "true or false").or(config.demote_losers).unwrap_or(false),
            wrong: Vec::new(),
        };
        settings.wrong = environment.into_wrong();
        settings
    }

    /// Checks that the mode in force has variants at run time at all.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`].
    pub(crate) fn check_mode(&self, function: &'static str) -> Result<(), Error> {
        match self.mode {
            Mode::Full | Mode::Load => Ok(()),
            mode @ (Mode::BuildTime | Mode::Off) => Err(Error::Forbidden { mode: mode.as_str(), function }),
        }
    }

    /// Whether calls are timed; `asked` says whether a report was asked for.
    pub(crate) fn samples(&self, asked: bool) -> bool {
        self.sampling.unwrap_or(asked || self.demote_losers)
    }

    /// Calls before a value is hot: the environment's, then the attribute's, then the program's.
    pub(crate) fn hot(&self, of_attribute: Option<u64>) -> u64 {
        self.hot_of_environment.or(of_attribute).unwrap_or(self.hot_of_program)
    }
}

/// Address space of a compiler's process where nothing is set: several times what a template takes.
pub(crate) const COMPILE_MEMORY: u64 = 4 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    fn settings_of(config: Config, variables: &[(&str, &str)]) -> Settings {
        Settings::new(config, |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn the_environment_wins_over_the_program() {
        let settings =
            settings_of(Config::default().mode(Mode::Load).hot(5), &[("SPECIALIZE_MODE", "build-time"), ("SPECIALIZE_HOT", "7")]);
        assert_eq!(settings.mode, Mode::BuildTime);
        assert_eq!(settings.hot(Some(10)), 7);
    }

    #[test]
    fn the_attribute_wins_over_the_program() {
        let settings = settings_of(Config::default().hot(5), &[]);
        assert_eq!(settings.hot(Some(10)), 10);
        assert_eq!(settings.hot(None), 5);
        assert_eq!(settings_of(Config::default(), &[]).hot(None), 1_000);
    }

    #[test]
    fn a_wrong_value_is_ignored() {
        let settings = settings_of(Config::default().engine(Engine::Rustc), &[("SPECIALIZE_MODE", "fast"), ("SPECIALIZE_ENGINE", "gcc")]);
        assert_eq!(settings.mode, Mode::Full);
        assert_eq!(settings.engine, Engine::Rustc);
    }

    #[test]
    fn nothing_at_all_is_a_wrong_value_where_compilers_could_do_nothing_with_it() {
        let names = ["SPECIALIZE_COMPILE_TIMEOUT_MS", "SPECIALIZE_COMPILE_MEMORY", "SPECIALIZE_COMPILE_JOBS"];
        let settings = settings_of(Config::default().compile_jobs(3), &names.map(|name| (name, "0")));
        assert_eq!(settings.wrong.iter().map(|wrong| wrong.setting).collect::<Vec<_>>(), names);
        assert_eq!(
            (settings.compile_timeout, settings.compile_memory, settings.compile_jobs),
            (Duration::from_secs(60), Some(COMPILE_MEMORY), 3)
        );
    }

    #[test]
    fn a_processor_is_known_by_its_name_and_runs_its_code() {
        let cpu = |config: Config, value: &str| settings_of(config, &[("SPECIALIZE_TARGET_CPU", value)]).target_cpu;
        assert_eq!(settings_of(Config::default(), &[]).target_cpu.as_str(), "native");
        for wrong in ["nonsense", "", "x86-64-v9", "native -Clinker=/bin/sh"] {
            assert_eq!(cpu(Config::default().target_cpu("build"), wrong).as_str(), "build", "{wrong}");
            assert_eq!(settings_of(Config::default().target_cpu(wrong), &[]).target_cpu.as_str(), "native", "{wrong}");
        }
        assert_eq!(cpu(Config::default(), "build").as_str(), "build");
        #[cfg(target_arch = "x86_64")]
        assert_eq!(cpu(Config::default(), "x86-64").as_str(), "x86-64");
    }

    #[test]
    fn the_cache_folder_follows_the_specification() {
        let folder = |variables: &[(&str, &str)]| settings_of(Config::default(), variables).cache_dir;
        assert_eq!(folder(&[("XDG_CACHE_HOME", "/cache"), ("HOME", "/home/a")]), Some("/cache/specialize".into()));
        assert_eq!(folder(&[("XDG_CACHE_HOME", "relative"), ("HOME", "/home/a")]), Some("/home/a/.cache/specialize".into()));
        assert_eq!(folder(&[("SPECIALIZE_CACHE_DIR", ""), ("HOME", "/home/a")]), None);
        assert_eq!(folder(&[]), None);
    }
}
