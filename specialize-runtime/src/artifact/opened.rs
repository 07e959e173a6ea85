//! An artifact as the loader mapped it, proven to be the file that was checked.

use std::sync::Arc;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::artifact::file::Artifact;
use crate::artifact::mapping::{self, Mapping};
use crate::artifact::memory::OneTimePath;
use crate::error::Error;

/// A dylib that is loaded.
#[derive(Debug)]
pub(crate) struct Opened {
    /// Keeps it mapped.
    pub(crate) library: Library,
    /// Where the symbol stands that was asked for.
    pub(crate) address: *const (),
    /// The part of the file that is mapped there.
    pub(crate) mapping: Mapping,
}

impl Opened {
    /// Loads `artifact`, which defines `symbol`.
    ///
    /// The loader goes by paths: it answers with an older library if one was loaded from the same
    /// path, and opens the file anew, after it was checked, when another process may have put its own in
    /// that place, or removed it. So the kernel is asked whether the file behind the symbol is the one that was checked; what was
    /// checked is loaded from memory if it is not.
    ///
    /// # Safety
    ///
    /// The artifact was checked to be of this crate's making, and has no initializers.
    ///
    /// # Errors
    ///
    /// The loader refuses it, or there is no such symbol.
    pub(crate) unsafe fn open(artifact: &Artifact, symbol: &str) -> Result<Opened, Error> {
        // SAFETY: the caller's promise.
        let by_path = unsafe { load(artifact, symbol) };
        match by_path {
            Err(error) if matches!(error, Error::Mismatch { .. }) || !artifact.is_in_place() => {
                let in_memory = Artifact::in_memory(artifact.content().to_vec())?;
                // SAFETY: the very bytes that the promise is about.
                unsafe { load(&in_memory, symbol) }.map_err(|_| error)
            }
            opened => opened,
        }
    }
}

/// Loads `artifact` from its file, or from memory where it is there, if the loader maps what was checked.
///
/// # Safety
///
/// As for [`Opened::open`].
unsafe fn load(artifact: &Artifact, symbol: &str) -> Result<Opened, Error> {
    let path = artifact.path();
    let failed = |source| Error::Load { path: path.to_owned(), source: Arc::new(source) };
    let in_memory = artifact.memory().map(OneTimePath::new).transpose().map_err(|source| Error::file("load from memory", path, source))?;
    let path_to_load = in_memory.as_ref().map_or(path, OneTimePath::path);
    // SAFETY: the caller's promise.
    let library = unsafe { Library::open(Some(path_to_load), RTLD_NOW | RTLD_LOCAL) }.map_err(failed)?;
    let address = address_of(&library, symbol).map_err(failed)?;
    match mapping::of_file(address, artifact.file_to_load()) {
        Ok(Some(mapping)) => Ok(Opened { library, address, mapping }),
        Ok(None) => Err(Error::Mismatch { path: path.to_owned(), reason: "what the loader mapped is not what was checked".to_owned() }),
        Err(source) => Err(Error::file("find out what was mapped of", path, source)),
    }
}

/// Where `symbol` stands in `library`.
pub(crate) fn address_of(library: &Library, symbol: &str) -> Result<*const (), libloading::Error> {
    let name = format!("{symbol}\0");
    // SAFETY: only the symbol's address is taken.
    let symbol = unsafe { library.get::<*const ()>(name.as_bytes()) }?;
    Ok(symbol.into_raw().cast_const().cast())
}

#[cfg(test)]
mod tests {
    use std::ffi::{CStr, OsStr};
    use std::fs;
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use super::*;
    use crate::artifact::memory::tests::no_other_paths;

    /// Makes a library at `path` whose function `answer` gives `answer`; it comes there as artifacts do, whole.
    fn put(path: &Path, answer: u32) {
        let folder = tempfile::tempdir_in(path.parent().expect("a folder")).expect("a folder");
        let (source, library) = (folder.path().join("answer.rs"), folder.path().join("answer.so"));
        let text = format!("#[unsafe(no_mangle)] pub extern \"C\" fn answer() -> u32 {{ {answer} }}");
        fs::write(&source, text).expect("writable");
        let compiled = Command::new("rustc").args(["--edition=2024", "--crate-type=cdylib", "-o"]).arg(&library).arg(&source).status();
        assert!(compiled.expect("the compiler of this test").success());
        fs::rename(library, path).expect("the same folder");
    }

    fn open(artifact: &Artifact) -> (Opened, u32) {
        // SAFETY: a library from the very compiler that built the test, which has no initializers of its own.
        let opened = unsafe { Opened::open(artifact, "answer") }.expect("it was checked");
        // SAFETY: its signature is what `put` gave it.
        let answer = unsafe { std::mem::transmute::<*const (), extern "C" fn() -> u32>(opened.address) };
        let answer = answer();
        (opened, answer)
    }

    /// The path by which the loader knows what it has opened.
    fn name_of(opened: &Opened) -> PathBuf {
        let mut place = MaybeUninit::<libc::Dl_info>::uninit();
        // SAFETY: `place` is for `dladdr` to fill.
        assert_ne!(unsafe { libc::dladdr(opened.address.cast(), place.as_mut_ptr()) }, 0, "it is loaded");
        // SAFETY: it was filled, and the name lives as long as the library is loaded.
        Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(place.assume_init().dli_fname) }.to_bytes())).to_owned()
    }

    #[test]
    fn what_was_checked_is_loaded_whatever_stands_at_its_path_by_then() {
        let _alone = no_other_paths();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("artifact.so");
        put(&path, 1);
        let first = Artifact::unchecked(&path);
        put(&path, 2);
        let second = Artifact::unchecked(&path);
        assert_eq!(open(&first).1, 1, "another process has replaced it");
        let (loaded, answer) = open(&second);
        assert_eq!((answer, name_of(&loaded) == path), (2, true), "the one that is there");
        put(&path, 3);
        assert_eq!(open(&Artifact::unchecked(&path)).1, 3, "an older one is loaded from that path");
        fs::remove_file(&path).expect("it is there");
        drop(loaded);
        assert_eq!(open(&second).1, 2, "another process has removed it");
    }

    #[test]
    fn what_is_loaded_from_memory_holds_no_descriptor_and_is_not_taken_for_another() {
        let _alone = no_other_paths();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("artifact.so");
        let mut all = Vec::new();
        for answer in 1..4 {
            put(&path, answer);
            let artifact = Artifact::in_memory(fs::read(&path).expect("readable")).expect("memory");
            let (loaded, given) = open(&artifact);
            assert_eq!(given, answer, "an older one was loaded by that number");
            drop(artifact);
            assert!(fs::metadata(name_of(&loaded)).is_err(), "nothing else of the process's is ever found there");
            all.push(loaded);
        }
    }

    #[test]
    fn what_the_loader_refuses_is_told_by_its_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("artifact.so");
        fs::write(&path, "no library").expect("writable");
        // SAFETY: it cannot be loaded.
        let error = unsafe { Opened::open(&Artifact::unchecked(&path), "answer") }.expect_err("it is none");
        assert!(matches!(&error, Error::Load { path: told, .. } if *told == path), "{error}");
    }
}
