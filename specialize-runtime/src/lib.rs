//! The runtime of `specialize-rs`: what stands behind the functions that its attribute generates.
//!
//! Use it through the crate `specialize`; nothing here is promised to stay except what that crate re-exports.

#![cfg_attr(not(specialize_runtime_tier), allow(dead_code, unused_imports, reason = "the runtime tier uses the rest"))]

#[cfg(specialize_runtime_tier)]
mod artifact;
mod backoff;
mod batch;
mod binding;
mod budget;
#[cfg(specialize_runtime_tier)]
mod compile;
mod config;
mod cost;
mod covered;
mod descriptor;
mod dispatch;
mod dispatch_table;
mod doctor;
mod error;
mod function;
mod lifetime;
mod maker;
mod measure;
mod pending;
mod per_process;
mod record;
mod registry;
mod report;
mod same;
mod service;
#[cfg(test)]
mod skipped;
mod stats;
mod surface;
mod sync;
mod template;
pub mod testing;
mod threads;
#[cfg(specialize_runtime_tier)]
mod trust;
mod user_code;
mod value;
mod variant;
mod work;
#[cfg(specialize_runtime_tier)]
mod workshop;

pub use config::{Config, Engine, Mode};
pub use cost::{Cost, Stages};
pub use dispatch_table::{Counts, DispatchTable, TableEntry};
pub use doctor::{Check, Diagnosis, Finding, doctor};
pub use error::Error;
pub use function::Tier;
pub use pending::Pending;
pub use report::{FunctionReport, Report, ValueReport, Verdict, report};
pub use service::settle;
pub use stats::{FunctionStats, Stats, functions, stats};
pub use value::Value;
pub use variant::Origin;

/// What generated code calls. Not for people: it changes without notice.
#[doc(hidden)]
pub mod __private {
    /// The interface of expansions of this major version.
    pub mod v1 {
        pub use linkme;

        pub use crate::__specialize_families as families;
        pub use crate::__specialize_methods as methods;
        pub use crate::__specialize_surface as surface;
        pub use crate::batch::{check_lengths, copied, total};
        pub use crate::binding::Binding;
        pub use crate::descriptor::{Descriptor, Entries, Purpose};
        pub use crate::function::Function;
        pub use crate::same::{are_same, same};
        pub use crate::stats::FUNCTIONS;
        pub use crate::template::{BuildFlags, Dependency, Flags, Piece, Template};
        pub use crate::testing::agree;
        pub use crate::value::{Of, Value, Values, again, differ, equal, is_dense, is_parameter, place, tag};
        pub use crate::work::Work;
        pub use crate::{DispatchTable, Error, Pending, Tier};
    }
}
