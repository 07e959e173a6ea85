//! Folders for what ends with the process: whoever makes one removes those of processes that could not.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};
use tempfile::TempDir;

use crate::artifact::safe_path;
use crate::error::Error;

/// Where else there is room for temporary files: in memory.
const SHARED_MEMORY: &str = "/dev/shm";

/// What the names of the folders begin with.
const PREFIX: &str = "specialize-";

/// The file that the process locks as long as it lives. What has none was not made here, or is not ready yet.
const LOCK: &str = "specialize.lock";

/// A folder for the user alone; removed when dropped.
#[derive(Debug)]
pub(crate) struct Temporary {
    folder: TempDir,
    /// Says that the folder is in use, as long as this process or one that was forked from it has it open.
    _lock: Option<File>,
}

impl Temporary {
    /// Makes a folder in `place`, where nobody else can move it.
    ///
    /// # Errors
    ///
    /// Others could move it, or it cannot be made.
    pub(crate) fn make(place: &Path) -> Result<Temporary, Error> {
        let place = safe_path::find(place)?;
        // What cannot be removed is left to the next.
        let _ = remove_left_behind(&place);
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&place)
            .map_err(|source| Error::file("make a folder in", place, source))?;
        // Without a lock, nobody else removes the folder.
        let lock = lock(folder.path()).ok();
        Ok(Temporary { folder, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes the folder ahead of its time: the process is ending.
    ///
    /// # Errors
    ///
    /// Something in it stays.
    pub(crate) fn remove(&self) -> io::Result<()> {
        remove(self.path())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What is left is the folder's own to remove.
        let _ = self.remove();
    }
}

/// The places for temporary files.
pub(crate) fn places() -> impl Iterator<Item = PathBuf> {
    [std::env::temp_dir(), PathBuf::from(SHARED_MEMORY)].into_iter()
}

/// Locks `folder`, in which the file appears only when it is locked.
fn lock(folder: &Path) -> io::Result<File> {
    let file = tempfile::NamedTempFile::new_in(folder)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(file.persist_noclobber(folder.join(LOCK))?)
}

/// Removes a folder, its lock last: what is left if the process is killed meanwhile is still known for what it is.
fn remove(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten().filter(|entry| entry.file_name() != LOCK) {
        // Whatever stays is tried once more with the folder.
        let _ = if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
    }
    fs::remove_dir_all(folder)
}

/// Removes from `place` the user's own folders whose processes are gone.
fn remove_left_behind(place: &Path) -> io::Result<()> {
    for entry in fs::read_dir(place)?.flatten() {
        if !entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
            continue;
        }
        let is_own = |folder: &fs::Metadata| folder.is_dir() && folder.uid() == rustix::process::geteuid().as_raw();
        if !entry.metadata().is_ok_and(|folder| is_own(&folder)) {
            continue;
        }
        // Held meanwhile, so that no other process does the same.
        if let Ok(_lock) = lock_left_behind(&entry.path()) {
            let _ = remove(&entry.path());
        }
    }
    Ok(())
}

/// Locks a folder that a process has locked, and has no more.
fn lock_left_behind(folder: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(folder.join(LOCK))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::mem::ManuallyDrop;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn only_folders_of_processes_that_are_gone_are_removed() {
        let place = tempfile::tempdir().expect("a folder");
        let living = Temporary::make(place.path()).expect("a folder");
        // Not dropped, as where the process was killed.
        let mut killed = ManuallyDrop::new(Temporary::make(place.path()).expect("a folder"));
        let left_behind = killed.path().to_owned();
        fs::write(left_behind.join("artifact"), "code").expect("writable");
        let others = [place.path().join("specialize-notes"), place.path().join("notes")];
        for other in &others {
            fs::create_dir(other).expect("a folder");
        }
        fs::write(others[1].join(LOCK), "").expect("writable");
        drop(Temporary::make(place.path()).expect("a folder"));
        assert!(left_behind.exists(), "it is locked");
        drop(killed._lock.take());
        // A child that another test has forked meanwhile has the lock too, until it becomes another program.
        let started = Instant::now();
        while left_behind.exists() && started.elapsed() < Duration::from_secs(60) {
            drop(Temporary::make(place.path()).expect("a folder"));
        }
        assert!(!left_behind.exists());
        assert!(living.path().join(LOCK).exists() && others.iter().all(|other| other.exists()));
    }
}
