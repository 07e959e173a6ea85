//! The attribute of the crate `specialize-rs`.
//!
//! Use it through the crate `specialize`, whose documentation says what it does.

mod args;
mod attribute;
mod attributes;
mod batch;
mod checks;
mod columns;
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
mod plain;
mod signature;
mod template;
mod tree;
mod values;
mod work;

use proc_macro::TokenStream;

/// Gives a free function variants for the values it is called with.
///
/// ```text
/// #[specialize(n)]                                   runtime values only
/// #[specialize(n in [2, 3, LIMIT])]                  and these at build time; constant expressions are allowed
/// #[specialize(n in 1..=16)]                         a range with literal bounds
/// #[specialize(rows in [2, 4], cols in [2, 4])]      several parameters: every combination
/// #[specialize((rows, cols) in [(2, 2), (3, 5)])]    several parameters: these combinations
/// #[specialize(n, hot = 10)]                         options come after the parameters
/// ```
///
/// A specialized parameter is of an integer type, `bool` or `char`. The options are `hot` (calls of one value before it gets a
/// variant of its own), `module` (the name of the module beside the function, where the function's own is taken), `crate` (the path
/// of the crate `specialize`) and `limit` (how many variants may be listed, 1,024 unless set).
///
/// The function keeps its name, signature and attributes, and chooses a variant by its arguments. A module of the same name beside it
/// has `at`, `generic`, `bind`, `prepare`, `prepare_within`, `lookup`, `request`, `table` and the type `Bound`; the documentation of
/// the crate says what they do. The body sees only std, by full paths, and what it defines itself: it is compiled again while the
/// program runs, away from the crate it stands in.
#[proc_macro_attribute]
pub fn specialize(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::attribute(arguments.into(), item.into()).into()
}
