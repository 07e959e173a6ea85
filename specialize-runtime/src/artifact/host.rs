//! What the host lends to its variants: unwinding, the entry of a panic, and the allocator.
//!
//! Variants link against a support library, whose symbols for these jump through a table of slots.
//! The host maps the library, claims its table, and fills it with its own functions, so that a
//! panic in a variant is a panic of the host's std, and memory crosses in both directions.

use std::ffi::CStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::artifact::file::Artifact;
use crate::artifact::lent::lent;
use crate::artifact::opened::{Opened, address_of};
use crate::artifact::pinning;
use crate::artifact::slots::{Slot, TABLE};
use crate::error::Error;

/// A symbol of every support library's code.
const PERSONALITY: &str = "rust_eh_personality";

/// The support library of this runtime instance. It is never unloaded: a variant may always need it.
#[derive(Debug)]
pub(crate) struct Support {
    library: Library,
    path: PathBuf,
    instance: u32,
    name: String,
    slots: *const AtomicUsize,
}

// SAFETY: `slots` points at a table of atomics in a library that is never unloaded.
unsafe impl Send for Support {}
// SAFETY: as above.
unsafe impl Sync for Support {}

impl Support {
    /// Maps the support library `artifact`, made for that runtime instance, and lends it the host's
    /// functions. `None` if another runtime instance in this process has claimed its name.
    ///
    /// # Errors
    ///
    /// The library cannot be loaded, is not the file that was checked, or has no table of slots.
    pub(crate) fn claim(artifact: &Artifact, instance: u32, name: String) -> Result<Option<Support>, Error> {
        // SAFETY: the artifact was checked: it is a support library of this crate's making, which
        // has no initializers.
        let Opened { library, .. } = unsafe { Opened::open(artifact, PERSONALITY) }?;
        let slots = table_of(&library).map_err(|source| Error::Load { path: artifact.path().to_owned(), source: Arc::new(source) })?;
        let support = Support { library, path: artifact.path().to_owned(), instance, name, slots };
        // The loader resolves what variants need by the library's own name, and takes the first
        // library of that name in the process: it must be this one.
        if !support.is_first_of_its_name() || !support.claim_table() {
            return Ok(None);
        }
        Ok(Some(support))
    }

    fn is_first_of_its_name(&self) -> bool {
        // SAFETY: RTLD_NOLOAD runs nothing: the library is only looked up.
        let first = unsafe { Library::open(Some(&self.name), RTLD_NOW | RTLD_LOCAL | libc::RTLD_NOLOAD) };
        first.is_ok_and(|first| self.serves(&first))
    }

    fn claim_table(&self) -> bool {
        let owner = (&raw const OWNER).addr();
        // A forked child finds the table claimed by its parent, perhaps not filled yet.
        if let Err(other) = self.slot(Slot::Owner).compare_exchange(0, owner, Ordering::AcqRel, Ordering::Acquire)
            && other != owner
        {
            return false;
        }
        for (slot, function) in lent() {
            // A panic goes on to the host's std after it is known which variant it began in.
            let function = match slot {
                Slot::PanicEntry => pinning::panic_entry as *const (),
                Slot::PanicWithLiteral => pinning::panic_with_literal as *const (),
                _ => function,
            };
            self.slot(slot).store(function.addr(), Ordering::Release);
        }
        true
    }

    fn slot(&self, slot: Slot) -> &AtomicUsize {
        // SAFETY: the table has a word for each slot, as the compile wing makes it.
        unsafe { &*self.slots.add(slot as usize) }
    }

    /// The file to link variants against.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Which runtime instance of the process it is for.
    pub(crate) fn instance(&self) -> u32 {
        self.instance
    }

    /// What the library calls itself, and variants ask the loader for.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the library, or what it depends on (libm, libc, libgcc_s), defines `symbol`.
    pub(crate) fn defines(&self, symbol: &CStr) -> bool {
        // SAFETY: the symbol's address is not used.
        unsafe { self.library.get::<*const ()>(symbol.to_bytes_with_nul()) }.is_ok()
    }

    /// Whether `variant` was bound to this instance's table of slots by the loader.
    pub(crate) fn serves(&self, variant: &Library) -> bool {
        table_of(variant).is_ok_and(|slots| slots == self.slots)
    }
}

/// The table of slots that `library`, or the first of what it depends on, defines.
fn table_of(library: &Library) -> Result<*const AtomicUsize, libloading::Error> {
    address_of(library, TABLE).map(<*const ()>::cast)
}

/// Its address tells this runtime instance from others in the process.
static OWNER: u8 = 0;
