//! The attributes of an annotated function, and where they go.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Attribute, Ident};

use crate::mistakes::Mistakes;

/// The attributes of a function, by where they go.
#[derive(Clone, Default)]
pub(crate) struct Attributes {
    /// For the dispatcher alone.
    pub(crate) dispatcher: Vec<Attribute>,
    /// Lint levels as they were written, for the user's own text.
    pub(crate) lints: Vec<TokenStream>,
    /// Lint levels for all that is generated, where nothing is expected.
    pub(crate) copied_lints: Vec<TokenStream>,
    /// `cfg`, for all that is generated.
    pub(crate) configured: Vec<Attribute>,
    /// `target_feature`, for every copy.
    pub(crate) target_features: Vec<Attribute>,
}

impl Attributes {
    /// Finds the place of each attribute.
    pub(crate) fn sort(attributes: Vec<Attribute>, mistakes: &mut Mistakes) -> Attributes {
        let mut sorted = Attributes::default();
        for attribute in attributes {
            let name = attribute.path().segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
            match name.as_str() {
                "allow" | "warn" | "deny" | "forbid" => {
                    sorted.copied_lints.push(attribute.to_token_stream());
                    sorted.lints.push(attribute.to_token_stream());
                }
                "expect" => {
                    let lints = attribute.meta.require_list().map(|list| &list.tokens);
                    let allowed = lints.map(|lints| quote!(#[allow(#lints)])).unwrap_or_default();
                    // What stands in the table of all functions is not dead, called or not.
                    let fulfilled = !allowed.to_string().contains("dead_code");
                    sorted.lints.push(if fulfilled { attribute.to_token_stream() } else { allowed.clone() });
                    sorted.copied_lints.push(allowed);
                }
                "cfg" => sorted.configured.push(attribute),
                "target_feature" => sorted.target_features.push(attribute),
                "track_caller" => mistakes.at(
                    &attribute,
                    "a specialized function cannot be `#[track_caller]`: the caller's place does not cross a function pointer; \
                     remove the attribute, or pass a `&'static Location<'static>` as a parameter",
                ),
                "specialize" => {
                    mistakes.at(&attribute, "this function is specialized twice; put all parameters into one `#[specialize(...)]`")
                }
                _ => sorted.dispatcher.push(attribute),
            }
        }
        sorted
    }

    /// The inlining of the dispatcher, unless the user wrote one.
    pub(crate) fn inline_dispatcher(&self) -> TokenStream {
        let decided = self.dispatcher.iter().any(|attribute| attribute.path().is_ident("inline") || attribute.path().is_ident("cold"));
        if decided { TokenStream::new() } else { quote!(#[inline]) }
    }

    /// `#[doc(hidden)]` for the module beside the function, if the function itself is hidden.
    pub(crate) fn hidden(&self) -> TokenStream {
        let hides =
            |attribute: &Attribute| attribute.path().is_ident("doc") && attribute.parse_args::<Ident>().is_ok_and(|word| word == "hidden");
        if self.dispatcher.iter().any(hides) { quote!(#[doc(hidden)]) } else { TokenStream::new() }
    }

    /// The strongest inlining that a copy may have.
    pub(crate) fn inline_always(&self) -> TokenStream {
        if self.target_features.is_empty() { quote!(#[inline(always)]) } else { quote!(#[inline]) }
    }
}
