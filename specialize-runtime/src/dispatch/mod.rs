//! Nanoseconds: finding the code for a value, and noticing which values are worth a variant.

pub(crate) mod hotness;
pub(crate) mod table;
