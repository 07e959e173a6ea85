//! The system's libraries that variants may call, where this process has them.

use std::collections::HashSet;
use std::ffi::{CStr, OsStr, c_void};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libloading::os::unix::{Library, RTLD_LAZY, RTLD_LOCAL};
use object::read::elf::ElfFile64;
use object::{Endianness, Object, ObjectSymbol};
use once_cell::sync::OnceCell;

use crate::Error;

/// The system's libraries.
pub(crate) struct System {
    /// libm.
    pub(crate) math: PathBuf,
    /// libc.
    pub(crate) c: PathBuf,
    /// libgcc_s, which unwinds.
    pub(crate) unwind: PathBuf,
    /// What libm defines.
    pub(crate) math_symbols: HashSet<String>,
}

impl System {
    /// The libraries as the loader finds them for this process, looked for once.
    ///
    /// # Errors
    ///
    /// [`Error::Load`] for a library that cannot be loaded, [`Error::Mismatch`] for one that is not what it should be.
    pub(crate) fn find() -> Result<&'static System, Error> {
        static FOUND: OnceCell<System> = OnceCell::new();
        FOUND.get_or_try_init(|| {
            let math = locate("libm.so.6", c"cos")?;
            let (c, unwind) = (locate("libc.so.6", c"getpid")?, locate("libgcc_s.so.1", c"_Unwind_Resume")?);
            Ok(System { math_symbols: defined_symbols(&math)?, math, c, unwind })
        })
    }
}

/// The symbols that a library shows.
fn defined_symbols(path: &Path) -> Result<HashSet<String>, Error> {
    let bytes = fs::read(path).map_err(|source| Error::file("read", path, source))?;
    let file =
        ElfFile64::<Endianness>::parse(&*bytes).map_err(|error| Error::Mismatch { path: path.to_owned(), reason: error.to_string() })?;
    let defined = file.dynamic_symbols().filter(|symbol| symbol.is_definition());
    Ok(defined.filter_map(|symbol| symbol.name().ok().map(str::to_owned)).collect())
}

/// The path of one library, which defines `symbol`.
fn locate(name: &str, symbol: &CStr) -> Result<PathBuf, Error> {
    let load_error = |source| Error::Load { path: PathBuf::from(name), source: Arc::new(source) };
    // SAFETY: these libraries are part of every Rust program on this platform, and their initialisers may run at any time.
    let library = unsafe { Library::open(Some(name), RTLD_LAZY | RTLD_LOCAL) }.map_err(load_error)?;
    // SAFETY: the symbol is only looked up, as an address.
    let address = unsafe { library.get::<*const c_void>(symbol) }.map_err(load_error)?.into_raw();
    let path = file_of(address.cast_const())
        .ok_or_else(|| Error::Mismatch { path: PathBuf::from(name), reason: "the loader does not say which file it is".to_owned() })?;
    path.canonicalize().map_err(|source| Error::file("find", path, source))
}

/// The file that an address is loaded from.
fn file_of(address: *const c_void) -> Option<PathBuf> {
    // SAFETY: a structure of pointers and numbers, for which zeros are valid.
    let mut information: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: `dladdr` takes any address and fills the structure if it knows it.
    if unsafe { libc::dladdr(address, &mut information) } == 0 || information.dli_fname.is_null() {
        return None;
    }
    // SAFETY: the name belongs to the loaded library, which the caller keeps open.
    let name = unsafe { CStr::from_ptr(information.dli_fname) };
    Some(Path::new(OsStr::from_bytes(name.to_bytes())).to_owned())
}
