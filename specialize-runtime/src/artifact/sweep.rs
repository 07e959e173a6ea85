//! Keeps the store small: removes what processes that are gone left behind, and what was not used
//! for longest once there is too much.

use std::collections::BinaryHeap;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How old a leftover must be. Its process may live on another machine that shares the folder, and
/// no compile takes that long.
const LEFTOVER: Duration = Duration::from_secs(24 * 60 * 60);

/// How old an artifact's last use must be for it to be removed: a process may be about to load one
/// that was found a moment ago.
const SETTLED: Duration = Duration::from_secs(60);

/// How exact the record of an artifact's last use is: exact enough that what was found a moment ago is not settled.
const RECORDED: Duration = Duration::from_secs(30);

/// How many artifacts a sweep removes at most: it holds their names in the host's memory.
const AT_ONCE: usize = 1_024;

/// Records that the artifact behind `file` was used.
pub(crate) fn record_use(file: &fs::File, metadata: &Metadata) {
    let is_old = metadata.modified().is_ok_and(|used| age(used) > RECORDED || is_ahead(used));
    if is_old {
        // Where this fails, the artifact goes a little earlier than it should.
        let _ = file.set_modified(SystemTime::now());
    }
}

/// Records that the artifact at `path` is needed now.
pub(crate) fn record_need(path: &Path) {
    // Where this fails, the artifact is made anew when it is missed.
    let _ = fs::File::open(path).and_then(|file| file.set_modified(SystemTime::now()));
}

/// Removes from `work` what has not changed for a day.
pub(crate) fn remove_leftovers(work: &Path) -> io::Result<()> {
    for entry in fs::read_dir(work)?.flatten() {
        // Another process may be doing the same.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.modified().is_ok_and(|changed| age(changed) > LEFTOVER) {
            let _ = match metadata.is_dir() {
                true => fs::remove_dir_all(entry.path()),
                false => fs::remove_file(entry.path()),
            };
        }
    }
    Ok(())
}

/// Removes artifacts, least recently used first, until those in `artifacts` have at most nine
/// tenths of `limit` bytes; nothing as long as they have no more than `limit`. One sweep may not be
/// enough for very many.
pub(crate) fn enforce(artifacts: &Path, limit: u64) -> io::Result<()> {
    let sizes = fs::read_dir(artifacts)?.flatten().filter_map(|entry| entry.metadata().ok());
    let mut total: u64 = sizes.map(|metadata| metadata.len()).sum();
    if total <= limit {
        return Ok(());
    }
    for (used, size, name) in oldest(artifacts)? {
        if total <= limit - limit / 10 || age(used) < SETTLED {
            break;
        }
        if fs::remove_file(artifacts.join(name)).is_ok() {
            total = total.saturating_sub(size);
        }
    }
    Ok(())
}

/// The files of a folder that were not used for longest, oldest first: as many as one sweep removes at most.
fn oldest(folder: &Path) -> io::Result<Vec<(SystemTime, u64, OsString)>> {
    let mut oldest = BinaryHeap::with_capacity(AT_ONCE + 1);
    for entry in fs::read_dir(folder)?.flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        let Ok(used) = metadata.modified() else { continue };
        let used = if is_ahead(used) { SystemTime::UNIX_EPOCH } else { used };
        oldest.push((used, metadata.len(), entry.file_name()));
        if oldest.len() > AT_ONCE {
            oldest.pop();
        }
    }
    Ok(oldest.into_sorted_vec())
}

/// Whether `time` is one that no process can have recorded since the clock went backwards: it says nothing of when that was.
fn is_ahead(time: SystemTime) -> bool {
    time.duration_since(SystemTime::now()).is_ok_and(|ahead| ahead > SETTLED)
}

/// How long ago `time` was; nothing where the clock went backwards.
fn age(time: SystemTime) -> Duration {
    time.elapsed().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, name: &str, size: usize, age: Duration) {
        let path = folder.join(name);
        fs::write(&path, vec![0; size]).expect("writable");
        fs::File::open(&path).expect("readable").set_modified(SystemTime::now() - age).expect("changeable");
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).expect("readable").flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_least_recently_used_go_first_and_the_newest_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let hour = Duration::from_secs(3_600);
        for (name, hours) in [("a", 1), ("b", 3), ("c", 2), ("d", 0)] {
            file(folder.path(), name, 100, hour * hours);
        }
        enforce(folder.path(), 400).expect("readable");
        assert_eq!(names(folder.path()), ["a", "b", "c", "d"]);
        enforce(folder.path(), 300).expect("readable");
        assert_eq!(names(folder.path()), ["a", "d"]);
        enforce(folder.path(), 10).expect("readable");
        assert_eq!(names(folder.path()), ["d"], "what was used a moment ago stays");
    }

    #[test]
    fn a_use_is_recorded() {
        let folder = tempfile::tempdir().expect("a folder");
        file(folder.path(), "a", 1, Duration::from_secs(7_200));
        let opened = fs::File::open(folder.path().join("a")).expect("readable");
        record_use(&opened, &opened.metadata().expect("inspectable"));
        assert!(age(opened.metadata().and_then(|metadata| metadata.modified()).expect("inspectable")) < SETTLED);
    }

    #[test]
    fn times_ahead_of_the_clock_keep_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        file(folder.path(), "a", 100, Duration::ZERO);
        file(folder.path(), "b", 100, Duration::ZERO);
        let opened = fs::File::open(folder.path().join("a")).expect("readable");
        let tomorrow = SystemTime::now() + LEFTOVER;
        opened.set_modified(tomorrow).expect("our own file");
        enforce(folder.path(), 150).expect("readable");
        assert_eq!(names(folder.path()), ["b"]);
        file(folder.path(), "c", 100, Duration::ZERO);
        let opened = fs::File::open(folder.path().join("c")).expect("readable");
        opened.set_modified(tomorrow).expect("our own file");
        record_use(&opened, &opened.metadata().expect("inspectable"));
        enforce(folder.path(), 150).expect("readable");
        assert_eq!(names(folder.path()), ["b", "c"], "both are used now");
    }

    #[test]
    fn leftovers_of_yesterday_go() {
        let folder = tempfile::tempdir().expect("a folder");
        file(folder.path(), "old", 1, LEFTOVER * 2);
        file(folder.path(), "new", 1, Duration::ZERO);
        remove_leftovers(folder.path()).expect("readable");
        assert_eq!(names(folder.path()), ["new"]);
    }
}
