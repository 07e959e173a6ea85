//! One loaded variant: opened, checked against what it claims to be, and kept open.

use std::ops::Range;
use std::sync::Arc;

use libloading::os::unix::Library as Loaded;

use crate::artifact::dylib::{Dylib, ENTRY};
use crate::artifact::file::Artifact;
use crate::artifact::host::Support;
use crate::artifact::mapping::Mapping;
use crate::artifact::opened::{Opened, address_of};
use crate::artifact::pinning::{self, Code, Disposal};
use crate::descriptor::{Descriptor, Entries};
use crate::error::Error;

/// The symbol of a variant's loop, which a function with the option `batch` has.
pub(crate) const MAP: &str = "specialize_map";

/// How many variants are loaded in the process.
pub(crate) fn loaded() -> usize {
    pinning::count().0
}

/// How many variants were unloaded, but are still kept mapped by the loader.
pub(crate) fn stuck() -> usize {
    pinning::count().1
}

/// A loaded variant.
#[derive(Debug)]
pub(crate) struct Library {
    entries: Entries,
    code: Code,
    mapping: Mapping,
    /// Keeps the code mapped; there until it is dropped.
    dylib: Option<Loaded>,
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
        let mismatch = |reason: &str| Error::Mismatch { path: artifact.path().to_owned(), reason: reason.to_owned() };
        let Some(variant) = Dylib::examine(artifact.content()) else {
            return Err(mismatch("it is not a variant"));
        };
        if variant.layout != descriptor.layout {
            return Err(mismatch("a type in the signature has another layout there"));
        }
        // SAFETY: the artifact was checked: it is a variant of this crate's making, from the very
        // compiler that built the host, and has no initializers.
        let opened = unsafe { Opened::open(artifact, ENTRY) }?;
        if !support.serves(&opened.library) {
            return Err(mismatch("it was linked against another support library"));
        }
        let Some(code) = code_of(&opened, &variant) else {
            return Err(mismatch("what the loader mapped is not what was checked"));
        };
        let Opened { library: dylib, address: entry, mapping } = opened;
        let mut entries = Entries::new(entry);
        if descriptor.template.batch {
            let map =
                address_of(&dylib, MAP).map_err(|source| Error::Load { path: artifact.path().to_owned(), source: Arc::new(source) })?;
            if !code.contains(&map.addr()) {
                return Err(mismatch("its loop stands outside of its code"));
            }
            entries = entries.with_map(map);
        }
        Ok(Library { entries, code: Code::enter(code), mapping, dylib: Some(dylib) })
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
            Disposal::Keep => std::mem::forget(self.dylib.take()),
            Disposal::Shared => drop(self.dylib.take()),
            Disposal::Unload => {
                drop(self.dylib.take());
                // For example, the destructor of a thread-local keeps a library mapped (dlclose(3)).
                if self.mapping.is_still_there() {
                    self.code.note_stuck(&self.mapping);
                }
            }
        }
    }
}

/// What a debugger writes over an instruction at which it is to stop (`int3`), as soon as it sees the library.
const BREAKPOINT: u8 = 0xcc;

/// Where the code of `variant` stands, if the very bytes that were checked are mapped: they are compared in the segment that holds
/// the code and that the loader does not change.
fn code_of(opened: &Opened, variant: &Dylib<'_>) -> Option<Range<usize>> {
    let Opened { address: entry, mapping, .. } = opened;
    let before_segment = usize::try_from(variant.code_offset.checked_sub(mapping.offset)?).ok()?;
    let start = mapping.addresses.start.checked_add(before_segment)?;
    let end = start.checked_add(variant.code.len())?;
    if !mapping.is_code || end > mapping.addresses.end || entry.addr() != start + variant.entry {
        return None;
    }
    // SAFETY: the kernel says that the file is mapped up to `end` and beyond, readable and not writable; the loader holds it open.
    let mapped = unsafe { std::slice::from_raw_parts(entry.cast::<u8>().sub(variant.entry), variant.code.len()) };
    let is_same = mapped == variant.code || mapped.iter().zip(variant.code).all(|(now, then)| now == then || *now == BREAKPOINT);
    is_same.then_some(start..end)
}
