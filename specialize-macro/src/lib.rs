//! The attribute of the crate `specialize-rs`.
//!
//! Use it through the crate `specialize`, whose documentation says what it does.

mod args;
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

use proc_macro2::TokenStream;

use crate::args::Arguments;
use crate::flags::Build;
use crate::function::Function;
use crate::mistakes::Mistakes;

/// Gives a function variants for the values it is called with.
///
/// The documentation of the crate `specialize` says what may stand in the attribute, and what it generates.
#[proc_macro_attribute]
pub fn specialize(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    attribute(arguments.into(), item.into()).into()
}

/// The expansion, or every mistake at once beside the item as it was written.
fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let build = Build::read(std::env::args());
    let mut mistakes = Mistakes::default();
    let arguments = Arguments::read(arguments, &mut mistakes);
    let function = Function::read(&item, &arguments, &build, &mut mistakes);
    match (function, mistakes.into_errors()) {
        (Some(function), None) => expand::expand(&function, &arguments.options, &build),
        (_, errors) => quote::quote!(#item #errors),
    }
}
