//! The toolchain: finds the compiler that built the host, knows it by what it says and by its libraries, and finds a linker.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{self, Path, PathBuf};
use std::sync::Arc;

use object::read::archive::ArchiveFile;
use rustix::fs::{Access, access};

use super::digest::{digest, digest_file};
use super::process::{Job, Limits};
use crate::Error;
use crate::record;

/// The linkers of the system, in the order they are tried.
const SYSTEM_LINKERS: [&str; 2] = ["/usr/bin/ld", "/usr/local/bin/ld"];

/// The toolchain's own linker, relative to the folder of its libraries.
const OWN_LINKER: &str = "../bin/rust-lld";

/// What a rustup proxy needs of the host's environment to find the compiler it stands for.
const PROXY_ENVIRONMENT: [&str; 4] = ["HOME", "RUSTUP_HOME", "CARGO_HOME", "RUSTUP_TOOLCHAIN"];

/// A compiler known to be the one that built the host, and a linker.
#[derive(Debug)]
pub(crate) struct Toolchain {
    /// The compiler itself, not a proxy for it.
    pub(crate) rustc: PathBuf,
    /// The linker.
    pub(crate) linker: Linker,
    /// The archive of `core`.
    pub(crate) core: PathBuf,
    /// The archive of `alloc`.
    pub(crate) alloc: PathBuf,
    /// The archive of the compiler's own helpers, such as 128-bit division.
    pub(crate) builtins: PathBuf,
    /// The symbols in the index of that archive.
    pub(crate) builtin_symbols: HashSet<String>,
    /// The files that were checked, and what told them from others then.
    checked: Vec<(PathBuf, Stamp)>,
}

/// A linker and how it is called.
#[derive(Debug)]
pub(crate) struct Linker {
    /// The program.
    pub(crate) program: PathBuf,
    /// The arguments that come before all others.
    pub(crate) leading: &'static [&'static str],
}

/// What tells the toolchain that built the host from all others: a digest of all it says of itself and of its libraries.
///
/// It is known without running the toolchain.
pub(crate) fn identity() -> u128 {
    let mut text = record::VERSION.as_bytes().to_vec();
    for (name, of) in record::LIBRARIES {
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(&of.to_le_bytes());
    }
    digest(&text)
}

impl Toolchain {
    /// Finds the toolchain, which is the compiler that `setting` names, or else the one that built the host, where it stood then;
    /// and checks that it built the host.
    ///
    /// Runs the compiler in `folder` and reads its libraries, some 20 ms.
    ///
    /// # Errors
    ///
    /// [`Error::ToolchainMissing`], [`Error::ToolchainDiffers`], [`Error::LinkerMissing`], and those of running a compiler that fails.
    pub(crate) fn check(setting: Option<&Path>, folder: &Path, limits: &Limits) -> Result<Toolchain, Error> {
        let (rustc, libraries) = match setting {
            Some(named) => places(named, folder, limits)?,
            None => (PathBuf::from(record::RUSTC), PathBuf::from(record::LIBRARY_FOLDER)),
        };
        let mut checked = vec![(rustc.clone(), Stamp::of(&rustc).map_err(|source| missing(&rustc, source))?)];
        check_version(&rustc, folder, limits)?;
        let [core, alloc, std, builtins] = record::LIBRARIES.map(|(name, _)| find_archive(&rustc, &libraries, name));
        let archives = [core?, alloc?, std?, builtins?];
        for ((name, expected), archive) in record::LIBRARIES.into_iter().zip(&archives) {
            checked.push((archive.clone(), Stamp::of(archive).map_err(|source| Error::file("read", archive, source))?));
            check_archive(&rustc, name, expected, archive)?;
        }
        let [core, alloc, _, builtins] = archives;
        let builtin_symbols = archive_symbols(&builtins)?;
        let linker = find_linker(&libraries)?;
        Ok(Toolchain { rustc, linker, core, alloc, builtins, builtin_symbols, checked })
    }

    /// Checks that no file of the toolchain was replaced since the toolchain was checked. Takes microseconds.
    ///
    /// # Errors
    ///
    /// [`Error::ToolchainDiffers`].
    pub(crate) fn confirm(&self) -> Result<(), Error> {
        match self.checked.iter().find(|(path, stamp)| Stamp::of(path).ok().as_ref() != Some(stamp)) {
            Some((path, _)) => Err(differs(path, "the file that was checked in this process", "another since")),
            None => Ok(()),
        }
    }
}

/// What distinguishes a file from another one that takes its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Stamp {
    pub(super) fn of(path: &Path) -> io::Result<Stamp> {
        let data = fs::metadata(path)?;
        Ok(Stamp { device: data.dev(), inode: data.ino(), size: data.size(), modified: (data.mtime(), data.mtime_nsec()) })
    }
}

/// The compiler that `named` stands for, which may be a proxy, and the folder of its libraries.
fn places(named: &Path, folder: &Path, limits: &Limits) -> Result<(PathBuf, PathBuf), Error> {
    let named = &path::absolute(named).map_err(|source| missing(named, source))?;
    let mut environment: Vec<(&str, OsString)> =
        PROXY_ENVIRONMENT.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))).collect();
    // A proxy must not go and install what is missing.
    environment.push(("RUSTUP_AUTO_INSTALL", "0".into()));
    let arguments = ["--print", "sysroot", "--print", "target-libdir"];
    let printed = ask(named, &arguments, &environment, folder, limits)?;
    let lines: Vec<&[u8]> = printed.trim_ascii_end().split(|byte| *byte == b'\n').collect();
    let [sysroot, libraries] = lines[..] else {
        return Err(differs(named, "a compiler that says where its libraries are", String::from_utf8_lossy(&printed).trim()));
    };
    let as_path = |line| Path::new(OsStr::from_bytes(line));
    Ok((as_path(sysroot).join("bin/rustc"), as_path(libraries).to_owned()))
}

/// Checks that the compiler says of itself, word for word, what the one that built the host said.
fn check_version(rustc: &Path, folder: &Path, limits: &Limits) -> Result<(), Error> {
    let printed = ask(rustc, &["-vV"], &[], folder, limits)?;
    let found = String::from_utf8_lossy(&printed);
    if found == record::VERSION {
        return Ok(());
    }
    let lines = record::VERSION.lines().zip(found.lines().chain(std::iter::repeat("nothing more")));
    let different = lines.into_iter().find(|(expected, found)| expected != found);
    let (expected, found) = different.unwrap_or((record::VERSION, &found));
    Err(differs(rustc, &format!("`{}`", expected.trim()), &format!("`{}`", found.trim())))
}

/// The only file `lib<name>-*.rlib` of a folder.
fn find_archive(rustc: &Path, folder: &Path, name: &str) -> Result<PathBuf, Error> {
    let read_error = |source| Error::file("read", folder, source);
    let prefix = format!("lib{name}-");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(read_error)? {
        let file = entry.map_err(read_error)?.file_name();
        if file.as_bytes().starts_with(prefix.as_bytes()) && file.as_bytes().ends_with(b".rlib") {
            found.push(folder.join(file));
        }
    }
    match (found.pop(), found.len()) {
        (Some(archive), 0) => Ok(archive),
        (_, more) => {
            let count = if more == 0 { "none" } else { "several" };
            Err(differs(rustc, &format!("one archive of `{name}`"), &format!("{count} in {}", folder.display())))
        }
    }
}

/// Checks that an archive is the one that the host is linked with.
fn check_archive(rustc: &Path, name: &str, expected: u128, archive: &Path) -> Result<(), Error> {
    if digest_file(archive).map_err(|source| Error::file("read", archive, source))? == expected {
        return Ok(());
    }
    Err(differs(rustc, &format!("the `{name}` that this program is linked with"), &format!("another in {}", archive.display())))
}

/// The symbols in the index of an archive.
pub(super) fn archive_symbols(archive: &Path) -> Result<HashSet<String>, Error> {
    let bytes = read_index(archive).map_err(|source| Error::file("read", archive, source))?;
    let damaged = |error| Error::file("read", archive, io::Error::new(io::ErrorKind::InvalidData, error));
    let symbols = ArchiveFile::parse(&*bytes).and_then(|archive| archive.symbols()).map_err(damaged)?;
    let names = symbols.into_iter().flatten().map(|symbol| symbol.map(|symbol| String::from_utf8_lossy(symbol.name()).into_owned()));
    names.collect::<object::Result<_>>().map_err(damaged)
}

/// The start of an archive up to the end of its index, which is its first member (System V `ar` format).
fn read_index(archive: &Path) -> io::Result<Vec<u8>> {
    const MAGIC: usize = 8;
    const HEADER: usize = 60;
    const SIZE: std::ops::Range<usize> = MAGIC + 48..MAGIC + 58;
    let mut file = fs::File::open(archive)?;
    let mut start = vec![0; MAGIC + HEADER];
    file.read_exact(&mut start)?;
    let size = std::str::from_utf8(&start[SIZE]).ok().and_then(|size| size.trim_end().parse::<u64>().ok());
    let size = size.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "its first member has no size"))?;
    file.take(size).read_to_end(&mut start)?;
    Ok(start)
}

/// The system's linker, or else the toolchain's own.
fn find_linker(libraries: &Path) -> Result<Linker, Error> {
    if let Some(program) = SYSTEM_LINKERS.iter().map(Path::new).find(|path| is_executable(path)) {
        return Ok(Linker { program: program.to_owned(), leading: &[] });
    }
    let own = libraries.join(OWN_LINKER);
    if is_executable(&own) {
        return Ok(Linker { program: own, leading: &["-flavor", "gnu"] });
    }
    Err(Error::LinkerMissing { looked: format!("{}, {}", SYSTEM_LINKERS.join(", "), own.display()) })
}

/// Whether there is a program at `path` that this user may run, as far as the file system has a say in it.
fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| data.is_file()) && access(path, Access::EXEC_OK).is_ok()
}

/// What a compiler prints when asked.
fn ask(rustc: &Path, arguments: &[&str], environment: &[(&str, OsString)], folder: &Path, limits: &Limits) -> Result<Vec<u8>, Error> {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let answer = Job { program: rustc, arguments: &arguments, environment, folder, limits }.run();
    match answer {
        Ok(finished) => Ok(finished.output),
        // Else it is there, and something forbids that it is started.
        Err(Error::Spawn { program, source }) if !is_executable(&program) => Err(Error::ToolchainMissing { path: program, source }),
        Err(other) => Err(other),
    }
}

fn missing(path: &Path, source: io::Error) -> Error {
    Error::ToolchainMissing { path: path.to_owned(), source: Arc::new(source) }
}

fn differs(path: &Path, expected: &str, found: &str) -> Error {
    let found = if found.is_empty() { "nothing" } else { found };
    Error::ToolchainDiffers { path: path.to_owned(), expected: expected.to_owned(), found: found.to_owned() }
}
