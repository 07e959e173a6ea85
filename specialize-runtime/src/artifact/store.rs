//! The folder of finished artifacts, shared by processes: each is named by the digest of its key,
//! written whole or not at all, and read through one descriptor that is checked before any of it
//! is believed.
//!
//! A file is the content (a dylib mostly), then its key, then a footer. The loader does not look
//! beyond the dylib.

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use tempfile::{NamedTempFile, TempDir};

use crate::artifact::key::Key;
use crate::artifact::sweep;
use crate::error::Error;

const MAGIC: [u8; 16] = *b"specialize\0\x01\0\0\0\0";
const FOOTER: usize = MAGIC.len() + 2 * size_of::<u64>() + blake3::OUT_LEN;

/// Where finished artifacts are kept.
#[derive(Debug)]
pub(crate) struct Store {
    artifacts: PathBuf,
    work: PathBuf,
    /// Bytes of artifacts that may stay.
    limit: u64,
    /// How many artifacts this process has kept.
    kept: AtomicU64,
    /// Files that this process goes on to need, however long ago it found them.
    needed: Mutex<BTreeSet<PathBuf>>,
    /// The folder of a store that ends with the process, and why there is no other.
    private: Option<(TempDir, Option<Error>)>,
}

/// A finished file that has been checked.
#[derive(Debug)]
pub(crate) struct Artifact {
    path: PathBuf,
    content: Vec<u8>,
}

impl Artifact {
    /// The file to load.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The content that was checked.
    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }
}

/// A folder to work in, if whoever works there has made it.
#[derive(Debug)]
pub(crate) struct WorkPlace {
    path: PathBuf,
}

impl WorkPlace {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for WorkPlace {
    fn drop(&mut self) {
        // It may never have been made; and what cannot be removed now is a leftover.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// An artifact that is written, but not in its place yet; removed when dropped.
#[derive(Debug)]
pub(crate) struct Staged {
    artifact: Artifact,
    file: NamedTempFile,
    kept: PathBuf,
}

impl Staged {
    /// The artifact where it is now.
    pub(crate) fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// Puts the artifact into its place, where every process finds it, once it is on the disk as a whole.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(crate) fn keep(self, store: &Store) -> Result<Artifact, Error> {
        let Staged { mut artifact, file, kept } = self;
        file.as_file().sync_all().map_err(|source| Error::file("write", &kept, source))?;
        file.persist(&kept).map_err(|error| Error::file("write", &kept, error.error))?;
        artifact.path = kept;
        store.sweep_now_and_then();
        Ok(artifact)
    }
}

impl Store {
    /// Opens the store in `folder`, which is made if need be. Without a folder, or where it cannot
    /// be used or trusted, the store is a private one that ends with the process. Artifacts beyond
    /// `limit` bytes are removed, least recently used first.
    ///
    /// # Errors
    ///
    /// Not even a private folder can be made.
    pub(crate) fn open(folder: Option<&Path>, limit: u64) -> Result<Store, Error> {
        let Some(folder) = folder else {
            return Store::private(limit, None);
        };
        match Store::shared(folder, limit) {
            Ok(store) => Ok(store),
            Err(error) => {
                tracing::warn!(%error, "there is no store: variants are made anew by each process");
                Store::private(limit, Some(error))
            }
        }
    }

    fn shared(folder: &Path, limit: u64) -> Result<Store, Error> {
        // A relative setting must not follow the host when it changes its working directory.
        let folder = std::path::absolute(folder).map_err(|source| Error::file("find", folder, source))?;
        let version = folder.join("v1");
        let store = Store {
            artifacts: version.join("artifacts"),
            work: version.join("work"),
            limit,
            kept: AtomicU64::new(0),
            needed: Mutex::default(),
            private: None,
        };
        for made in [&folder, &version, &store.artifacts, &store.work] {
            make_folder(made).map_err(|source| Error::file("make the folder", made, source))?;
            check_folder(made)?;
        }
        // Folders that cannot be written to are found out now, not after a compile.
        drop(store.work_folder()?);
        sweep::remove_leftovers(&store.work).map_err(|source| Error::file("clean", &store.work, source))?;
        Ok(store)
    }

    fn private(limit: u64, reason: Option<Error>) -> Result<Store, Error> {
        let folder = tempfile::Builder::new()
            .prefix("specialize-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .map_err(|source| Error::file("make a folder in", std::env::temp_dir(), source))?;
        let store = Store {
            artifacts: folder.path().join("artifacts"),
            work: folder.path().join("work"),
            limit,
            kept: AtomicU64::new(0),
            needed: Mutex::default(),
            private: Some((folder, reason)),
        };
        for made in [&store.artifacts, &store.work] {
            make_folder(made).map_err(|source| Error::file("make the folder", made, source))?;
        }
        Ok(store)
    }

    /// Why there is no lasting store, if one was wanted.
    pub(crate) fn failure(&self) -> Option<&Error> {
        self.private.as_ref()?.1.as_ref()
    }

    /// Removes a private store; nothing more can be kept afterwards.
    pub(crate) fn remove_private(&self) {
        if let Some((folder, _)) = &self.private {
            // The process is ending: there is nobody to tell.
            let _ = fs::remove_dir_all(folder.path());
        }
    }

    /// An empty folder of one's own to work in, gone when dropped.
    pub(crate) fn work_folder(&self) -> Result<TempDir, Error> {
        tempfile::Builder::new()
            .prefix(&format!("{}-", std::process::id()))
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&self.work)
            .map_err(|source| Error::file("make a folder in", &self.work, source))
    }

    /// The path of a folder of one's own to work in, which is not made yet, and is gone when dropped.
    pub(crate) fn work_place(&self) -> WorkPlace {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // Processes of other namespaces may share the folder and have the same number.
        static RANDOM: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish());
        let name = format!("{}-{:016x}-{}", std::process::id(), *RANDOM, COUNT.fetch_add(1, Ordering::Relaxed));
        WorkPlace { path: self.work.join(name) }
    }

    /// The artifact for `key`, if there is one. A file that is not what it should be is reported,
    /// removed, and as good as missing.
    pub(crate) fn find(&self, key: &Key) -> Option<Artifact> {
        let path = self.path(key);
        match read(&path, key) {
            Ok(artifact) => Some(artifact),
            Err(Error::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(%error, "an artifact is not used, and is made anew");
                // Another process may have removed it before us.
                let _ = fs::remove_file(&path);
                None
            }
        }
    }

    /// Keeps the finished file at `path` for `key`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or the artifact not written.
    pub(crate) fn keep(&self, key: &Key, path: &Path) -> Result<Artifact, Error> {
        let content = fs::read(path).map_err(|source| Error::file("read", path, source))?;
        self.keep_content(key, content)
    }

    /// Keeps `content` for `key`.
    ///
    /// # Errors
    ///
    /// The artifact cannot be written.
    pub(crate) fn keep_content(&self, key: &Key, content: Vec<u8>) -> Result<Artifact, Error> {
        self.stage(key, content)?.keep(self)
    }

    /// Writes `content` for `key` beside the artifacts: it can be loaded from there at once, and kept afterwards, which waits for
    /// the disk.
    ///
    /// # Errors
    ///
    /// The artifact cannot be written.
    pub(crate) fn stage(&self, key: &Key, content: Vec<u8>) -> Result<Staged, Error> {
        let mut file = tempfile::Builder::new()
            // The loader goes by names: one that was loaded before must not come again.
            .rand_bytes(16)
            .prefix(&format!("{}-", std::process::id()))
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(&self.work)
            .map_err(|source| Error::file("make a file in", &self.work, source))?;
        write(file.as_file_mut(), &content, key).map_err(|source| Error::file("write", file.path(), source))?;
        Ok(Staged { artifact: Artifact { path: file.path().to_owned(), content }, file, kept: self.path(key) })
    }

    /// Lets nobody who cleans the store take `artifact` for something that is no longer used.
    pub(crate) fn need(&self, artifact: &Artifact) {
        self.needed.lock().unwrap_or_else(PoisonError::into_inner).insert(artifact.path.clone());
    }

    /// Keeps the store within its limit: at the first artifact that is kept, and at each of a number of them afterwards.
    fn sweep_now_and_then(&self) {
        const EVERY: u64 = 64;
        if !self.kept.fetch_add(1, Ordering::Relaxed).is_multiple_of(EVERY) {
            return;
        }
        for needed in self.needed.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            sweep::record_need(needed);
        }
        if let Err(error) = sweep::enforce(&self.artifacts, self.limit) {
            tracing::warn!(%error, "the store cannot be kept within its limit");
        }
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.artifacts.join(key.digest()).with_extension("so")
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// A folder must be the user's own, and closed to others' writing.
fn check_folder(folder: &Path) -> Result<(), Error> {
    let metadata = fs::metadata(folder).map_err(|source| Error::file("inspect", folder, source))?;
    let untrusted = |reason: String| Error::CacheUntrusted { path: folder.to_owned(), reason };
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user {
        return Err(untrusted(format!("it belongs to user {}, not to user {user}", metadata.uid())));
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(untrusted(format!("others may write to it (mode {:o}); chmod go-w it", metadata.mode() & 0o7777)));
    }
    Ok(())
}

/// Reads and checks the artifact at `path`.
fn read(path: &Path, key: &Key) -> Result<Artifact, Error> {
    let failed = |source| Error::file("read", path, source);
    let untrusted = |reason: &str| Error::CacheUntrusted { path: path.to_owned(), reason: reason.to_owned() };
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits() as i32;
    let mut file = OpenOptions::new().read(true).custom_flags(no_follow).open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() || metadata.uid() != rustix::process::geteuid().as_raw() || metadata.mode() & 0o222 != 0 {
        return Err(untrusted("it is not a read-only file of the user's own"));
    }
    let mut content = Vec::new();
    file.read_to_end(&mut content).map_err(failed)?;
    sweep::record_use(&file, &metadata);
    let length = content_length(&content, key).ok_or_else(|| untrusted("its content is damaged, or made for something else"))?;
    content.truncate(length);
    Ok(Artifact { path: path.to_owned(), content })
}

fn write(file: &mut File, content: &[u8], key: &Key) -> io::Result<()> {
    let mut whole = Vec::with_capacity(content.len() + key.fields().len() + FOOTER);
    whole.extend_from_slice(content);
    whole.extend_from_slice(key.fields());
    whole.extend_from_slice(&MAGIC);
    whole.extend_from_slice(&(content.len() as u64).to_le_bytes());
    whole.extend_from_slice(&(key.fields().len() as u64).to_le_bytes());
    let digest = blake3::hash(&whole);
    whole.extend_from_slice(digest.as_bytes());
    file.write_all(&whole)?;
    file.set_permissions(Permissions::from_mode(0o400))
}

/// The length of the content that `whole` starts with, if all of it is undamaged and for `key`.
fn content_length(whole: &[u8], key: &Key) -> Option<usize> {
    let (hashed, digest) = whole.split_last_chunk::<{ blake3::OUT_LEN }>()?;
    // The comparison of two blake3 hashes takes constant time, which does no harm.
    if blake3::hash(hashed) != *digest {
        return None;
    }
    let (rest, key_length) = hashed.split_last_chunk()?;
    let (rest, content_length) = rest.split_last_chunk()?;
    let (rest, magic) = rest.split_last_chunk()?;
    let content_length = usize::try_from(u64::from_le_bytes(*content_length)).ok()?;
    let key_length = usize::try_from(u64::from_le_bytes(*key_length)).ok()?;
    let (content, fields) = rest.split_at_checked(content_length)?;
    (*magic == MAGIC && key_length == fields.len() && fields == key.fields()).then_some(content.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (TempDir, Store) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(Some(&folder.path().join("cache")), u64::MAX).expect("a store");
        (folder, store)
    }

    fn keep(store: &Store, key: &Key, dylib: &[u8]) -> Artifact {
        let work = store.work_folder().expect("a work folder");
        let path = work.path().join("v.so");
        fs::write(&path, dylib).expect("a dylib");
        store.keep(key, &path).expect("kept")
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let (_folder, store) = store();
        let key = Key::new("test").number(1);
        assert!(store.find(&key).is_none());
        assert_eq!(keep(&store, &key, b"code").content(), b"code");
        assert_eq!(store.find(&key).expect("found").content(), b"code");
        assert!(store.find(&Key::new("test").number(2)).is_none());
        assert!(store.failure().is_none());
    }

    #[test]
    fn a_damaged_artifact_is_as_good_as_missing() {
        let (_folder, store) = store();
        let key = Key::new("test").number(1);
        let path = keep(&store, &key, b"some code that will be damaged").path().to_owned();
        let whole = fs::read(&path).expect("readable");
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            assert_eq!(content_length(&damaged, &key), None, "byte {place}");
            assert_eq!(content_length(&whole[..place], &key), None, "first {place} bytes");
        }
        fs::remove_file(&path).expect("removable");
        fs::write(&path, &whole[1..]).expect("writable");
        fs::set_permissions(&path, Permissions::from_mode(0o400)).expect("changeable");
        assert!(store.find(&key).is_none());
        assert!(!path.exists(), "a damaged file is removed");
    }

    #[test]
    fn a_folder_open_to_others_is_not_used() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).expect("changeable");
        let store = Store::open(Some(folder.path()), u64::MAX).expect("a private store");
        assert!(matches!(store.failure(), Some(Error::CacheUntrusted { .. })));
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0, "nothing is written there");
    }

    #[test]
    fn a_folder_that_cannot_be_made_means_a_private_one() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let store = Store::open(Some(&file.path().join("cache")), u64::MAX).expect("a private store");
        assert!(matches!(store.failure(), Some(Error::File { .. })));
        let key = Key::new("test");
        assert_eq!(keep(&store, &key, b"code").content(), store.find(&key).expect("found").content());
        let private = store.artifacts.clone();
        drop(store);
        assert!(!private.exists());
    }
}
