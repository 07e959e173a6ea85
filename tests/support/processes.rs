//! What a process did and what it left behind: threads, children, files.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// How long a test waits for what must come: long enough for the slowest machine, on which compilers have the lowest priority besides.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);

/// Waits until `condition` holds, and says `what` did not come about if it never does.
#[track_caller]
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < PATIENCE, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits for the end of `host`, which is killed if it does not come, with all it started.
#[track_caller]
pub(crate) fn end_of(host: &mut Child) -> ExitStatus {
    let started = Instant::now();
    loop {
        if let Some(status) = host.try_wait().expect("a child of ours") {
            return status;
        }
        if started.elapsed() > PATIENCE {
            host.kill().expect("a child of ours");
            panic!("the host did not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The names of this process's threads, in no particular order.
pub(crate) fn threads() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux").flatten();
    let mut names: Vec<String> = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok()).collect();
    names.sort();
    names
}

/// Whether this process ever started another.
pub(crate) fn ever_started_a_process() -> bool {
    // SAFETY: all zeros is a value of this type.
    let mut used: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the place is ours to be filled.
    let known = unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut used) };
    assert_eq!(known, 0);
    // A child that was waited for has used memory; any other is still there.
    used.ru_maxrss != 0 || used.ru_minflt != 0 || !children().is_empty()
}

/// The processes whose parent is this one.
pub(crate) fn children() -> Vec<u32> {
    let own = std::process::id().to_string();
    let is_child = |process: &u32| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // Behind the name, which may have any character, come the state and the parent.
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.split(' ').nth(1) == Some(&own))
    };
    processes().filter(is_child).collect()
}

/// The processes, other than this one, that run in `folder` or from it, or have it in their
/// environment or arguments, as has every compiler, linker and compile server at work for a host
/// that has its store, its temporary files or its compiler there.
pub(crate) fn at_work_in(folder: &Path) -> Vec<u32> {
    let name = folder.as_os_str().as_bytes();
    let mentions = |process: &u32| {
        let says =
            |file| fs::read(format!("/proc/{process}/{file}")).is_ok_and(|text| text.windows(name.len()).any(|window| window == name));
        let leads = |link| fs::read_link(format!("/proc/{process}/{link}")).is_ok_and(|path| path.starts_with(folder));
        says("environ") || says("cmdline") || leads("cwd") || leads("exe")
    };
    processes().filter(|process| *process != std::process::id()).filter(mentions).collect()
}

fn processes() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc").expect("Linux").flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// Everything below `folder` that is no folder itself, and every empty folder; nothing if it is not there.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let below = files_below(&path);
        if below.is_empty() { files.push(path) } else { files.extend(below) }
    }
    files
}
