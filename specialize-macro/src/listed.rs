//! The variants for listed values: const generics where all that they fix can be such, else a type for each with its values as
//! associated constants.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::combinations::Combination;
use crate::copies::{EntryKind, tuple};
use crate::expand::{self, Expansion};
use crate::signature::Specialized;

impl Expansion<'_> {
    /// The parameters that listed variants fix.
    fn fixed(&self) -> impl Iterator<Item = &Specialized> + Clone {
        self.function.combinations.fixed.iter().map(|index| &self.function.specialized[*index])
    }

    /// Whether a parameter at this place of the signature is fixed by listed variants.
    fn fixes(&self, position: usize) -> bool {
        self.fixed().any(|fixed| fixed.position == position)
    }

    /// Whether listed variants fix only some of the specialized parameters.
    pub(crate) fn is_partly_listed(&self) -> bool {
        let combinations = &self.function.combinations;
        !combinations.variants.is_empty() && combinations.fixed.len() < self.function.specialized.len()
    }

    /// Whether listed variants have const generics.
    fn by_const_generics(&self) -> bool {
        self.fixed().all(|fixed| fixed.form.is_scalar())
    }

    /// The types that carry the values of variants which const generics cannot.
    pub(crate) fn choices(&self) -> TokenStream {
        let variants = &self.function.combinations.variants;
        if variants.is_empty() || self.by_const_generics() {
            return TokenStream::new();
        }
        let lifetime = quote!('static);
        let declared = self.fixed().map(|fixed| {
            let (constant, ty) = (&fixed.constant, fixed.lent(&lifetime));
            quote!(const #constant: #ty;)
        });
        let choices = variants.iter().enumerate().map(|(index, variant)| {
            let choice = choice(index);
            let constants = self.fixed().zip(variant).map(|(fixed, value)| {
                let (constant, ty, value) = (&fixed.constant, fixed.lent(&lifetime), expand::value(value, &TokenStream::new()));
                quote!(const #constant: #ty = #value;)
            });
            quote!(impl __Listed for #choice { #(#constants)* })
        });
        quote! {
            #[doc(hidden)] pub trait __Listed { #(#declared)* }
            #[doc(hidden)] pub enum __Choice<const INDEX: usize> {}
            #(#choices)*
        }
    }

    /// The variant for listed values. It stands alone, since variants that are inlined into one `match` are merged again.
    pub(crate) fn listed(&self) -> TokenStream {
        let call = self.call_template(self.values_of_listed());
        self.copy_of_listed(&self.kind_of_call(), &call)
    }

    /// The function with the values of a listed variant, as an entry of this kind.
    pub(crate) fn copy_of_listed(&self, kind: &EntryKind, body: &TokenStream) -> TokenStream {
        if self.function.combinations.variants.is_empty() {
            return TokenStream::new();
        }
        let by_const_generics = self.by_const_generics();
        let generics = if by_const_generics { Self::constant_generics(self.fixed()) } else { quote!(__C: __Listed) };
        let parameters = self.parameters_at(kind, |position, name| Some(if self.fixes(position) { quote!(_) } else { name }));
        let (front, name) = (quote!(#[doc(hidden)] #[inline(never)] pub), &kind.listed);
        self.copy(kind, &front, &quote!(#name), &generics, &parameters, body)
    }

    /// The arguments of the user's function in a listed variant.
    pub(crate) fn values_of_listed(&self) -> impl Iterator<Item = TokenStream> {
        let by_const_generics = self.by_const_generics();
        self.signature.names().enumerate().map(move |(position, name)| match self.fixed().find(|fixed| fixed.position == position) {
            Some(Specialized { constant, .. }) if by_const_generics => quote!(#constant),
            Some(Specialized { constant, .. }) => quote!(<__C as __Listed>::#constant),
            None => quote!(#name),
        })
    }

    /// The listed variant at an index, as an entry of this kind.
    fn listed_at(&self, kind: &EntryKind, index: usize, variant: &Combination) -> TokenStream {
        let listed = &kind.listed;
        if self.by_const_generics() {
            let values = variant.iter().map(|value| expand::value(value, &TokenStream::new()));
            return quote!(#listed::<#({ #values }),*>);
        }
        let choice = choice(index);
        quote!(#listed::<#choice>)
    }

    /// The choice among the variants for listed values, which returns if there is one.
    pub(crate) fn choose_listed(&self, kind: &EntryKind) -> TokenStream {
        let variants = &self.function.combinations.variants;
        if variants.is_empty() {
            return TokenStream::new();
        }
        let v1 = &self.v1;
        let calls = variants.iter().enumerate().map(|(index, variant)| {
            let (listed, names) = (self.listed_at(kind, index, variant), kind.names());
            let call = self.unsafely(quote!(#listed(#(#names),*)));
            kind.returned(call)
        });
        let values: Vec<TokenStream> = self.fixed().map(|fixed| self.name_of(fixed)).collect();
        if self.by_const_generics() {
            let patterns = variants.iter().map(|variant| {
                let constants: Vec<TokenStream> = variant.iter().map(|value| expand::value(value, &TokenStream::new())).collect();
                alone_or_tuple(&constants)
            });
            let values = alone_or_tuple(&values);
            return quote!(if __FUNCTION.build_time_serves() { match #values { #(#patterns => #calls,)* _ => {} } });
        }
        let conditions = (0..variants.len()).map(|index| {
            let choice = choice(index);
            let equal = self.fixed().zip(&values).map(|(fixed, value)| {
                let constant = &fixed.constant;
                let (given, listed) = (fixed.refer(value), fixed.refer(&quote!(<#choice as __Listed>::#constant)));
                quote!(#v1::equal(#given, #listed))
            });
            quote!(#(#equal)&&*)
        });
        quote!(if __FUNCTION.build_time_serves() { #(if #conditions { #calls })* })
    }

    /// The listed values, each row with its variant.
    pub(crate) fn rows(&self) -> TokenStream {
        let rows = self.function.combinations.variants.iter().enumerate().map(|(index, variant)| {
            let values: Vec<TokenStream> = self
                .function
                .specialized
                .iter()
                .enumerate()
                .map(|(place, specialized)| {
                    let value = self.function.combinations.fixed.iter().zip(variant).find(|(fixed, _)| **fixed == place);
                    match value {
                        Some((_, value)) => {
                            let value = specialized.refer(&expand::value(value, &TokenStream::new()));
                            quote!(::core::option::Option::Some(#value))
                        }
                        None => quote!(::core::option::Option::None),
                    }
                })
                .collect();
            let (row, entries) = (tuple(&values), self.entries(&|kind| self.listed_at(kind, index, variant)));
            quote!((#row, #entries))
        });
        quote!(const { &[#(#rows),*] })
    }
}

/// The type that carries the values of a variant.
fn choice(index: usize) -> TokenStream {
    let index = Literal::usize_unsuffixed(index);
    quote!(__Choice<#index>)
}

/// One part by itself, several as a tuple.
fn alone_or_tuple(parts: &[TokenStream]) -> TokenStream {
    match parts {
        [only] => only.clone(),
        parts => quote!((#(#parts),*)),
    }
}
