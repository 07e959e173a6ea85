//! One loaded variant: opened, checked against what it claims to be, and kept open.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libloading::os::unix::{Library as Dylib, RTLD_LOCAL, RTLD_NOW};
use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
use object::{LittleEndian, elf};

use crate::artifact::host::Support;
use crate::artifact::pinning::{self, Code, Farewell};
use crate::artifact::store::Artifact;
use crate::error::Error;
use crate::function::{Descriptor, Entries};

/// The symbol of a variant's code.
pub(crate) const ENTRY: &str = "specialize_entry";

/// The symbol of a variant's loop, which a function with the option `batch` has.
pub(crate) const MAP: &str = "specialize_map";

/// The symbol of the sizes and alignments that a variant was compiled with.
pub(crate) const LAYOUT: &str = "SPECIALIZE_LAYOUT";

/// How many variants are loaded in the process.
pub(crate) fn loaded() -> usize {
    pinning::count().0
}

/// How many variants were to be unloaded, and are kept by the loader all the same.
pub(crate) fn stuck() -> usize {
    pinning::count().1
}

/// A loaded variant.
#[derive(Debug)]
pub(crate) struct Library {
    entries: Entries,
    code: Code,
    /// What the loader calls it.
    path: PathBuf,
    /// Keeps the code mapped; there until it is dropped.
    dylib: Option<Dylib>,
}

// SAFETY: the entries are addresses of code, which any thread may call while the library is open.
unsafe impl Send for Library {}
// SAFETY: as above.
unsafe impl Sync for Library {}

impl Library {
    /// Loads `artifact`, which must be a variant linked against `support`, for the function behind `descriptor`.
    ///
    /// # Errors
    ///
    /// The loader refuses it, or it is not what it claims to be.
    pub(crate) fn open(artifact: &Artifact, support: &Support, descriptor: &Descriptor) -> Result<Library, Error> {
        let (path, layout) = (artifact.path(), descriptor.layout);
        let mismatch = |reason: &str| Error::Mismatch { path: path.to_owned(), reason: reason.to_owned() };
        // SAFETY: the artifact was checked: it is a variant of this crate's making, from the very
        // compiler that built the host, and has no initializers.
        let dylib = unsafe { Dylib::open(Some(path), RTLD_NOW | RTLD_LOCAL) }
            .map_err(|source| Error::Load { path: path.to_owned(), source: Arc::new(source) })?;
        if !support.serves(&dylib) {
            return Err(mismatch("it was linked against another support library"));
        }
        let entry = symbol(&dylib, path, ENTRY)?;
        let Some(code) = mapping_of(entry, artifact.content()) else {
            return Err(mismatch("what the loader mapped is not what was checked"));
        };
        let mut entries = Entries::new(entry);
        if descriptor.template.batch {
            let map = symbol(&dylib, path, MAP)?;
            if !code.contains(&map.addr()) {
                return Err(mismatch("its loop stands outside of its code"));
            }
            entries = entries.with_map(map);
        }
        let compiled = symbol(&dylib, path, LAYOUT)?.cast::<[usize; 2]>();
        // SAFETY: the template defines the symbol as an array with an element for each type of the
        // signature, as many as the host has, since the template's text is part of the key.
        let compiled = unsafe { std::slice::from_raw_parts(compiled, layout.len()) };
        if compiled != layout {
            return Err(mismatch("a type in the signature has another size or alignment there"));
        }
        Ok(Library { entries, code: Code::enter(code), path: path.to_owned(), dylib: Some(dylib) })
    }

    /// Whether a panic began in it, so that it must stay.
    pub(crate) fn is_pinned(&self) -> bool {
        self.code.is_pinned()
    }

    /// The variant's code.
    pub(crate) fn entries(&self) -> Entries {
        self.entries
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        match self.code.leave() {
            // The panic may have begun after it was taken out of its table.
            Farewell::Keep => std::mem::forget(self.dylib.take()),
            Farewell::Shared => drop(self.dylib.take()),
            Farewell::Last => {
                drop(self.dylib.take());
                // A destructor of a thread-local keeps a library mapped, for one (dlclose(3)).
                // SAFETY: RTLD_NOLOAD runs nothing: the library is only looked up.
                if unsafe { Dylib::open(Some(&self.path), RTLD_NOW | libc::RTLD_NOLOAD) }.is_ok() {
                    self.code.is_stuck();
                }
            }
        }
    }
}

fn symbol(dylib: &Dylib, path: &Path, name: &str) -> Result<*const (), Error> {
    let name = format!("{name}\0");
    // SAFETY: only the symbol's address is taken.
    let symbol = unsafe { dylib.get::<*const ()>(name.as_bytes()) };
    let symbol = symbol.map_err(|source| Error::Load { path: path.to_owned(), source: Arc::new(source) })?;
    Ok(symbol.into_raw().cast_const().cast())
}

/// Where the code around `entry` stands, if it was mapped from the very bytes of `dylib`.
///
/// The loader goes by paths: it answers with an older library if one was loaded from the same
/// path, and opens the file anew, after it was checked. So what was mapped is compared with what
/// was checked, in the segment that holds the code and that the loader does not change.
fn mapping_of(entry: *const (), dylib: &[u8]) -> Option<Range<usize>> {
    let file = ElfFile64::<LittleEndian>::parse(dylib).ok()?;
    let endian = LittleEndian;
    let segments = file.elf_header().program_headers(endian, dylib).ok()?;
    let is_code = |flags| flags == elf::PF_R | elf::PF_X;
    let code = segments.iter().find(|segment| segment.p_type(endian) == elf::PT_LOAD && is_code(segment.p_flags(endian)))?;
    let checked = code.data(endian, dylib).ok()?;
    let offset = entry_offset(&file, code.p_vaddr(endian)).filter(|offset| *offset < checked.len())?;
    let start = entry.cast::<u8>().wrapping_sub(offset);
    // SAFETY: `entry` is where the loader put the symbol that stands `offset` bytes after the start
    // of the segment, and the loader maps the whole of a segment, readable as its flags say.
    let mapped = unsafe { std::slice::from_raw_parts(start, checked.len()) };
    (mapped == checked).then(|| start.addr()..start.addr() + checked.len())
}

/// How far behind `start` the file says that its entry symbol stands.
fn entry_offset(file: &ElfFile64<'_, LittleEndian>, start: u64) -> Option<usize> {
    use object::{Object, ObjectSymbol};
    let address = file.dynamic_symbols().find(|symbol| symbol.name() == Ok(ENTRY))?.address();
    usize::try_from(address.checked_sub(start)?).ok()
}
