//! Which variants the process has mapped, as the kernel tells.

use std::collections::BTreeMap;
use std::fs;

/// The inode numbers and present paths of all that are: a file gets another path when it is kept.
pub(crate) fn files() -> BTreeMap<u64, String> {
    let maps = fs::read_to_string("/proc/self/maps").expect("readable");
    let file = |line: &str| {
        let mut words = line.split_whitespace().skip(4);
        Some((words.next()?.parse().ok()?, words.next()?.to_owned()))
    };
    maps.lines().filter_map(file).filter(|(_, path)| is_variant(path)).collect()
}

/// Whether all of these files are mapped still.
pub(crate) fn are_there(files: &BTreeMap<u64, String>) -> bool {
    let now = self::files();
    files.keys().all(|inode| now.contains_key(inode))
}

/// How many are.
pub(crate) fn count() -> usize {
    files().len()
}

/// A variant is small; the support library is not.
fn is_variant(path: &str) -> bool {
    path.contains("/v1/") && fs::metadata(path).map_or(true, |data| data.len() < 100_000)
}
