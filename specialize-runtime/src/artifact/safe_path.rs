//! Paths that nobody else can redirect: every folder and link on the way is checked.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use crate::error::Error;

/// How many symbolic links a path may lead through, as for the kernel.
const LINKS: usize = 40;

/// Bits of a mode: the group or others may write, and only the owner of an entry may remove it.
const OPEN: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// What to do where a folder is not to be changed.
const ELSEWHERE: &str = "name a folder of your own in SPECIALIZE_CACHE_DIR";

/// Makes `folder`, and what is missing on the way to it, for the user alone; and gives back its real path.
///
/// # Errors
///
/// [`Error::CacheUntrusted`] if somebody other than the user and root could change where the path leads, or if `folder` itself is
/// not the user's own; [`Error::File`] if it cannot be made.
pub(crate) fn make_own(folder: &Path) -> Result<PathBuf, Error> {
    let real = follow(folder, make)?;
    let metadata = inspect(&real)?;
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user {
        return Err(untrusted(&real, format!("it belongs to user {}, not to user {user}; {ELSEWHERE}", metadata.uid())));
    }
    // A sticky folder keeps others from removing, not from adding.
    if metadata.mode() & OPEN != 0 {
        return Err(open_to_others(&real, &metadata));
    }
    Ok(real)
}

/// The real path of `folder`, which is there, and in which nobody else can touch what is the user's own.
///
/// # Errors
///
/// Those of [`make_own`], but that the folder may be root's, and a sticky one that is open to all.
pub(crate) fn find(folder: &Path) -> Result<PathBuf, Error> {
    follow(folder, |path| Err(Error::file("find", path, io::ErrorKind::NotFound.into())))
}

/// Follows the path to `folder` part by part, as the kernel does, and has `missing` make what is not there.
fn follow(folder: &Path, missing: impl Fn(&Path) -> Result<(), Error>) -> Result<PathBuf, Error> {
    // A relative setting must not follow the host when it changes its working directory.
    let folder = std::path::absolute(folder).map_err(|source| Error::file("find", folder, source))?;
    let mut real = PathBuf::from("/");
    let mut ahead = parts(&folder);
    let mut links = 0;
    check(&real, &inspect(&real)?)?;
    while let Some(part) = ahead.pop_front() {
        match Path::new(&part).components().next() {
            Some(Component::RootDir) => real = PathBuf::from("/"),
            Some(Component::ParentDir) => drop(real.pop()),
            Some(Component::Normal(name)) => {
                let next = real.join(name);
                let metadata = match inspect(&next) {
                    Err(error) if is_missing(&error) => missing(&next).and_then(|()| inspect(&next))?,
                    inspected => inspected?,
                };
                check(&next, &metadata)?;
                if !metadata.is_symlink() {
                    real = next;
                    continue;
                }
                links += 1;
                if links > LINKS {
                    return Err(Error::file("follow", next, rustix::io::Errno::LOOP.into()));
                }
                let target = fs::read_link(&next).map_err(|source| Error::file("follow", &next, source))?;
                parts(&target).into_iter().rev().for_each(|part| ahead.push_front(part));
            }
            _ => {}
        }
    }
    Ok(real)
}

fn parts(path: &Path) -> VecDeque<OsString> {
    path.components().map(|part| part.as_os_str().to_owned()).collect()
}

/// Checks that nobody but the user and root can change a folder or link on the way, or what of the user's stands in the folder.
fn check(path: &Path, metadata: &Metadata) -> Result<(), Error> {
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user && metadata.uid() != 0 {
        return Err(untrusted(path, format!("it belongs to user {}, and the cache to user {user}; {ELSEWHERE}", metadata.uid())));
    }
    // The mode of a link says nothing: whoever may write to its folder may change it, and that was checked before.
    if metadata.is_symlink() {
        return Ok(());
    }
    if !metadata.is_dir() {
        return Err(Error::file("use", path, io::ErrorKind::NotADirectory.into()));
    }
    if metadata.mode() & OPEN != 0 && metadata.mode() & STICKY == 0 {
        return Err(open_to_others(path, metadata));
    }
    Ok(())
}

fn inspect(path: &Path) -> Result<Metadata, Error> {
    fs::symlink_metadata(path).map_err(|source| Error::file("inspect", path, source))
}

fn is_missing(error: &Error) -> bool {
    matches!(error, Error::File { source, .. } if source.kind() == io::ErrorKind::NotFound)
}

fn make(folder: &Path) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(folder) {
        // Another process makes the same.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map_err(|source| Error::file("make the folder", folder, source)),
    }
}

fn open_to_others(path: &Path, metadata: &Metadata) -> Error {
    let mode = metadata.mode() & 0o7777;
    // What is sticky is meant to be open.
    let close = if mode & STICKY == 0 { "close it with chmod go-w, or " } else { "" };
    untrusted(path, format!("others may write to it (mode {mode:o}); {close}{ELSEWHERE}"))
}

fn untrusted(path: &Path, reason: String) -> Error {
    Error::CacheUntrusted { path: path.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, lchown, symlink};

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("our own folder");
    }

    fn is_untrusted(folder: &Path, because_of: &Path) {
        let error = make_own(folder).expect_err("it is not to be trusted");
        assert!(matches!(&error, Error::CacheUntrusted { path, .. } if path == because_of), "{error}");
    }

    #[test]
    fn what_is_missing_is_made_for_the_user_alone() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("a/b/../c");
        assert_eq!(make_own(&folder).expect("made"), place.path().join("a/c"));
        for made in ["a", "a/b", "a/c"] {
            assert_eq!(fs::metadata(place.path().join(made)).expect("made").mode() & 0o7777, 0o700);
        }
        assert_eq!(make_own(&folder).expect("it is there"), place.path().join("a/c"));
    }

    #[test]
    fn one_open_folder_on_the_way_is_enough() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = make_own(&place.path().join("a/b/c")).expect("made");
        for (open, mode) in [("a", 0o777), ("a/b", 0o770), ("a/b/c", 0o720), ("a/b/c", 0o1777)] {
            set_mode(&place.path().join(open), mode);
            is_untrusted(&folder, &place.path().join(open));
            set_mode(&place.path().join(open), 0o700);
        }
        set_mode(&place.path().join("a"), 0o1777);
        make_own(&folder).expect("a sticky folder on the way does no harm");
        let open = place.path().join("open");
        fs::create_dir(&open).expect("made");
        set_mode(&open, 0o777);
        is_untrusted(&open.join("below"), &open);
        assert!(!open.join("below").exists(), "nothing is made in it");
        assert!(find(&open).is_err() && find(&place.path().join("a")).is_ok());
    }

    #[test]
    fn links_are_followed_where_nobody_else_can_move_them() {
        let place = tempfile::tempdir().expect("a folder");
        let real = make_own(&place.path().join("real/below")).expect("made");
        symlink("real", place.path().join("link")).expect("a link");
        symlink(place.path().join("link"), place.path().join("chain")).expect("a link");
        assert_eq!(make_own(&place.path().join("chain/below")).expect("the same"), real);
        symlink("loop", place.path().join("loop")).expect("a link");
        assert!(matches!(make_own(&place.path().join("loop/below")), Err(Error::File { action: "follow", .. })));
        let open = place.path().join("open");
        fs::create_dir(&open).expect("made");
        symlink(place.path().join("real"), open.join("link")).expect("a link");
        set_mode(&open, 0o777);
        is_untrusted(&open.join("link/below"), &open);
    }

    #[test]
    fn what_belongs_to_others_is_not_used() {
        if !rustix::process::geteuid().is_root() {
            return crate::skipped::skipped("only root can give a folder away");
        }
        let place = tempfile::tempdir().expect("a folder");
        let folder = make_own(&place.path().join("a/b")).expect("made");
        symlink("a", place.path().join("link")).expect("a link");
        for given in ["a", "a/b", "link"] {
            let given = place.path().join(given);
            lchown(&given, Some(65_534), None).expect("we are root");
            is_untrusted(&if given.ends_with("link") { given.join("b") } else { folder.clone() }, &given);
            lchown(&given, Some(0), None).expect("we are root");
        }
        make_own(&folder).expect("as before");
    }
}
