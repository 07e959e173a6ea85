//! The attribute of the crate `specialize-rs`.
//!
//! Use it through the crate `specialize`, whose documentation says what it does.

mod args;
mod attribute;
mod attributes;
mod checks;
mod combinations;
mod copies;
mod descriptor;
mod expand;
mod flags;
mod function;
mod invisible;
mod isolation;
mod layout;
mod made;
mod mistakes;
mod names;
mod signature;
mod template;
mod tree;
mod values;

use proc_macro::TokenStream;

/// Gives a function variants for the values it is called with.
///
/// The documentation of the crate `specialize` says what may stand in the attribute, and what it generates.
#[proc_macro_attribute]
pub fn specialize(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::attribute(arguments.into(), item.into()).into()
}
