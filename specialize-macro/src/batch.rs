//! The option `batch`: `map`, which calls the function for every element of a slice, with the loop inside the variant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{ReturnType, Type};

use crate::copies::EntryKind;
use crate::expand::Expansion;
use crate::form::Form;
use crate::function;
use crate::mistakes::Mistakes;

/// The place of the batched parameter, if a batch can be made of it.
pub(crate) fn read(name: &Ident, signature: &syn::Signature, specialized: &[&Ident], mistakes: &mut Mistakes) -> Option<usize> {
    let parameters = function::bindings(signature);
    let Some((position, _, _)) = parameters.iter().find(|(_, known, _)| *known == name) else {
        mistakes.at(name, function::unknown(name, &parameters));
        return None;
    };
    if specialized.contains(&name) {
        let message = format!("`{name}` is specialized, so it is the same in a whole batch; name another parameter in `batch(...)`");
        mistakes.at(name, message);
    }
    if returns_nothing(&signature.output) {
        let message = "a batch gathers what the function returns, and it returns nothing; return a value, or leave `batch` out";
        mistakes.at(name, message);
    }
    for parameter in signature.inputs.iter() {
        if let syn::FnArg::Typed(typed) = parameter
            && let Type::Reference(reference) = &*typed.ty
            && reference.mutability.is_some()
        {
            let message = "each call of a batch gets a copy of every parameter, and a `&mut` reference cannot be copied; \
                           return what this one is for, or leave `batch` out";
            mistakes.at(&typed.ty, message);
        }
    }
    Some(*position)
}

fn returns_nothing(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => match &**ty {
            Type::Never(_) => true,
            Type::Tuple(tuple) => tuple.elems.is_empty(),
            _ => false,
        },
    }
}

impl Expansion<'_> {
    /// The entries with the loop over a slice, if the attribute asks for them.
    pub(crate) fn kind_of_map(&self) -> Option<EntryKind> {
        self.function.batch.map(|batched| self.kind_of_batch(batched))
    }

    fn kind_of_batch(&self, batched: usize) -> EntryKind {
        let v1 = &self.v1;
        let EntryKind { mut parameters, .. } = self.kind_of_call();
        let element = &parameters[batched].1;
        parameters[batched].1 = quote!(&[#element]);
        let result = match &self.signature.output {
            ReturnType::Type(_, ty) => ty.to_token_stream(),
            ReturnType::Default => quote!(()),
        };
        parameters.push((self.results(), quote!(&mut [#result])));
        EntryKind {
            purpose: quote!(#v1::Purpose::Map),
            output: ReturnType::Default,
            generic: format_ident!("__map_generic"),
            listed: format_ident!("__map_listed"),
            dispatcher: format_ident!("map"),
            work: self.work().map_or_else(|| quote!(|| 1), |work| work.of_map(&parameters[batched].0)),
            parameters,
        }
    }

    /// The name of the slice for the results, which no parameter has.
    pub(crate) fn results(&self) -> Ident {
        let mut name = "out".to_owned();
        while self.signature.names().any(|taken| *taken == name) {
            name.push('_');
        }
        Ident::new(&name, Span::mixed_site())
    }

    /// `map`, the method of the same name, and the loops they lead to in this program.
    pub(crate) fn map(&self) -> TokenStream {
        let Some(batched) = self.function.batch else {
            return TokenStream::new();
        };
        let (kind, inputs) = (self.kind_of_batch(batched), &self.signature.parameters[batched].name);
        let front = |documentation| quote!(#documentation #[inline] #[track_caller] pub);
        let (check, whole) = (self.check_lengths(inputs), self.parameters(&kind, Some));
        let documentation = self.documentation_of_map(inputs, "Calls the function for every element of a slice, dispatched once for all.");
        let choice = self.choose(&kind);
        let dispatcher = self.copy(&kind, &front(documentation), &quote!(map), &TokenStream::new(), &whole, &quote!(#check #choice));

        let (hidden, loops) = (quote!(#[doc(hidden)] #[inline(never)] pub), self.signature.names().map(Ident::to_token_stream));
        let body = self.call_in_a_loop(batched, loops);
        let generic = self.copy(&kind, &hidden, &kind.generic.to_token_stream(), &TokenStream::new(), &whole, &body);
        let listed = self.copy_of_listed(&kind, &self.call_in_a_loop(batched, self.values_of_listed()));
        if !self.function.families.is_empty() {
            return quote!(#dispatcher #generic);
        }
        let documentation = self.documentation_of_map(inputs, "Calls the function with the values bound for every element of a slice.");
        let method = self.method(&kind, &front(documentation), &quote!(map), &check);
        quote!(#dispatcher #generic #listed impl Bound { #method })
    }

    /// The calls of the user's own text. A parameter that is not `Copy` is an error at its name.
    fn call_in_a_loop(&self, batched: usize, values: impl Iterator<Item = TokenStream>) -> TokenStream {
        let (v1, results) = (&self.v1, self.results());
        let inputs = &self.signature.parameters[batched].name;
        let element = Ident::new("element", inputs.span());
        let values = self.signature.names().zip(values).enumerate().map(|(position, (name, value))| {
            // Only the place is the user's: these words are of the macro's edition.
            let span = name.span().resolved_at(Span::call_site());
            match self.specialized(position) {
                // It need not be `Copy`, but a copy is as good.
                Some(specialized) if matches!(specialized.form, Form::Value) && self.function.families.is_empty() => {
                    quote!(#v1::again(&#value))
                }
                Some(_) => value,
                None if position == batched => quote_spanned!(span=> #v1::copied(#element)),
                None => quote_spanned!(span=> #v1::copied(&#name)),
            }
        });
        let call = self.call_template(values);
        quote! {
            for (#element, result) in ::core::iter::Iterator::zip(#inputs.iter(), #results.iter_mut()) {
                *result = #call;
            }
        }
    }

    /// The comparison of the lengths, in one place for all tiers.
    fn check_lengths(&self, inputs: &Ident) -> TokenStream {
        let (v1, name, results) = (&self.v1, self.signature.name.to_string(), self.results());
        quote!(#v1::check_lengths(#name, #inputs.len(), #results.len());)
    }

    fn documentation_of_map(&self, inputs: &Ident, text: &str) -> TokenStream {
        let results = self.results();
        let what = format!(
            "`{results}[i]` becomes what a call with `{inputs}[i]` returns. The loop is inside the variant, which is chosen once. \
             Where a call panics, the results before it have been written."
        );
        let documentation = self.documentation(text);
        let panics = "The slices have different lengths, or a call panics.";
        quote!(#documentation #[doc = ""] #[doc = #what] #[doc = ""] #[doc = "# Panics"] #[doc = ""] #[doc = #panics])
    }
}
