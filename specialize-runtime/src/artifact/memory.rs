//! Files in memory, for where no file can be loaded from a disk.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

/// The descriptors of this process, by number.
const DESCRIPTORS: &str = "/proc/self/fd";

/// A file with this content that nobody can change any more.
///
/// # Errors
///
/// There is no memory or descriptor for it.
pub(crate) fn file(content: &[u8]) -> io::Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    // Before Linux 6.3 such a file may always be run, and the flag is not known.
    let file = memfd_create("specialize", flags | MemfdFlags::EXEC).or_else(|_| memfd_create("specialize", flags))?;
    let mut file = File::from(file);
    file.write_all(content)?;
    fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL)?;
    Ok(file)
}

/// The path of a file in memory as long as it is open; others have it before and after.
pub(crate) fn path_of(file: &File) -> PathBuf {
    Path::new(DESCRIPTORS).join(file.as_raw_fd().to_string())
}

/// A path to a file in memory for the loader, which takes a library for one that it has if it has one by the same path.
#[derive(Debug)]
pub(crate) struct OneTimePath {
    path: PathBuf,
    /// The path leads through this folder's own descriptor, and to nothing once that is closed: whoever looks for the library's file
    /// by the name that the loader gives it must not come upon what else the process opens.
    _folder: File,
}

impl OneTimePath {
    /// A path that the loader of this process was never given.
    ///
    /// # Errors
    ///
    /// There is no descriptor for it.
    pub(crate) fn new(file: &File) -> io::Result<OneTimePath> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // Another runtime instance in the process has another counter, at another address.
        let address = (&raw const COUNT).addr() as u128;
        let number = address << u64::BITS | u128::from(COUNT.fetch_add(1, Ordering::Relaxed));
        // Two ways to write "here": the kernel goes nowhere, and the loader compares letters.
        let detour = format!("{number:b}").replace('0', "./").replace('1', ".//");
        let folder = File::open(DESCRIPTORS)?;
        let path = format!("{DESCRIPTORS}/{}/{detour}{}", folder.as_raw_fd(), file.as_raw_fd());
        Ok(OneTimePath { path: path.into(), _folder: folder })
    }

    /// The path, as long as this and the file are there.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashSet;
    use std::ffi::OsString;
    use std::fs::{self, OpenOptions};
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use super::*;

    /// Keeps the other tests of such paths from making one: it may lead through a descriptor that had the number of another's.
    pub(crate) fn no_other_paths() -> MutexGuard<'static, ()> {
        static ONE: Mutex<()> = Mutex::new(());
        ONE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[test]
    fn a_file_in_memory_cannot_be_changed_and_has_a_path_while_it_is_open() {
        let code = file(b"code").expect("memory");
        assert_eq!(fs::read(path_of(&code)).expect("readable"), b"code");
        let open = OpenOptions::new().write(true).open(path_of(&code));
        assert!(open.and_then(|mut file| file.write_all(b"other")).is_err());
    }

    #[test]
    fn a_one_time_path_leads_to_its_file_and_never_comes_again() {
        let _alone = no_other_paths();
        let code = file(b"code").expect("memory");
        // Two paths would be the same to std.
        let mut seen = HashSet::<OsString>::new();
        for _ in 0..1_000 {
            let one_time = OneTimePath::new(&code).expect("a descriptor");
            assert_eq!(fs::read(one_time.path()).expect("readable"), b"code");
            assert!(seen.insert(one_time.path().as_os_str().to_owned()), "{one_time:?}");
        }
        assert!(seen.iter().all(|path| path.len() < 400 && fs::metadata(path).is_err()), "once it is dropped it leads nowhere");
    }
}
