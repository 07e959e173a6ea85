//! The compile server: fills the holes of a template's bitcode, optimises it, emits machine code
//! and links it, for one host at the other end of a pipe.
//!
//! A program of its own, so that the host never loads LLVM, and in plain `std`, so that the
//! toolchain that built the host can build it without anything else. Its arguments are the path of
//! that toolchain's libLLVM, its version, the host's process, and how many milliseconds to wait
//! for the next job before leaving.

mod frame;
mod job;
mod linker;
mod llvm;
mod parent;

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;
use std::time::Instant;

use frame::{Frame, Kind};
use job::{Done, Job};
use llvm::Llvm;

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => give_up(&message),
    }
}

/// Tells the host why there will be no more answers, and ends the process at once: nothing of
/// LLVM's is worth an orderly end.
fn give_up(message: &str) -> ! {
    // If the host is gone too, there is nobody to tell.
    let _ = frame::write(&mut io::stdout().lock(), Kind::Failed, message.as_bytes());
    std::process::abort()
}

fn serve() -> Result<(), String> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(library), Some(version), Some(host), Some(patience), None) =
        (arguments.next(), arguments.next(), arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: server LIBLLVM VERSION HOST PATIENCE_MS (this program is started by a host, not by a person)".to_owned());
    };
    let number = |text: std::ffi::OsString| text.to_str().and_then(|text| text.parse().ok()).ok_or("an argument is not a number");
    parent::leave_with(number(host)?)?;
    let library = CString::new(library.into_vec()).map_err(|_| "the path of LLVM holds a zero byte")?;
    let llvm = Llvm::open(&library, &version.to_string_lossy())?;
    let failed = |error: io::Error| format!("the pipe to the host broke: {error}");
    frame::write(&mut io::stdout().lock(), Kind::Ready, version.as_encoded_bytes()).map_err(failed)?;
    let patience = number(patience)?;
    while parent::sends_within(patience) {
        let Some(Frame { kind: Kind::Job, payload }) = frame::read(&mut io::stdin().lock()).map_err(failed)? else {
            break;
        };
        let job = Job::decode(&payload).ok_or("the host sent a job that cannot be read")?;
        let (kind, answer) = match work(&llvm, &job) {
            Ok(done) => (Kind::Done, done.encode()),
            Err(Failure::Bitcode(message)) => (Kind::Unreadable, message.into_bytes()),
            Err(Failure::Work(message)) => (Kind::Failed, message.into_bytes()),
        };
        frame::write(&mut io::stdout().lock(), kind, &answer).map_err(failed)?;
    }
    Ok(())
}

/// Why a job came to nothing.
enum Failure {
    /// Its bitcode cannot be read.
    Bitcode(String),
    /// A later step failed.
    Work(String),
}

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure::Work(message)
    }
}

/// Makes the machine code of one value.
fn work(llvm: &Llvm, job: &Job) -> Result<Done, Failure> {
    let mut watch = Watch(Instant::now());
    let mut module = llvm.parse(&job.bitcode).map_err(Failure::Bitcode)?;
    for hole in &job.holes {
        module.fill(hole)?;
    }
    let filled = watch.lap();
    module.optimise(&job.exports)?;
    let optimised = watch.lap();
    let object = module.emit()?;
    let emitted = watch.lap();
    let exports: Vec<&str> = job.exports.iter().map(String::as_str).collect();
    let library = linker::link(&linker::Request { object: &object, needed: &job.needed, exports: &exports });
    let library = library.map_err(|refusal| refusal.to_string());
    Ok(Done { object, library, stages: [filled, optimised, emitted, watch.lap()] })
}

/// Measures one stage after another.
struct Watch(Instant);

impl Watch {
    /// Nanoseconds since the last lap.
    fn lap(&mut self) -> u64 {
        let lap = self.0.elapsed();
        self.0 += lap;
        u64::try_from(lap.as_nanos()).unwrap_or(u64::MAX)
    }
}
