//! A small static linker: turns one x86-64 ELF object into a dylib that glibc's loader takes.
//!
//! It does what `ld -shared -s -z noseparate-code -z norelro -z noexecstack -z now --eh-frame-hdr --gc-sections -Bsymbolic`
//! does for the object of one variant, without a process of its own. What such an object never has, it refuses, and the
//! system's linker serves.
//!
//! It needs nothing but `std`, since the compile server is built of it by `rustc` alone. The formats are those of the System V
//! ABI (gABI, <https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html>), its supplement for x86-64 (psABI,
//! <https://gitlab.com/x86-psABIs/x86-64-ABI>) and the Linux Standard Base (LSB, <https://refspecs.linuxfoundation.org/lsb.shtml>).

#[path = "linker/bytes.rs"]
mod bytes;
#[path = "linker/dylib_headers.rs"]
mod dylib_headers;
#[path = "linker/elf.rs"]
mod elf;
#[path = "linker/frame_index.rs"]
mod frame_index;
#[path = "linker/frames.rs"]
mod frames;
#[path = "linker/image.rs"]
mod image;
#[path = "linker/layout.rs"]
mod layout;
#[path = "linker/object.rs"]
mod object;
#[path = "linker/object_headers.rs"]
mod object_headers;
#[path = "linker/plan.rs"]
mod plan;
#[path = "linker/reach.rs"]
mod reach;
#[path = "linker/symbol.rs"]
mod symbol;
#[path = "linker/tables.rs"]
mod tables;

#[cfg(test)]
#[path = "linker/tests/mod.rs"]
mod tests;

use std::error::Error;
use std::fmt;

use frames::Frames;
use layout::Layout;
use object::Object;
use plan::Plan;
use reach::Reached;
use tables::Tables;

/// One object to link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// The object's bytes: position-independent code, as LLVM emits it.
    pub(crate) object: &'a [u8],
    /// What the library calls itself that the loader shall look in for undefined symbols.
    pub(crate) needed: &'a str,
    /// The symbols that the dylib shows. What they do not reach is left out.
    pub(crate) exports: &'a [&'a str],
}

/// Links an object and gives back the bytes of the dylib. Takes microseconds, and memory of some times the object's size.
///
/// Symbols that the object leaves undefined stay so, without a version, for the loader to find. Whether it can is the
/// caller's to check: among them are also the compiler's own helpers, such as 128-bit division.
///
/// # Errors
///
/// The object is damaged, or has something that this linker does not know.
pub(crate) fn link(request: &Request<'_>) -> Result<Vec<u8>, Refusal> {
    let mut object = Object::read(request.object)?;
    let frames = Frames::read(&object)?;
    let exports = symbol::exports(&object, request.exports)?;
    let reached = Reached::from(&object, &frames, &exports)?;
    let functions = frames.keep(&mut object, &reached.frames)?;
    let plan = Plan::make(&object, &reached)?;
    let tables = Tables::make(&object, &plan, exports, request.needed)?;
    let layout = Layout::make(&object, &reached, &plan, &tables, functions.len(), shift(request.object))?;
    image::Linked { object: &object, plan: &plan, tables: &tables, layout: &layout, functions: &functions }.write()
}

/// How far apart the places are where the code of a dylib may begin: a line of the cache.
const LINE: u64 = 64;

/// How many such places there are.
const PLACES: u64 = 16;

/// How far the code of a dylib is moved from the start of its page, by what is in the object.
///
/// A processor predicts where an indirect call goes by the low bits of where earlier ones went. If the code of every variant began
/// at the same place in its page, calling several in turn would be mispredicted each time (9 ns instead of 2 on a Zen 5), and
/// their code would share one set of the instruction cache.
fn shift(object: &[u8]) -> u64 {
    // FNV-1a: any change of a constant changes it.
    let hash = object.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    (hash >> 32) % PLACES * LINE
}

/// Why an object was not linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(String);

impl Refusal {
    /// The object is not what a compiler writes.
    fn damaged(what: impl fmt::Display) -> Refusal {
        Refusal(format!("the object is damaged: {what}"))
    }

    /// The object may be sound, but this linker does not know enough to link it.
    fn unsupported(what: impl fmt::Display) -> Refusal {
        Refusal(format!("left to the system's linker: {what}"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for Refusal {}
