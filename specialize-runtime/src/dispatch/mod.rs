//! Nanoseconds: finding the code for a value, noticing which values are worth a variant, and knowing
//! when code may go.

mod grace;
pub(crate) mod hotness;
mod limbo;
pub(crate) mod reclaim;
pub(crate) mod table;
