//! File systems of a host's own, for faults of disks; gone with the host.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Shell commands that mount something, to be run in a namespace of a host's own.
pub(crate) struct Mounts(String);

impl Mounts {
    /// The command that runs `host` where these are mounted.
    pub(crate) fn around(&self, host: &Command) -> Command {
        let mut command = Command::new("/usr/bin/unshare");
        command.args(["--mount", "/bin/sh", "-c", &format!("{} && exec \"$0\" \"$@\"", self.0)]);
        command.arg(host.get_program()).args(host.get_args());
        for (name, value) in host.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// Whether such a thing can be done here, which takes root.
    fn possible(self) -> Option<Mounts> {
        let mut nothing = Command::new("/bin/true");
        let tried = self.around(nothing.env_clear()).output();
        tried.is_ok_and(|output| output.status.success()).then_some(self)
    }
}

/// A file system in memory with these options in each of `folders`; nothing where none can be mounted.
pub(crate) fn tmpfs(folders: &[PathBuf], options: &str) -> Option<Mounts> {
    let mount = |folder: &PathBuf| {
        std::fs::create_dir_all(folder).expect("a folder");
        format!("mount -t tmpfs -o mode=700,{options} none '{}'", folder.display())
    };
    Mounts(folders.iter().map(mount).collect::<Vec<_>>().join(" && ")).possible()
}

/// Nothing that can be run in place of each of `programs` that is there; nothing where that cannot be done.
pub(crate) fn hide(programs: &[&str]) -> Option<Mounts> {
    let there = programs.iter().filter(|program| Path::new(program).exists());
    let hidden = there.map(|program| format!("mount --bind /dev/null \"$(readlink -f {program})\""));
    Mounts(hidden.chain(["true".to_owned()]).collect::<Vec<_>>().join(" && ")).possible()
}

/// Changes the options of what is mounted in `folder`. To be called in the namespace of a host.
pub(crate) fn remount(folder: &Path, options: &str) {
    let mut command = Command::new("mount");
    command.args(["-o", &format!("remount,{options}")]).arg(folder);
    assert!(command.status().expect("mount").success());
}
