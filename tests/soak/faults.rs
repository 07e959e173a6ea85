//! The faults that are switched on and off, one after another.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::compilers::{COMPILE, compiler};
use crate::support::place::{Place, own};
use crate::support::processes::{children, files_below};

/// How long each lasts.
const LENGTH: Duration = Duration::from_secs(2);

/// What the compiler does while there is a file of that name.
const COMPILERS: [(&str, &str); 5] = [
    ("fails", "echo out of order >&2; exit 1"),
    ("hangs", "exec /bin/sleep 1000"),
    ("is-killed", "kill -KILL $$"),
    ("makes-nothing", "exit 0"),
    ("makes-garbage", "for file in t.o t.bc support.o; do echo garbage > $file; done; exit 0"),
];

/// A compiler that fails as it is told.
pub(crate) fn compiler_that_can_fail(place: &Place) -> PathBuf {
    let named = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = std::process::Command::new(named).args(["--print", "sysroot"]).output().expect("a compiler");
    let sysroot = String::from_utf8(printed.stdout).expect("text");
    std::os::unix::fs::symlink(Path::new(sysroot.trim_end()).join("lib"), place.path().join("lib")).expect("a link");
    let cases: String = COMPILERS.iter().map(|(name, commands)| format!("[ ! -e \"$folder/{name}\" ] || {{ {commands}; }}\n")).collect();
    compiler(place.path(), &[(COMPILE, &cases)])
}

/// The faults that were there, by kind.
#[derive(Default)]
pub(crate) struct Faults {
    counts: BTreeMap<&'static str, u32>,
    next: usize,
}

impl Faults {
    /// The next fault: it comes, stays for a while, and goes.
    pub(crate) fn one(&mut self) {
        let others: [(&str, fn()); 6] = [
            ("compile server killed", || signal_children(libc::SIGKILL)),
            ("compile server stopped", stop_children),
            ("store removed", || drop(fs::remove_dir_all(own().join("store")))),
            ("artifacts damaged", damage_artifacts),
            ("artifacts cut", cut_artifacts),
            ("no descriptors", without_descriptors),
        ];
        let kind = self.next % (COMPILERS.len() + others.len());
        self.next += 1;
        // A store full of what was made hides what cannot be made.
        if let Some((name, _)) = COMPILERS.get(kind) {
            let _ = fs::remove_dir_all(own().join("store"));
            let switch = own().join(name);
            fs::write(&switch, "").expect("a file");
            std::thread::sleep(LENGTH);
            fs::remove_file(&switch).expect("our own file");
            *self.counts.entry(name).or_default() += 1;
        } else {
            let (name, fault) = others[kind - COMPILERS.len()];
            fault();
            std::thread::sleep(LENGTH);
            *self.counts.entry(name).or_default() += 1;
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.counts.values().sum::<u32>())?;
        self.counts.iter().try_for_each(|(name, count)| write!(formatter, ", {name}: {count}"))
    }
}

fn signal_children(signal: libc::c_int) {
    for child in children() {
        // SAFETY: it is a child of this process.
        unsafe { libc::kill(child as libc::pid_t, signal) };
    }
}

fn stop_children() {
    signal_children(libc::SIGSTOP);
    std::thread::sleep(LENGTH);
    signal_children(libc::SIGCONT);
}

fn artifacts() -> Vec<PathBuf> {
    files_below(&own().join("store/v1/artifacts"))
}

/// Puts damaged files in the place of artifacts: those that are mapped stay as they are.
fn damage_artifacts() {
    for path in artifacts() {
        let Ok(mut content) = fs::read(&path) else { continue };
        let middle = content.len() / 2;
        content.iter_mut().skip(middle).take(1).for_each(|byte| *byte ^= 1);
        replace(&path, &content);
    }
}

fn cut_artifacts() {
    for path in artifacts() {
        let Ok(content) = fs::read(&path) else { continue };
        replace(&path, &content[..content.len() / 2]);
    }
}

fn replace(path: &Path, content: &[u8]) {
    let aside = own().join("aside");
    let written =
        fs::write(&aside, content).and_then(|()| fs::set_permissions(&aside, std::os::unix::fs::PermissionsExt::from_mode(0o400)));
    // The host may have removed its folder meanwhile.
    let _ = written.and_then(|()| fs::rename(&aside, path));
    let _ = fs::remove_file(&aside);
}

fn without_descriptors() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the limits are ours to be filled and read.
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    let none = libc::rlimit { rlim_cur: 0, ..limit };
    // SAFETY: as above.
    unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const none) };
    std::thread::sleep(LENGTH);
    // SAFETY: as above.
    unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
}
