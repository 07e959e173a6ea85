//! Whether variants are worth it: a few calls are timed, now and then, with the arguments they were made with.

mod figures;
mod sampler;
mod samples;

pub(crate) use figures::{Figures, Gap, Turn};
pub(crate) use sampler::{ask, close, wake};
pub(crate) use samples::{Comparison, Samples};
