//! The compile wing: from a template and a tuple of values to a dylib.

pub(crate) mod template;

#[cfg(specialize_runtime_tier)]
mod children;
#[cfg(specialize_runtime_tier)]
mod client;
#[cfg(specialize_runtime_tier)]
pub(crate) mod dependencies;
#[cfg(specialize_runtime_tier)]
mod digest;
#[cfg(specialize_runtime_tier)]
#[allow(dead_code, reason = "the other end of the pipe uses the other half")]
#[path = "server/frame.rs"]
mod frame;
#[cfg(specialize_runtime_tier)]
mod instances;
#[cfg(specialize_runtime_tier)]
#[allow(dead_code, reason = "the other end of the pipe uses the other half")]
#[path = "server/job.rs"]
mod job;
#[cfg(specialize_runtime_tier)]
mod link;
#[cfg(specialize_runtime_tier)]
pub(crate) mod llvm;
#[cfg(specialize_runtime_tier)]
mod pipeline;
#[cfg(specialize_runtime_tier)]
pub(crate) mod probe;
#[cfg(specialize_runtime_tier)]
mod process;
#[cfg(specialize_runtime_tier)]
pub(crate) mod program;
pub(crate) mod record;
#[cfg(specialize_runtime_tier)]
mod render;
#[cfg(specialize_runtime_tier)]
mod rustc;
#[cfg(specialize_runtime_tier)]
pub(crate) mod support;
#[cfg(specialize_runtime_tier)]
mod symbol;
#[cfg(specialize_runtime_tier)]
mod system;
#[cfg(specialize_runtime_tier)]
pub(crate) mod tested;
#[cfg(specialize_runtime_tier)]
pub(crate) mod toolchain;

#[cfg(specialize_runtime_tier)]
pub(crate) use children::kill_running;
#[cfg(specialize_runtime_tier)]
pub(crate) use pipeline::{Request, compile};
#[cfg(specialize_runtime_tier)]
pub(crate) use process::Limits;
#[cfg(specialize_runtime_tier)]
pub(crate) use rustc::Lowering;

#[cfg(all(test, specialize_runtime_tier))]
#[path = "server/linker.rs"]
mod linker;
#[cfg(all(test, specialize_runtime_tier))]
mod tests;
