//! One artifact: in its file, or in memory where no file can be loaded.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::OFlags;

use crate::artifact::format::{content_length, encode};
use crate::artifact::key::Key;
use crate::artifact::memory;
use crate::artifact::sweep;
use crate::error::Error;

/// A finished file that has been checked.
#[derive(Debug)]
pub(crate) struct Artifact {
    path: PathBuf,
    content: Vec<u8>,
    /// What the content was read from, or written to.
    file: Arc<File>,
    /// The content in memory, where it cannot be loaded from a file.
    memory: Option<Arc<File>>,
}

impl Artifact {
    /// The artifact in a file.
    pub(crate) fn new(path: PathBuf, content: Vec<u8>, file: File) -> Artifact {
        Artifact { path, content, file: Arc::new(file), memory: None }
    }

    /// An artifact that is in no file.
    ///
    /// # Errors
    ///
    /// There is no memory or descriptor for it.
    pub(crate) fn in_memory(content: Vec<u8>) -> Result<Artifact, Error> {
        let memory = file_in_memory(&content)?;
        Ok(Artifact { path: memory::path_of(&memory), content, file: Arc::clone(&memory), memory: Some(memory) })
    }

    /// Has the artifact loaded from memory, whatever file it is in.
    ///
    /// # Errors
    ///
    /// There is no memory or descriptor for it.
    pub(crate) fn load_from_memory(mut self) -> Result<Artifact, Error> {
        if self.memory.is_none() {
            self.memory = Some(file_in_memory(&self.content)?);
        }
        Ok(self)
    }

    /// The file at `path`, whatever it is.
    #[cfg(test)]
    pub(crate) fn unchecked(path: &Path) -> Artifact {
        let content = std::fs::read(path).expect("readable");
        Artifact::new(path.to_owned(), content, File::open(path).expect("readable"))
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path by which it is run, as long as it lives.
    pub(crate) fn path_to_load(&self) -> PathBuf {
        self.memory().map_or_else(|| self.path.clone(), memory::path_of)
    }

    /// The file that the loader must have mapped.
    pub(crate) fn file_to_load(&self) -> &File {
        self.memory().unwrap_or(&self.file)
    }

    /// The file in memory from which it is loaded, if it is from one.
    pub(crate) fn memory(&self) -> Option<&File> {
        self.memory.as_deref()
    }

    /// Whether its path still leads to what was read.
    pub(crate) fn is_in_place(&self) -> bool {
        let same = || -> io::Result<bool> {
            let (there, read) = (fs::metadata(self.path_to_load())?, self.file_to_load().metadata()?);
            Ok((there.dev(), there.ino()) == (read.dev(), read.ino()))
        };
        same().unwrap_or(false)
    }

    /// The content that was checked.
    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }

    /// The artifact where only its file goes on to be needed: the content would take memory for nothing.
    pub(crate) fn without_content(self) -> Artifact {
        Artifact { content: Vec::new(), ..self }
    }

    /// The artifact after its file was moved to `path`.
    pub(crate) fn moved(self, path: PathBuf) -> Artifact {
        Artifact { path, ..self }
    }
}

fn file_in_memory(content: &[u8]) -> Result<Arc<File>, Error> {
    memory::file(content).map(Arc::new).map_err(|source| Error::file("make a file in memory for", "an artifact", source))
}

/// Reads and checks the artifact at `path`.
///
/// # Errors
///
/// [`Error::File`] if it cannot be read, [`Error::CacheUntrusted`] if it is not what it should be.
pub(crate) fn read(path: &Path, key: &Key) -> Result<Artifact, Error> {
    let failed = |source| Error::file("read", path, source);
    let untrusted = |reason: &str| Error::CacheUntrusted { path: path.to_owned(), reason: reason.to_owned() };
    // Opening something that is not a regular file must not block.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut file =
        OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path).map_err(|source| match source.raw_os_error() {
            Some(libc::ELOOP) => untrusted("it is a symbolic link"),
            _ => failed(source),
        })?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() || metadata.uid() != rustix::process::geteuid().as_raw() || metadata.mode() & 0o222 != 0 {
        let (user, mode) = (metadata.uid(), metadata.mode() & 0o7777);
        return Err(untrusted(&format!(
            "it is not a read-only file of the user's own (it is user {user}'s, mode {mode:o}); chown it, and chmod a-w it"
        )));
    }
    let mut content = Vec::new();
    file.read_to_end(&mut content).map_err(failed)?;
    sweep::record_use(&file, &metadata);
    let length = content_length(&content, key.fields()).ok_or_else(|| untrusted("its content is damaged, or made for something else"))?;
    content.truncate(length);
    Ok(Artifact::new(path.to_owned(), content, file))
}

/// What may be done with an artifact's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It is read or loaded.
    Load,
    /// It is a program, and is run.
    Run,
}

impl Access {
    fn permissions(self) -> Permissions {
        Permissions::from_mode(match self {
            Access::Load => 0o400,
            Access::Run => 0o500,
        })
    }
}

/// Writes the artifact for `key` to `file`, and closes it to writing.
///
/// # Errors
///
/// Those of writing.
pub(crate) fn write(file: &mut File, content: &[u8], key: &Key, access: Access) -> io::Result<()> {
    file.write_all(&encode(content, key.fields()))?;
    file.set_permissions(access.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_read_only_file_of_ones_own_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let (key, path) = (Key::new("test"), folder.path().join("a"));
        let is_refused = |path: &Path| matches!(read(path, &key), Err(Error::CacheUntrusted { .. }));
        fs::write(&path, encode(b"code", key.fields())).expect("a file");
        assert!(is_refused(&path), "it may be written to");
        fs::set_permissions(&path, Permissions::from_mode(0o400)).expect("our own file");
        assert_eq!(read(&path, &key).expect("good").content(), b"code");
        std::os::unix::fs::symlink("a", folder.path().join("link")).expect("a link");
        assert!(is_refused(&folder.path().join("link")) && is_refused(folder.path()));
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).expect("a pipe");
        assert!(is_refused(&pipe), "and it is not waited for");
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&path, Some(65_534), None).expect("we are root");
            assert!(is_refused(&path), "it is another's");
        } else {
            crate::skipped::skipped("only root can give a file away");
        }
    }
}
