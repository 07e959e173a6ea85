//! Children: runs one compiler or linker to its end, under limits, in a folder and an environment of its own.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{mem, thread};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, Signal, WaitId, WaitIdOptions, kill_process_group, pidfd_open, waitid};

use super::children;
use crate::Error;
use crate::config::COMPILE_MEMORY;

/// How many bytes of each output are kept; the rest is read and dropped.
const KEPT_OUTPUT: usize = 64 << 10;

/// How often a child is looked at where the kernel cannot tell when it ends (before Linux 5.3).
const TICK: Duration = Duration::from_millis(5);

/// How often a program is tried that somebody has open for writing, a tick apart.
const BUSY: u32 = 20;

/// How long a killed child may take to be gone before it is left to the kernel.
const KILLED_GRACE: Duration = Duration::from_secs(2);

/// What a child may use.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Wall-clock time of one child.
    pub(crate) timeout: Duration,
    /// Bytes of address space of one child; no limit where there is none.
    pub(crate) memory: Option<u64>,
}

/// Bytes of the largest file that a compiler or linker may write.
const FILE_SIZE: u64 = 1 << 30;

/// How many more processes and threads than the whole machine has may there be when a child starts another.
const MORE_PROCESSES: u64 = 256;

/// What the kernel holds a child to.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    memory: Option<u64>,
    file_size: u64,
    processes: Option<u64>,
}

/// One child to run.
pub(crate) struct Job<'a> {
    /// The program, by its absolute path.
    pub(crate) program: &'a Path,
    /// Its arguments.
    pub(crate) arguments: &'a [OsString],
    /// Variables beside the fixed ones.
    pub(crate) environment: &'a [(&'a str, OsString)],
    /// A private folder, which is also its place for temporary files.
    pub(crate) folder: &'a Path,
    /// What it may use.
    pub(crate) limits: &'a Limits,
}

/// A child that ended by itself.
#[derive(Debug)]
pub(crate) struct Finished {
    /// How it ended; nothing where the host reaps its children itself and took the answer.
    pub(crate) status: Option<ExitStatus>,
    /// What it printed.
    pub(crate) output: Vec<u8>,
    /// What it printed as diagnostics.
    pub(crate) errors: Vec<u8>,
}

impl Job<'_> {
    /// Runs the child to its end, and succeeds unless it is known to have failed.
    ///
    /// Blocks up to the limit. To be called only from a thread that lives as long as the process: the child is killed with it.
    /// The caller judges by the child's output files whether a child of unknown status succeeded.
    ///
    /// # Errors
    ///
    /// Those of [`Job::finish`], and [`Error::CompileFailed`] with the child's diagnostics.
    pub(crate) fn run(&self) -> Result<Finished, Error> {
        let finished = self.finish()?;
        match finished.status {
            Some(status) if !status.success() => Err(self.failure(status, &finished.errors)),
            _ => Ok(finished),
        }
    }

    /// What the child's bad end means.
    fn failure(&self, status: ExitStatus, errors: &[u8]) -> Error {
        let (program, output) = (self.program.to_owned(), String::from_utf8_lossy(errors).trim().to_owned());
        // The child may have no more than this process.
        match self.limits.memory.and_then(|memory| within(Resource::As, memory).current) {
            Some(limit) if is_about_memory(limit, status, &output) => {
                Error::OutOfMemory { program, limit, status: status.to_string(), output }
            }
            _ => Error::CompileFailed { program, status: status.to_string(), output },
        }
    }

    /// Runs the child to its end, whatever that is.
    ///
    /// Blocks up to the limit. To be called only from a thread that lives as long as the process: the child is killed with it.
    ///
    /// # Errors
    ///
    /// [`Error::Spawn`], [`Error::TimedOut`] and [`Error::Ending`].
    pub(crate) fn finish(&self) -> Result<Finished, Error> {
        let spawn_error = |source| Error::Spawn { program: self.program.to_owned(), source: Arc::new(source) };
        let mut running = Running::start(self.command()).map_err(spawn_error)?;
        if children::program_ends() {
            return Err(Error::Ending);
        }
        let finished = running.wait(self.limits.timeout).map_err(spawn_error)?;
        let finished = finished.ok_or_else(|| Error::TimedOut { program: self.program.to_owned(), limit: self.limits.timeout })?;
        if children::program_ends() { Err(Error::Ending) } else { Ok(finished) }
    }

    /// The command that runs the child.
    fn command(&self) -> Command {
        let mut command = confined(self.program, self.folder, self.limits, FILE_SIZE);
        command
            .args(self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// The command that runs `program` in `folder` with nothing of the host's, with everything that happens between fork and exec.
pub(super) fn confined(program: &Path, folder: &Path, limits: &Limits, file_size: u64) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().env("LC_ALL", "C").env("PATH", "").env("TMPDIR", folder).process_group(0);
    let parent = rustix::process::getpid();
    let bounds = Bounds { memory: limits.memory, file_size, processes: most_processes() };
    // SAFETY: `confine` makes system calls only; it neither allocates nor takes a lock.
    unsafe { command.pre_exec(move || confine(parent, bounds)) };
    command
}

/// Starts a program that this process has written. A fork of the host that came in between has it open for writing, until it becomes
/// another program: for that it is not given up.
pub(super) fn spawn_own(command: &mut Command) -> io::Result<Child> {
    for _ in 0..BUSY {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => thread::sleep(TICK),
            spawned => return spawned,
        }
    }
    command.spawn()
}

/// Kills `child` with its group and waits for its end, which takes no longer than the kernel needs.
pub(super) fn end(child: &mut Child) {
    let started = Instant::now();
    while matches!(try_reap(child), Ok(None)) && started.elapsed() < KILLED_GRACE {
        // Not reaped yet, so its number is still its own.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
        thread::sleep(TICK);
    }
}

/// The status of `child` if it has ended: what is left of its group, which nobody would wait for any more, is killed then.
pub(super) fn try_reap(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    let pid = Pid::from_child(child);
    let has_ended = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT)?.is_some();
    if !has_ended {
        return Ok(None);
    }
    // Before it is reaped, since its number is its own until then.
    let _ = kill_process_group(pid, Signal::KILL);
    child.try_wait()
}

/// Confines the calling process, which is a child between fork and exec, to what a compiler needs.
fn confine(parent: Pid, bounds: Bounds) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    if rustix::process::getppid() != Some(parent) {
        return Err(io::ErrorKind::NotConnected.into());
    }
    close_inherited();
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let limit = |bytes| Rlimit { current: Some(bytes), maximum: Some(bytes) };
    rustix::process::setrlimit(Resource::Core, limit(0))?;
    rustix::process::setrlimit(Resource::Fsize, within(Resource::Fsize, bounds.file_size))?;
    if let Some(bytes) = bounds.memory {
        rustix::process::setrlimit(Resource::As, within(Resource::As, bytes))?;
    }
    if let Some(count) = bounds.processes {
        rustix::process::setrlimit(Resource::Nproc, within(Resource::Nproc, count))?;
    }
    be_killed_first();
    give_way();
    // SAFETY: a system call; the default action is what every program expects to start with.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
    Ok(())
}

/// A limit that is no higher than the one in force.
fn within(resource: Resource, limit: u64) -> Rlimit {
    let limit = rustix::process::getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
    Rlimit { current: Some(limit), maximum: Some(limit) }
}

/// How many processes and threads the user may have while a child runs. The kernel counts all of them, also those that have nothing
/// to do with the child: the whole machine's are never fewer.
fn most_processes() -> Option<u64> {
    let load = std::fs::read_to_string("/proc/loadavg").ok()?;
    let (_, all) = load.split(' ').nth(3)?.split_once('/')?;
    all.parse::<u64>().ok()?.checked_add(MORE_PROCESSES)
}

/// Has the kernel end this process before any other when memory runs out. Makes system calls only; where it fails, it is not so.
fn be_killed_first() {
    // SAFETY: the path is a C string, and the bytes are as many as is said.
    unsafe {
        let file = libc::open(c"/proc/self/oom_score_adj".as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        if file >= 0 {
            libc::write(file, c"1000".as_ptr().cast(), 4);
            libc::close(file);
        }
    }
}

/// Whether a child that may have only so much memory seems to have failed for want of more. Who dies without a word under a limit that
/// somebody lowered is taken to have.
fn is_about_memory(limit: u64, status: ExitStatus, output: &str) -> bool {
    let is_sudden =
        limit < COMPILE_MEMORY && [libc::SIGABRT, libc::SIGSEGV, libc::SIGBUS, libc::SIGKILL].map(Some).contains(&status.signal());
    // As allocators, the system, the loader and linkers say it; diagnostics may well name `alloc` and memory for other reasons.
    const SIGNS: [&str; 6] =
        ["out of memory", "memory allocation of", "allocate memory", "memory exhausted", "bad_alloc", "failed to map segment"];
    is_sudden || SIGNS.into_iter().any(|sign| output.contains(sign))
}

/// Has this process run when others leave time for it, also where the host's thread has real-time priority, which children inherit
/// (sched(7)). Makes system calls only; where one fails, it is not so.
fn give_way() {
    let ordinary = libc::sched_param { sched_priority: 0 };
    // SAFETY: the parameter is one that the system call reads.
    unsafe { libc::sched_setscheduler(0, libc::SCHED_OTHER, &raw const ordinary) };
    let _ = rustix::process::setpriority_process(None, 19);
}

/// Marks every descriptor above the standard ones to be closed by exec. (std reports a failed exec through one of them.)
fn close_inherited() {
    // SAFETY: system calls on descriptors of this process, which is about to become another program.
    unsafe {
        if libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC) != 0 {
            // Before Linux 5.11: those that a program is likely to have.
            for descriptor in 3..1024 {
                libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC);
            }
        }
    }
}

/// A child that is running, killed with its group when dropped.
struct Running {
    child: Child,
    /// Becomes readable when the child ends.
    ended: Option<OwnedFd>,
    outputs: [Output; 2],
    reaped: bool,
}

impl Running {
    /// Starts a child and enters it among those that the end of the program kills.
    fn start(mut command: Command) -> io::Result<Running> {
        let mut child = command.spawn()?;
        let outputs = [child.stdout.take().map(OwnedFd::from), child.stderr.take().map(OwnedFd::from)].map(Output::new);
        let mut running = Running { child, ended: None, outputs, reaped: false };
        children::enter(running.pid());
        for output in &running.outputs {
            output.do_not_block()?;
        }
        running.ended = pidfd_open(running.pid(), PidfdFlags::empty()).ok();
        Ok(running)
    }

    /// Waits for the end of the child, or gives back nothing when it takes longer.
    fn wait(&mut self, timeout: Duration) -> io::Result<Option<Finished>> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.try_reap()? {
                for output in &mut self.outputs {
                    output.take_in()?;
                }
                let [output, errors] = self.outputs.each_mut().map(|output| mem::take(&mut output.kept));
                return Ok(Some(Finished { status, output, errors }));
            }
            let remaining = timeout.saturating_sub(started.elapsed());
            if remaining.is_zero() {
                return Ok(None);
            }
            self.sleep(remaining)?;
            for output in &mut self.outputs {
                output.take_in()?;
            }
        }
    }

    /// The status of the child if it has ended; the inner nothing says that someone else reaped it.
    fn try_reap(&mut self) -> io::Result<Option<Option<ExitStatus>>> {
        let status = match try_reap(&mut self.child) {
            Ok(status) => status.map(Some),
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Some(None),
            Err(error) => return Err(error),
        };
        self.reaped = status.is_some();
        Ok(status)
    }

    /// Sleeps until the child ends or prints something, or `longest` has passed.
    fn sleep(&self, longest: Duration) -> io::Result<()> {
        let longest = if self.ended.is_some() { longest } else { longest.min(TICK) };
        let pipes = self.outputs.iter().filter_map(|output| output.pipe.as_ref());
        let sources = pipes.map(File::as_fd).chain(self.ended.iter().map(OwnedFd::as_fd));
        let mut sources: Vec<PollFd<'_>> = sources.map(|source| PollFd::from_borrowed_fd(source, PollFlags::IN)).collect();
        match poll(&mut sources, Timespec::try_from(longest).ok().as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The child's process, which is also its group.
    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.reaped {
            end(&mut self.child);
        }
        children::leave(self.pid());
    }
}

/// One of the child's outputs.
struct Output {
    /// The pipe, until its end.
    pipe: Option<File>,
    kept: Vec<u8>,
}

impl Output {
    fn new(pipe: Option<OwnedFd>) -> Output {
        Output { pipe: pipe.map(File::from), kept: Vec::new() }
    }

    /// Lets reads return at once.
    fn do_not_block(&self) -> io::Result<()> {
        match &self.pipe {
            Some(pipe) => Ok(rustix::io::ioctl_fionbio(pipe, true)?),
            None => Ok(()),
        }
    }

    /// Takes in what has been printed since: a full pipe and more, but not all of what a child prints without end.
    fn take_in(&mut self) -> io::Result<()> {
        let mut chunk = [0; 4096];
        for _ in 0..64 {
            let Some(pipe) = &mut self.pipe else { break };
            match pipe.read(&mut chunk) {
                Ok(0) => self.pipe = None,
                Ok(length) => {
                    let kept = length.min(KEPT_OUTPUT - self.kept.len());
                    self.kept.extend_from_slice(&chunk[..kept]);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
