//! Mistakes in an annotated function, gathered so that all are reported at once.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Mistakes {
    error: Option<syn::Error>,
    left_to_rustc: bool,
}

impl Mistakes {
    /// Adds what is wrong with `tokens`.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.add(syn::Error::new_spanned(tokens, message));
    }

    /// Adds an error.
    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.error {
            Some(all) => all.combine(error),
            none => *none = Some(error),
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.error.is_none() && !self.left_to_rustc
    }

    /// Notes a mistake that rustc finds in the function as it was written.
    pub(crate) fn leave_to_rustc(&mut self) {
        self.left_to_rustc = true;
    }

    /// The errors to report in a crate of an edition, if there are mistakes.
    pub(crate) fn into_errors(self, edition: &str) -> Option<TokenStream> {
        match self.error {
            None => self.left_to_rustc.then(TokenStream::new),
            // Their `::core` means nothing to a crate of this edition, unless its words are of the macro's.
            Some(error) if edition == "2015" => Some(of_this_edition(error.into_compile_error())),
            Some(error) => Some(error.into_compile_error()),
        }
    }
}

/// The tokens at their places, but as words of the macro.
fn of_this_edition(tokens: TokenStream) -> TokenStream {
    let of_this_edition = |mut tree: TokenTree| {
        if let TokenTree::Ident(_) | TokenTree::Punct(_) = tree {
            tree.set_span(tree.span().resolved_at(Span::call_site()));
        }
        tree
    };
    tokens.into_iter().map(of_this_edition).collect()
}
