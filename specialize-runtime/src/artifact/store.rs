//! The folder of finished artifacts, shared by processes: each is named by the digest of its key,
//! written whole or not at all, and read through one descriptor that is checked before any of it
//! is believed.

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::fs::{self, DirBuilder, Permissions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::{StatVfsMountFlags, statvfs};
use tempfile::NamedTempFile;

use crate::artifact::file::{self, Access, Artifact};
use crate::artifact::key::Key;
use crate::artifact::temporary::{self, Temporary};
use crate::artifact::{safe_path, sweep};
use crate::error::Error;
use crate::per_process::PerProcess;
use crate::user_code;

/// Where finished artifacts are kept.
#[derive(Debug)]
pub(crate) struct Store {
    artifacts: PathBuf,
    work: PathBuf,
    /// Where compilers work instead if the path is not UTF-8, which they do not take.
    aside: Option<Temporary>,
    /// Bytes of artifacts that may stay.
    limit: u64,
    /// Whether no code may be loaded from files there.
    loads_from_memory: bool,
    /// How many artifacts this process has kept.
    kept: AtomicU64,
    /// Files that are on their way to their place.
    written: Arc<Mutex<BTreeSet<PathBuf>>>,
    /// Files that this process goes on to need, however long ago it found them.
    needed: Mutex<BTreeSet<PathBuf>>,
    /// The folder of a store that ends with the process.
    private: Option<Temporary>,
    /// Why there is no other, if one was wanted.
    reason: Option<Error>,
}

/// A folder to work in, which may not be made yet; removed when dropped.
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
        // It cannot be removed without a free descriptor, for example.
        if !is_removed(&self.path) {
            left().push(std::mem::take(&mut self.path));
        }
    }
}

/// Folders of this process that could not be removed yet.
static LEFT: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn left() -> MutexGuard<'static, Vec<PathBuf>> {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes a folder, which may never have been made.
fn is_removed(folder: &Path) -> bool {
    fs::remove_dir_all(folder).map_or_else(|error| error.kind() == io::ErrorKind::NotFound, |()| true)
}

/// An artifact that is written, but not in its place yet; removed when dropped.
#[derive(Debug)]
pub(crate) struct Staged {
    artifact: Artifact,
    /// Nothing where it could not be written, and is in memory only.
    file: Option<(NamedTempFile, Written)>,
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
        let Staged { artifact, file, kept } = self;
        let Some((file, _written)) = file else {
            return Ok(artifact);
        };
        let failed = |source| Error::file("write", &kept, source);
        file.as_file().sync_all().map_err(failed)?;
        // Closed ahead: a program that anybody has open for writing cannot be run.
        match file.into_temp_path().persist(&kept) {
            Ok(_) => {}
            // Somebody has removed the folder.
            Err(error) if error.error.kind() == io::ErrorKind::NotFound => {
                store.make_folders()?;
                error.path.persist(&kept).map_err(|error| failed(error.error))?;
            }
            Err(error) => return Err(failed(error.error)),
        }
        store.sweep_now_and_then();
        Ok(artifact.moved(kept))
    }
}

/// Says, as long as it lives, that a file is on its way to its place: it waits for the disk, or for others that do.
#[derive(Debug)]
struct Written {
    all: Arc<Mutex<BTreeSet<PathBuf>>>,
    path: PathBuf,
}

impl Written {
    fn enter(store: &Store, path: &Path) -> Written {
        names(&store.written).insert(path.to_owned());
        Written { all: Arc::clone(&store.written), path: path.to_owned() }
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        names(&self.all).remove(&self.path);
    }
}

fn names(all: &Mutex<BTreeSet<PathBuf>>) -> MutexGuard<'_, BTreeSet<PathBuf>> {
    all.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// Opens the store in `folder`, which is made if need be. Without a folder, or where it cannot
    /// be used or trusted, the store is a private one that ends with the process. Artifacts beyond
    /// `limit` bytes are removed, least recently used first.
    ///
    /// # Errors
    ///
    /// Not even a private folder can be made, or there are no descriptors or memory to look at the store, which a later call may have.
    pub(crate) fn open(folder: Option<&Path>, limit: u64) -> Result<Store, Error> {
        Store::open_by(Store::shared, folder, limit)
    }

    /// Opens the store in `folder` for what is finished in it, and for nothing else: it need not be writable, and where its files may
    /// not be run they are loaded from memory.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub(crate) fn open_finished(folder: Option<&Path>, limit: u64) -> Result<Store, Error> {
        Store::open_by(Store::finished, folder, limit)
    }

    fn open_by(open: impl FnOnce(&Path, u64) -> Result<Store, Error>, folder: Option<&Path>, limit: u64) -> Result<Store, Error> {
        let Some(folder) = folder else {
            return Store::private(limit, None);
        };
        match open(folder, limit) {
            Ok(store) => Ok(store),
            Err(error) if lacks_what_comes_back(&error) => Err(error),
            Err(error) => {
                user_code::event!(warn, "specialize::store", %error, "there is no store: variants are made anew by each process");
                Store::private(limit, Some(error))
            }
        }
    }

    fn finished(folder: &Path, limit: u64) -> Result<Store, Error> {
        let store = Store::at(safe_path::make_own(folder)?.join("v1"), limit);
        safe_path::make_own(&store.artifacts)?;
        Ok(Store { loads_from_memory: !may_run_code_from(&store.artifacts), ..store })
    }

    fn shared(folder: &Path, limit: u64) -> Result<Store, Error> {
        let store = Store::at(safe_path::make_own(folder)?.join("v1"), limit);
        store.make_folders()?;
        // Folders that cannot be used are found out now, not after a compile.
        store.try_writing()?;
        if !has_room_to_build(&store.work) {
            return Err(Error::file("find room to compile in", &store.work, io::ErrorKind::StorageFull.into()));
        }
        if !may_run_code_from(&store.artifacts) {
            let reason = io::Error::new(io::ErrorKind::PermissionDenied, "it is on a file system that is mounted noexec");
            return Err(Error::file("load code from", folder, reason));
        }
        sweep::remove_leftovers(&store.work).map_err(|source| Error::file("clean", &store.work, source))?;
        Ok(store)
    }

    /// A store in a folder of its own for temporary files: where code may be run if there is such a place, else artifacts are loaded
    /// from memory.
    fn private(limit: u64, reason: Option<Error>) -> Result<Store, Error> {
        let mut found = None;
        let mut failure = None;
        for place in temporary::places() {
            match Store::private_in(&place, limit) {
                Ok(store) if !store.loads_from_memory => {
                    found = Some(store);
                    break;
                }
                Ok(store) => found = found.or(Some(store)),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match (found, failure) {
            (Some(store), _) => Ok(Store { reason, ..store }),
            (None, Some(error)) => Err(error),
            (None, None) => Err(Error::file("find a place for", "temporary files", io::ErrorKind::NotFound.into())),
        }
    }

    fn private_in(place: &Path, limit: u64) -> Result<Store, Error> {
        let folder = Temporary::make(place)?;
        let path = folder.path().to_owned();
        let loads_from_memory = !may_run_code_from(&path);
        let store = Store::at(path.clone(), limit);
        let store = Store { private: Some(folder), loads_from_memory, ..store };
        let usable = store.make_folders().and_then(|()| store.try_writing());
        // Without descriptors not even a folder can be removed: dropped as a place of work, it is tried again later.
        usable.inspect_err(|_| drop(WorkPlace { path }))?;
        Ok(store)
    }

    fn at(folder: PathBuf, limit: u64) -> Store {
        let text = |place: &PathBuf| place.to_str().is_some();
        let aside = match text(&folder) {
            true => None,
            false => temporary::places().filter(text).find_map(|place| Temporary::make(&place).ok()),
        };
        Store {
            artifacts: folder.join("artifacts"),
            work: folder.join("work"),
            aside,
            limit,
            loads_from_memory: false,
            kept: AtomicU64::new(0),
            written: Arc::default(),
            needed: Mutex::default(),
            private: None,
            reason: None,
        }
    }

    /// Makes the folders of the store, unless they are there, and checks that they are closed to others.
    fn make_folders(&self) -> Result<(), Error> {
        [&self.artifacts, &self.work].into_iter().try_for_each(|folder| safe_path::make_own(folder).map(drop))
    }

    /// Checks that something can be written.
    fn try_writing(&self) -> Result<(), Error> {
        const ENOUGH: usize = 64 << 10;
        let mut file = tempfile::tempfile_in(&self.work).map_err(|source| Error::file("make a file in", &self.work, source))?;
        file.write_all(&[0; ENOUGH]).map_err(|source| Error::file("write to a file in", &self.work, source))
    }

    /// Where finished artifacts are kept.
    pub(crate) fn place(&self) -> &Path {
        &self.artifacts
    }

    /// Why there is no lasting store, if one was wanted.
    pub(crate) fn failure(&self) -> Option<&Error> {
        self.reason.as_ref()
    }

    /// Removes what is left of work, and a private store; nothing more can be kept afterwards.
    pub(crate) fn remove_last_things(&self) {
        left().retain(|folder| !is_removed(folder));
        // The disk may take longer than the process can wait.
        for file in names(&self.written).iter() {
            let _ = fs::remove_file(file);
        }
        for folder in self.private.iter().chain(&self.aside) {
            // The process is ending: there is nobody to tell.
            let _ = folder.remove();
        }
    }

    /// An empty folder of one's own to work in, gone when dropped.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub(crate) fn work_folder(&self) -> Result<WorkPlace, Error> {
        let place = self.work_place();
        let make = |_: &Path| DirBuilder::new().mode(0o700).create(&place.path);
        self.in_work_folder(make).map_err(|source| Error::file("make the folder", &place.path, source))?;
        Ok(place)
    }

    /// Makes something in the folder for work, which is made anew if somebody has removed it.
    fn in_work_folder<T>(&self, make: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
        match make(&self.work) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.make_folders().map_err(io::Error::other)?;
                make(&self.work)
            }
            made => made,
        }
    }

    /// The path of a folder of one's own to work in, which is not made yet, and is gone when dropped.
    pub(crate) fn work_place(&self) -> WorkPlace {
        left().retain(|folder| !is_removed(folder));
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // Processes of other namespaces may share the folder and have the same number, a forked child too.
        static RANDOM: PerProcess<u64> = PerProcess::new();
        let random = RANDOM.get_or_init(|| RandomState::new().build_hasher().finish());
        let name = format!("{}-{random:016x}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        WorkPlace { path: self.aside.as_ref().map_or(&*self.work, Temporary::path).join(name) }
    }

    /// The artifact for `key`, if there is one. Whatever is there stays.
    ///
    /// # Errors
    ///
    /// [`Error::CacheUntrusted`] if the file is not what it should be, [`Error::File`] if it cannot be read.
    pub(crate) fn look_for(&self, key: &Key) -> Result<Option<Artifact>, Error> {
        match file::read(&self.path(key), key).and_then(|artifact| self.to_be_loaded(artifact)) {
            Ok(artifact) => Ok(Some(artifact)),
            Err(Error::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The artifact for `key`, if there is one. A file that is not what it should be is reported,
    /// removed, and as good as missing.
    pub(crate) fn find(&self, key: &Key) -> Option<Artifact> {
        match self.look_for(key) {
            Ok(found) => found,
            Err(error @ Error::CacheUntrusted { .. }) => {
                user_code::event!(warn, "specialize::store", %error, "an artifact is not used, and is made anew");
                let path = self.path(key);
                // Another process may have removed it before us.
                let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
                None
            }
            Err(error) => {
                user_code::event!(warn, "specialize::store", %error, "an artifact cannot be read, and is made anew");
                None
            }
        }
    }

    /// Forgets the artifact for `key`, which is of no use.
    pub(crate) fn forget(&self, key: &Key) {
        // Another process may have removed it before us.
        let _ = fs::remove_file(self.path(key));
    }

    /// Keeps the finished file at `path` for `key`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or the artifact not written.
    pub(crate) fn keep(&self, key: &Key, path: &Path, access: Access) -> Result<Artifact, Error> {
        let content = fs::read(path).map_err(|source| Error::file("read", path, source))?;
        self.stage_for(key, content, access)?.keep(self)
    }

    /// Keeps `content` for `key`.
    ///
    /// # Errors
    ///
    /// The artifact can neither be written nor held in memory.
    pub(crate) fn keep_content(&self, key: &Key, content: Vec<u8>) -> Result<Artifact, Error> {
        self.stage(key, content)?.keep(self)
    }

    /// Writes `content` for `key` beside the artifacts: it can be loaded from there at once, and kept afterwards, which waits for
    /// the disk. Where it cannot be written, it stays in memory.
    ///
    /// # Errors
    ///
    /// The artifact can neither be written nor held in memory.
    pub(crate) fn stage(&self, key: &Key, content: Vec<u8>) -> Result<Staged, Error> {
        self.stage_for(key, content, Access::Load)
    }

    fn stage_for(&self, key: &Key, content: Vec<u8>, access: Access) -> Result<Staged, Error> {
        let kept = self.path(key);
        match self.write_beside(key, &content, access) {
            Ok((file, opened)) => {
                let artifact = self.to_be_loaded(Artifact::new(file.0.path().to_owned(), content, opened))?;
                Ok(Staged { artifact, file: Some(file), kept })
            }
            Err(source) => {
                let error = Error::file("write to a file in", &self.work, source);
                user_code::event!(warn, "specialize::store", %error, "an artifact is not kept for the next process");
                // By its place in the store, where it is made anew once there is room: its descriptor means nothing to a linker.
                Ok(Staged { artifact: Artifact::in_memory(content)?.moved(kept.clone()), file: None, kept })
            }
        }
    }

    fn write_beside(&self, key: &Key, content: &[u8], access: Access) -> io::Result<((NamedTempFile, Written), fs::File)> {
        let mut builder = tempfile::Builder::new();
        let prefix = format!("{}-", std::process::id());
        // The loader goes by names: one that was loaded before must not come again.
        builder.rand_bytes(16).prefix(&prefix).permissions(Permissions::from_mode(0o600));
        let mut file = self.in_work_folder(|work| builder.tempfile_in(work))?;
        let written = Written::enter(self, file.path());
        file::write(file.as_file_mut(), content, key, access)?;
        // A program that anybody has open for writing cannot be run.
        let opened = fs::File::open(file.path())?;
        Ok(((file, written), opened))
    }

    fn to_be_loaded(&self, artifact: Artifact) -> Result<Artifact, Error> {
        if self.loads_from_memory { artifact.load_from_memory() } else { Ok(artifact) }
    }

    /// Notes that this process goes on to need `artifact`: before each sweep of its own, it records the use anew.
    pub(crate) fn need(&self, artifact: &Artifact) {
        names(&self.needed).insert(artifact.path().to_owned());
    }

    /// Keeps the store within its limit: at the first artifact that is kept, and at each of a number of them afterwards.
    fn sweep_now_and_then(&self) {
        const EVERY: u64 = 64;
        if !self.kept.fetch_add(1, Ordering::Relaxed).is_multiple_of(EVERY) {
            return;
        }
        for needed in names(&self.needed).iter() {
            sweep::record_need(needed);
        }
        if let Err(error) = sweep::enforce(&self.artifacts, self.limit) {
            user_code::event!(warn, "specialize::store", %error, "the store cannot be kept within its limit");
        }
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.artifacts.join(key.digest()).with_extension("so")
    }
}

/// Whether the process or the system has too little of something at the moment, which says nothing about the store.
fn lacks_what_comes_back(error: &Error) -> bool {
    let Error::File { source, .. } = error else { return false };
    matches!(source.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOMEM))
}

/// Whether the disk of `folder` has room for what is built once on a machine, and for the work of compilers at it: with less, they fail
/// half way, each in its own words.
fn has_room_to_build(folder: &Path) -> bool {
    const BYTES: u64 = 8 << 20;
    const FILES: u64 = 64;
    // Where that cannot be found out, compiling finds it out. A disk that does not count its files has no limit of them.
    statvfs(folder)
        .map_or(true, |disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= BYTES && (disk.f_files == 0 || disk.f_favail >= FILES))
}

/// Whether what is in `folder` may be loaded and run.
fn may_run_code_from(folder: &Path) -> bool {
    // Where that cannot be found out, loading finds it out.
    statvfs(folder).map_or(true, |mount| !mount.f_flag.contains(StatVfsMountFlags::NOEXEC))
}

#[cfg(test)]
mod tests;
