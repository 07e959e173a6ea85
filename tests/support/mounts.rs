//! File systems and process numbers of a host's own, gone with it; where the system lets nobody but root have such, they cannot be had.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Shell commands that mount something, to be run in a namespace of a host's own.
pub(crate) struct Mounts(String);

impl Mounts {
    /// The command that runs `host` where these are mounted.
    pub(crate) fn around(&self, host: &Command) -> Command {
        unshared(&["--mount", "/bin/sh", "-c", &format!("{} && exec \"$0\" \"$@\"", self.0)], host)
    }

    /// Whether such a thing can be done here, which takes root.
    fn possible(self) -> Option<Mounts> {
        let mut nothing = Command::new("/bin/true");
        let tried = self.around(nothing.env_clear()).output();
        tried.is_ok_and(|output| output.status.success()).then_some(self)
    }
}

/// The command that runs `host` as the first process of a namespace of processes; nothing where there can be none.
pub(crate) fn first_process(host: &Command) -> Option<Command> {
    const OPTIONS: &[&str] = &["--pid", "--fork", "--kill-child"];
    let tried = unshared(OPTIONS, Command::new("/bin/true").env_clear()).output();
    tried.is_ok_and(|output| output.status.success()).then(|| unshared(OPTIONS, host))
}

fn unshared(options: &[&str], host: &Command) -> Command {
    let mut command = Command::new("/usr/bin/unshare");
    command.args(options).arg(host.get_program()).args(host.get_args());
    for (name, value) in host.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// A file system in memory with these options in each of `folders`; nothing where none can be mounted.
pub(crate) fn tmpfs(folders: &[PathBuf], options: &str) -> Option<Mounts> {
    let mount = |folder: &PathBuf| {
        std::fs::create_dir_all(folder).expect("a folder");
        format!("mount -t tmpfs -o mode=700,{options} none '{}'", folder.display())
    };
    Mounts(folders.iter().map(mount).collect::<Vec<_>>().join(" && ")).possible()
}

/// What is in `folder`, with these options; nothing where it cannot be mounted again.
pub(crate) fn again(folder: &Path, options: &str) -> Option<Mounts> {
    let folder = folder.display();
    Mounts(format!("mount --bind '{folder}' '{folder}' && mount -o remount,bind,{options} '{folder}'")).possible()
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
