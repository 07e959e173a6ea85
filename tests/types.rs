//! Type parameters with lists of types: a family of variants for each, in every tier, and the generic function for all others.

mod support;

#[path = "types/forms.rs"]
mod forms;
#[path = "types/modules.rs"]
mod modules;
#[path = "types/tiers.rs"]
mod tiers;
