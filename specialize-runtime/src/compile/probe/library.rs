//! The libraries that the probe opens, as a host opens them: the support library, which it fills, and variants.

use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::artifact::lent::lent;
use crate::artifact::slots::TABLE;
use crate::probe::template::Kernels;

// <dlfcn.h> of glibc.
const RTLD_NOW: c_int = 2;
unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlerror() -> *const c_char;
}

/// An open library. It is never closed.
struct Library(*mut c_void);

impl Library {
    fn open(path: &OsStr) -> Result<Library, String> {
        eprintln!("opening {}", path.display());
        let name = CString::new(path.as_bytes()).map_err(|error| error.to_string())?;
        // SAFETY: the name is a C string; whatever the library does happens to the probe only, which is there for that.
        let library = unsafe { dlopen(name.as_ptr(), RTLD_NOW) };
        if library.is_null() { Err(last_error()) } else { Ok(Library(library)) }
    }

    /// The address of what the library, or one that it needs, defines under this name.
    fn symbol(&self, name: &str) -> Result<*mut c_void, String> {
        let name = CString::new(name).map_err(|error| error.to_string())?;
        // SAFETY: the library is open and the name is a C string.
        let address = unsafe { dlsym(self.0, name.as_ptr()) };
        if address.is_null() { Err(last_error()) } else { Ok(address) }
    }
}

/// What the loader last complained of.
fn last_error() -> String {
    // SAFETY: takes no argument.
    let message = unsafe { dlerror() };
    if message.is_null() {
        return "the loader does not say why".to_owned();
    }
    // SAFETY: a C string, which stays until the next call of the loader in this thread.
    unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned()
}

/// The support library, filled with what this program lends.
pub(crate) struct Support {
    table: *mut c_void,
}

impl Support {
    /// Opens the support library and fills its table of slots.
    pub(crate) fn fill(path: &OsStr) -> Result<Support, String> {
        let table = Library::open(path)?.symbol(TABLE)?;
        for (slot, function) in lent() {
            // SAFETY: the table has a word for each slot.
            let word = unsafe { &*table.cast::<AtomicUsize>().add(slot as usize) };
            word.store(function.addr(), Ordering::Release);
        }
        Ok(Support { table })
    }

    /// Opens a variant and takes its kernels.
    pub(crate) fn open(&self, path: &OsStr) -> Result<Kernels, String> {
        let library = Library::open(path)?;
        if library.symbol(TABLE)? != self.table {
            return Err("the variant is bound to another support library".to_owned());
        }
        let expected = [[size_of::<u32>(), align_of::<u32>()], [size_of::<Kernels>(), align_of::<Kernels>()]];
        let layout = library.symbol("SPECIALIZE_LAYOUT")?.cast::<[[usize; 2]; 2]>();
        // SAFETY: the template defines it so.
        let layout = unsafe { *layout };
        if layout != expected {
            return Err(format!("types have other sizes and alignments in the variant: {layout:?} instead of {expected:?}"));
        }
        let entry = library.symbol("specialize_entry")?;
        // SAFETY: the template defines it so, and is compiled by the compiler of this program.
        let entry = unsafe { std::mem::transmute::<*mut c_void, fn(u32) -> Kernels>(entry) };
        Ok(entry(0))
    }
}
