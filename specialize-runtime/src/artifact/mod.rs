//! Microseconds: finished dylibs on disk and in memory, and what the host lends them.

mod dylib;
pub(crate) mod file;
mod format;
pub(crate) mod host;
pub(crate) mod key;
mod lent;
pub(crate) mod library;
mod mapping;
mod memory;
mod opened;
mod pinning;
pub(crate) mod processor;
mod safe_path;
pub(crate) mod slots;
pub(crate) mod store;
mod sweep;
mod temporary;
