//! The copies of the function's signature in its module: `generic`, `at`, the listed variants, the choice of one, and `call`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};

use crate::expand::{self, Expansion};
use crate::plain;
use crate::signature::Specialized;

/// The most values in a tuple; more are nested.
const TUPLE: usize = 12;

impl Expansion<'_> {
    /// All copies of the signature.
    pub(crate) fn copies(&self) -> TokenStream {
        let (generic, at, listed, dispatch, call) = (self.generic(), self.at(), self.listed(), self.dispatch(), self.call());
        quote!(#generic #at #listed #dispatch impl Bound { #call })
    }

    /// The function as written, which is also called through its address.
    fn generic(&self) -> TokenStream {
        let documentation = self.documentation("The function as written: all parameters at run time.");
        let front = quote!(#documentation #[inline(never)] pub);
        let values = self.signature.names().map(Ident::to_token_stream);
        let call = self.call_template(values);
        self.copy(&front, &quote!(generic), &TokenStream::new(), &self.parameters(Some), &call)
    }

    /// The variant for constants.
    fn at(&self) -> TokenStream {
        let documentation = self.documentation("The variant for constants, made where this crate is built and open to inlining.");
        let inline = self.function.attributes.inline_always();
        let parameters = self.parameters(|_| None);
        let call = self.call_template(self.values_of_variant());
        self.copy(&quote!(#documentation #inline pub), &quote!(at), &self.constant_generics(), &parameters, &call)
    }

    /// The variant for listed values. It stands alone, since variants that are inlined into one `match` are merged again.
    fn listed(&self) -> TokenStream {
        if self.function.combinations.variants.is_empty() {
            return TokenStream::new();
        }
        let parameters = self.parameters(|_| Some(quote!(_)));
        let call = self.call_template(self.values_of_variant());
        self.copy(&quote!(#[doc(hidden)] #[inline(never)] pub), &quote!(listed), &self.constant_generics(), &parameters, &call)
    }

    /// The choice of a variant.
    fn dispatch(&self) -> TokenStream {
        let names: Vec<&Ident> = self.signature.names().collect();
        let (listed, inline) = (self.choose_listed(&names), self.function.attributes.inline_always());
        let served = self.serve_at_run_time(&names);
        self.copy(
            &quote!(#[doc(hidden)] #inline pub),
            &quote!(__dispatch),
            &TokenStream::new(),
            &self.parameters(Some),
            &quote!(#listed #served),
        )
    }

    /// The call of the runtime variant for the values, or else of the function as written.
    ///
    /// The code of a plain function may be unloaded, and is held while it is called. That of another stays for ever.
    fn serve_at_run_time(&self, names: &[&Ident]) -> TokenStream {
        let values = tuple(&self.specialized_names());
        let generic = self.unsafely(quote!(generic(#(#names),*)));
        if plain::is_plain(self.signature) {
            let variant = self.call_entry(&quote!(call.code()), names);
            quote!(match __FUNCTION.enter(#values) {
                ::core::option::Option::Some(call) => #variant,
                ::core::option::Option::None => #generic,
            })
        } else {
            let variant = self.call_entry(&quote!(entry), names);
            quote!({
                let entry = unsafe { __FUNCTION.entry(#values) };
                if entry.is_null() { #generic } else { #variant }
            })
        }
    }

    /// The method that calls the function with the values bound.
    fn call(&self) -> TokenStream {
        let documentation = self.documentation("Calls the function with the values bound, in the best tier there is.");
        let names: Vec<&Ident> = self.signature.names().collect();
        let values = tuple(&self.specialized_names());
        let entry = self.call_entry(&quote!(self.binding.entry()), &names);
        let parameters = self.parameters(|_| None);
        let body = quote!(let #values = *self.binding.values(); #entry);
        self.copy(&quote!(#documentation #[inline] pub), &quote!(call), &TokenStream::new(), &quote!(&self, #parameters), &body)
    }

    /// A function with the lifetimes, the return type and the target features of the annotated one.
    fn copy(
        &self,
        front: &TokenStream,
        name: &TokenStream,
        generics: &TokenStream,
        parameters: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let features = &self.function.attributes.target_features;
        let (unsafety, output, clause) = (&self.signature.unsafety, &self.signature.output, self.signature.where_clause());
        let lifetimes = self.signature.lifetimes.iter();
        quote! {
            #(#features)* #front #unsafety fn #name<#(#lifetimes,)* #generics>(#parameters) #output #clause { #body }
        }
    }

    /// The parameters of a copy. `show` says what to call a specialized one, given its name, if it is there at all.
    fn parameters(&self, show: impl Fn(TokenStream) -> Option<TokenStream>) -> TokenStream {
        let parameters = self.signature.parameters.iter().enumerate().filter_map(|(position, parameter)| {
            let (name, ty) = (parameter.name.to_token_stream(), &parameter.named);
            let name = if self.specialized(position).is_some() { show(name)? } else { name };
            Some(quote!(#name: #ty))
        });
        quote!(#(#parameters),*)
    }

    /// The call of the user's own text.
    fn call_template(&self, values: impl Iterator<Item = TokenStream>) -> TokenStream {
        let name = &self.signature.name;
        self.unsafely(quote!(template::#name(#(#values),*)))
    }

    /// What the template is called with in a variant for constants.
    fn values_of_variant(&self) -> impl Iterator<Item = TokenStream> {
        self.signature.names().enumerate().map(|(position, name)| match self.specialized(position) {
            Some(specialized) => specialized.constant.to_token_stream(),
            None => name.to_token_stream(),
        })
    }

    /// `const N: u32` for every specialized parameter.
    fn constant_generics(&self) -> TokenStream {
        let generics = self.function.specialized.iter().map(|Specialized { constant, ty, .. }| quote!(const #constant: #ty));
        quote!(#(#generics),*)
    }

    /// The `match` that calls the variants for listed values.
    fn choose_listed(&self, names: &[&Ident]) -> TokenStream {
        let variants = &self.function.combinations.variants;
        if variants.is_empty() {
            return TokenStream::new();
        }
        let (v1, values) = (&self.v1, alone_or_tuple(&self.specialized_names()));
        let arms = variants.iter().map(|variant| {
            let constants: Vec<TokenStream> = variant.iter().map(|value| expand::value(value, &TokenStream::new())).collect();
            let pattern = alone_or_tuple(&constants);
            let call = self.unsafely(quote!(listed::<#({ #constants }),*>(#(#names),*)));
            if self.signature.returns() { quote!(#pattern => return #call,) } else { quote!(#pattern => #call,) }
        });
        quote!(if #v1::build_time_serves() { match #values { #(#arms)* _ => {} } })
    }

    /// The call of what `entry` points to.
    fn call_entry(&self, entry: &TokenStream, names: &[&Ident]) -> TokenStream {
        let types = self.signature.parameters.iter().map(|parameter| &parameter.named);
        let output = &self.signature.output;
        // SAFETY of what is generated: every entry of a function has the function's own signature.
        quote!(unsafe { ::core::mem::transmute::<*const (), unsafe fn(#(#types),*) #output>(#entry)(#(#names),*) })
    }

    /// A doc comment, with a section on safety if the function is unsafe.
    fn documentation(&self, text: &str) -> TokenStream {
        let safety =
            self.signature.unsafety.map(|_| quote!(#[doc = ""] #[doc = "# Safety"] #[doc = ""] #[doc = "As for the function itself."]));
        quote!(#[doc = #text] #safety)
    }

    fn specialized(&self, position: usize) -> Option<&Specialized> {
        self.function.specialized.iter().find(|specialized| specialized.position == position)
    }

    /// The specialized parameters by the names they have in copies.
    pub(crate) fn specialized_names(&self) -> Vec<TokenStream> {
        let name = |specialized: &Specialized| self.signature.parameters[specialized.position].name.to_token_stream();
        self.function.specialized.iter().map(name).collect()
    }
}

/// A tuple of any length, nested if it is long.
pub(crate) fn tuple(parts: &[TokenStream]) -> TokenStream {
    if parts.len() <= TUPLE {
        return quote!((#(#parts,)*));
    }
    let parts: Vec<TokenStream> = parts.chunks(parts.len().div_ceil(TUPLE).max(TUPLE)).map(tuple).collect();
    tuple(&parts)
}

/// One part by itself, several as a tuple.
fn alone_or_tuple(parts: &[TokenStream]) -> TokenStream {
    match parts {
        [only] => only.clone(),
        parts => quote!((#(#parts),*)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_tuples_are_nested() {
        let parts: Vec<TokenStream> = (0..13).map(|_| quote!(x)).collect();
        assert_eq!(tuple(&parts).to_string().replace(' ', ""), "((x,x,x,x,x,x,x,x,x,x,x,x,),(x,),)");
        let parts: Vec<TokenStream> = (0..200).map(|_| quote!(x)).collect();
        assert!(tuple(&parts).to_string().matches('x').count() == 200);
    }
}
