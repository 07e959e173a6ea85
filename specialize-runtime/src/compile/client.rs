//! The compile server as the host sees it: a child at the other end of two pipes, which does one job at a time, and is killed as soon as
//! it breaks the protocol.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Pid;

use super::children;
use super::frame::{self, HEADER, Kind};
use super::job::{Done, Job};
use super::process::{self, Limits};
use crate::Error;

/// How long a server waits for the next job before it leaves.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// A server talks through pipes, and writes no files.
const NO_FILES: u64 = 0;

/// A running compile server.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
}

/// Why a job came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server said no, and serves on.
    Refused(String),
    /// The bitcode cannot be read, for this reason; the server serves on.
    Unreadable(String),
    /// The server died, hung up or sent garbage.
    Broken(String),
    /// The deadline passed.
    TimedOut,
}

impl Server {
    /// Starts the server at `program`, which opens the LLVM of that version at `library`.
    ///
    /// To be called only from a thread that lives as long as the process: the server ends with it.
    pub(super) fn start(program: &Path, library: &Path, version: &str, folder: &Path, limits: &Limits) -> Result<Server, Error> {
        let spawn_error = |source: io::Error| Error::Spawn { program: program.to_owned(), source: Arc::new(source) };
        let mut command = process::confined(program, folder, limits, NO_FILES);
        command
            .arg(library)
            .arg(version)
            .arg(std::process::id().to_string())
            .arg(PATIENCE.as_millis().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = process::spawn_own(&mut command).map_err(spawn_error)?;
        children::enter(Pid::from_child(&child));
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(spawn_error(io::ErrorKind::BrokenPipe.into()));
        };
        let mut server = Server { child, requests, answers };
        rustix::io::ioctl_fionbio(&server.requests, true).map_err(|error| spawn_error(error.into()))?;
        rustix::io::ioctl_fionbio(&server.answers, true).map_err(|error| spawn_error(error.into()))?;
        if children::program_ends() {
            return Err(Error::Ending);
        }
        let deadline = Instant::now() + limits.timeout;
        match server.exchange(&[], deadline) {
            Ok((Kind::Ready, _)) => Ok(server),
            Ok((_, reason)) => Err(spawn_error(io::Error::other(String::from_utf8_lossy(&reason).into_owned()))),
            Err(Failure::TimedOut) => Err(Error::TimedOut { program: program.to_owned(), limit: limits.timeout }),
            Err(Failure::Broken(reason) | Failure::Refused(reason) | Failure::Unreadable(reason)) => {
                Err(spawn_error(io::Error::other(reason)))
            }
        }
    }

    /// Has the server do `job` within `timeout`.
    pub(super) fn ask(&mut self, job: &Job, timeout: Duration) -> Result<Done, Failure> {
        let broken = |error: io::Error| Failure::Broken(error.to_string());
        let request = frame::encode(Kind::Job, &job.encode()).map_err(broken)?;
        match self.exchange(&request, Instant::now() + timeout)? {
            (Kind::Done, payload) => Done::decode(&payload).ok_or_else(|| Failure::Broken("its answer cannot be read".to_owned())),
            (Kind::Unreadable, reason) => Err(Failure::Unreadable(String::from_utf8_lossy(&reason).into_owned())),
            (Kind::Failed, reason) => Err(Failure::Refused(String::from_utf8_lossy(&reason).into_owned())),
            _ => Err(Failure::Broken("it answered out of turn".to_owned())),
        }
    }

    /// Whether the server is still there.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(process::try_reap(&mut self.child), Ok(None))
    }

    /// Sends `request` and receives one frame.
    fn exchange(&mut self, request: &[u8], deadline: Instant) -> Result<(Kind, Vec<u8>), Failure> {
        let mut unsent = request;
        let mut answer = Answer::default();
        loop {
            self.wait(!unsent.is_empty(), deadline)?;
            if !unsent.is_empty() {
                match self.requests.write(unsent) {
                    Ok(sent) => unsent = unsent.get(sent..).unwrap_or_default(),
                    Err(error) if is_passing(&error) => {}
                    // The server may have said why it hung up.
                    Err(_) => unsent = &[],
                }
            }
            if let Some(frame) = answer.take_in(&mut self.answers)? {
                return Ok(frame);
            }
        }
    }

    /// Waits until the pipes are ready for more.
    fn wait(&self, sending: bool, deadline: Instant) -> Result<(), Failure> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::TimedOut);
        }
        let mut sources = vec![PollFd::from_borrowed_fd(self.answers.as_fd(), PollFlags::IN)];
        if sending {
            sources.push(PollFd::from_borrowed_fd(self.requests.as_fd(), PollFlags::OUT));
        }
        match poll(&mut sources, Timespec::try_from(left).ok().as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(Failure::Broken(error.to_string())),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        process::end(&mut self.child);
        children::leave(Pid::from_child(&self.child));
    }
}

/// An answer as far as it has come.
#[derive(Default)]
struct Answer {
    received: Vec<u8>,
}

impl Answer {
    /// Takes in what the pipe has; the frame once it is whole.
    fn take_in(&mut self, pipe: &mut impl Read) -> Result<Option<(Kind, Vec<u8>)>, Failure> {
        let mut chunk = [0; 16 << 10];
        loop {
            let length = match pipe.read(&mut chunk) {
                Ok(0) => return Err(Failure::Broken("it hung up".to_owned())),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Failure::Broken(error.to_string())),
            };
            self.received.extend_from_slice(chunk.get(..length).unwrap_or_default());
            let Some(header) = self.received.first_chunk::<HEADER>() else {
                continue;
            };
            let (kind, expected) = frame::decode_header(*header).map_err(|error| Failure::Broken(error.to_string()))?;
            if self.received.len() >= HEADER + expected {
                return Ok(Some((kind, self.received.drain(..).skip(HEADER).take(expected).collect())));
            }
        }
    }
}

/// Whether a write that failed may succeed a little later.
fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
