//! Captured modules: what a function may use of its module, in every tier.

mod support;

#[path = "modules/items.rs"]
mod items;
#[path = "modules/layout.rs"]
mod layout;
#[path = "modules/methods.rs"]
mod methods;
#[path = "modules/places.rs"]
mod places;
#[path = "modules/types.rs"]
mod types;
#[path = "modules/values.rs"]
mod values;
