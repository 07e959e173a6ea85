//! Milliseconds: from a template and a tuple of values to a dylib.

mod children;
mod client;
pub(crate) mod dependencies;
mod digest;
#[allow(dead_code, reason = "the other end of the pipe uses the other half")]
#[path = "server/frame.rs"]
mod frame;
mod instances;
#[allow(dead_code, reason = "the other end of the pipe uses the other half")]
#[path = "server/job.rs"]
mod job;
mod link;
pub(crate) mod llvm;
mod pipeline;
pub(crate) mod probe;
mod process;
pub(crate) mod program;
mod render;
mod rustc;
pub(crate) mod support;
mod symbol;
mod system;
pub(crate) mod tested;
pub(crate) mod toolchain;

pub(crate) use children::kill_running;
pub(crate) use pipeline::{Request, compile};
pub(crate) use process::Limits;
pub(crate) use rustc::Lowering;

#[cfg(test)]
#[path = "server/linker.rs"]
mod linker;
#[cfg(test)]
mod tests;
