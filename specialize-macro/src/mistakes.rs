//! Mistakes in an annotated function, gathered so that all are reported at once.

use std::fmt::Display;

use proc_macro2::TokenStream;
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

    /// Notes a mistake that rustc finds in the function as it was written.
    pub(crate) fn leave_to_rustc(&mut self) {
        self.left_to_rustc = true;
    }

    /// The errors to report, if there are mistakes.
    pub(crate) fn into_errors(self) -> Option<TokenStream> {
        let errors = self.error.map(syn::Error::into_compile_error);
        errors.or_else(|| self.left_to_rustc.then(TokenStream::new))
    }
}
