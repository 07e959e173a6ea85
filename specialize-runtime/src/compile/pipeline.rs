//! The request for one variant, and the engine that runs `rustc` for each.

use std::ffi::CStr;
use std::fs;
use std::path::Path;
use std::time::Instant;

use super::link;
use super::rustc::{Lowering, OBJECT};
use super::toolchain::Toolchain;
use crate::Error;
use crate::user_code;
use crate::value::Part;

/// One variant to make.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The function, and how it is compiled.
    pub(crate) lowering: Lowering<'a>,
    /// The image of each specialized value, in the order of the signature.
    pub(crate) images: &'a [Part<'a>],
    /// The support library that the variant is linked against.
    pub(crate) support: &'a Path,
    /// The name that library goes by.
    pub(crate) support_name: &'a str,
    /// Whether the loaded support library, or what it is linked against, defines a symbol.
    pub(crate) resolves: &'a dyn Fn(&CStr) -> bool,
}

/// Makes a variant, and gives back its dylib.
///
/// Blocks for one run of the compiler and one of the linker, some 40 ms for a small function. To be called only from a thread
/// that lives as long as the process.
///
/// # Errors
///
/// [`Error::BuildTimeOnly`], [`Error::UnresolvedSymbol`], [`Error::ToolchainDiffers`] if the toolchain was replaced, and those
/// of the file system and of children that fail.
pub(crate) fn compile(toolchain: &Toolchain, request: &Request<'_>) -> Result<Vec<u8>, Error> {
    let started = Instant::now();
    toolchain.confirm()?;
    request.lowering.make_object(toolchain, request.images)?;
    let compiled = started.elapsed();
    let path = request.lowering.folder.join(OBJECT);
    let object = fs::read(&path).map_err(|error| Error::BadOutput { program: toolchain.rustc.clone(), path, reason: error.to_string() })?;
    let library = link::finish(toolchain, request, &object, None)?;
    user_code::event!(
        debug,
        "specialize::compile",
        function = request.lowering.template.function,
        engine = "rustc",
        compile = ?compiled,
        link = ?(started.elapsed() - compiled),
        "variant compiled",
    );
    Ok(library)
}
