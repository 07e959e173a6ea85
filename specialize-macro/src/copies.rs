//! The copies of the function's signature in its module: `generic`, `at`, the listed variants, the choice of one, and `call`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::{ReturnType, Type};

use crate::expand::{self, Expansion};
use crate::plain;
use crate::signature::Specialized;

/// The most values in a tuple; more are nested.
const TUPLE: usize = 12;

/// A way to call the function, with the signature that all code for it has.
pub(crate) struct Way {
    /// The runtime's word for it.
    pub(crate) purpose: TokenStream,
    /// Names and types of the parameters; those of the function keep their places.
    pub(crate) parameters: Vec<(Ident, TokenStream)>,
    /// The return type.
    pub(crate) output: ReturnType,
    /// What the generic function is called.
    pub(crate) generic: Ident,
    /// What the variants for listed values are called.
    pub(crate) listed: Ident,
    /// What a call counts for, as a closure over its parameters.
    pub(crate) work: TokenStream,
}

impl Way {
    /// The names of the parameters.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        self.parameters.iter().map(|(name, _)| name)
    }

    /// Whether a call returns at all.
    fn returns(&self) -> bool {
        !matches!(&self.output, ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)))
    }
}

impl Expansion<'_> {
    /// All copies of the signature.
    pub(crate) fn copies(&self) -> TokenStream {
        let way = self.way_of_call();
        let (generic, at, listed, dispatch) = (self.generic(&way), self.at(&way), self.listed(&way), self.dispatch(&way));
        let (call, map) = (self.call(&way), self.map());
        quote!(#generic #at #listed #dispatch impl Bound { #call } #map)
    }

    /// One call of the function as it is.
    pub(crate) fn way_of_call(&self) -> Way {
        let v1 = &self.v1;
        let parameters = self.signature.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.named.to_token_stream()));
        Way {
            purpose: quote!(#v1::Purpose::Call),
            parameters: parameters.collect(),
            output: self.signature.output.clone(),
            generic: format_ident!("generic"),
            listed: format_ident!("listed"),
            work: self.work().map_or_else(|| quote!(|| 1), |work| work.of_call()),
        }
    }

    /// The function as written, which is also called through its address.
    fn generic(&self, way: &Way) -> TokenStream {
        let documentation = self.documentation("The function as written: all parameters at run time.");
        let front = quote!(#documentation #[inline(never)] pub);
        let values = self.signature.names().map(Ident::to_token_stream);
        let call = self.call_template(values);
        self.copy(way, &front, &quote!(generic), &TokenStream::new(), &self.parameters(way, Some), &call)
    }

    /// The variant for constants.
    fn at(&self, way: &Way) -> TokenStream {
        let documentation = self.documentation("The variant for constants, made where this crate is built and open to inlining.");
        let inline = self.function.attributes.inline_always();
        let parameters = self.parameters(way, |_| None);
        let call = self.call_template(self.values_of_variant());
        self.copy(way, &quote!(#documentation #inline pub), &quote!(at), &self.constant_generics(), &parameters, &call)
    }

    /// The variant for listed values. It stands alone, since variants that are inlined into one `match` are merged again.
    fn listed(&self, way: &Way) -> TokenStream {
        if self.function.combinations.variants.is_empty() {
            return TokenStream::new();
        }
        let parameters = self.parameters(way, |_| Some(quote!(_)));
        let call = self.call_template(self.values_of_variant());
        self.copy(way, &quote!(#[doc(hidden)] #[inline(never)] pub), &quote!(listed), &self.constant_generics(), &parameters, &call)
    }

    /// The choice of a variant.
    fn dispatch(&self, way: &Way) -> TokenStream {
        let (inline, choice) = (self.function.attributes.inline_always(), self.choose(way));
        let front = quote!(#[doc(hidden)] #inline pub);
        self.copy(way, &front, &quote!(__dispatch), &TokenStream::new(), &self.parameters(way, Some), &choice)
    }

    /// The call of the best code for the values.
    pub(crate) fn choose(&self, way: &Way) -> TokenStream {
        let (listed, served) = (self.choose_listed(way), self.serve_at_run_time(way));
        quote!(#listed #served)
    }

    /// The call of the runtime variant for the values, or else of the function as written.
    ///
    /// The code of a plain function may be unloaded, and is held while it is called. That of another stays for ever.
    fn serve_at_run_time(&self, way: &Way) -> TokenStream {
        let (values, Way { purpose, generic, work, .. }, names) = (tuple(&self.specialized_names()), way, way.names());
        let generic = self.unsafely(quote!(#generic(#(#names),*)));
        if plain::is_plain(self.signature, self.function.batch) {
            let variant = self.call_entry(way, &quote!(call.code()));
            quote!(match __FUNCTION.enter(#purpose, #values, #work) {
                ::core::option::Option::Some(call) => #variant,
                ::core::option::Option::None => #generic,
            })
        } else {
            let variant = self.call_entry(way, &quote!(entry));
            quote!({
                let entry = unsafe { __FUNCTION.entry(#purpose, #values, #work) };
                if entry.is_null() { #generic } else { #variant }
            })
        }
    }

    /// The method that calls the function with the values bound.
    fn call(&self, way: &Way) -> TokenStream {
        let documentation = self.documentation("Calls the function with the values bound, in the best tier there is.");
        let (parameters, body) = (self.parameters(way, |_| None), self.call_bound(way));
        self.copy(way, &quote!(#documentation #[inline] pub), &quote!(call), &TokenStream::new(), &quote!(&self, #parameters), &body)
    }

    /// The call of what serves the values of `self`, a `Bound`.
    pub(crate) fn call_bound(&self, way: &Way) -> TokenStream {
        let (values, purpose) = (tuple(&self.specialized_names()), &way.purpose);
        let call = self.call_entry(way, &quote!(self.binding.entry(#purpose)));
        quote!(let #values = *self.binding.values(); #call)
    }

    /// A function with the lifetimes and the target features of the annotated one.
    pub(crate) fn copy(
        &self,
        way: &Way,
        front: &TokenStream,
        name: &TokenStream,
        generics: &TokenStream,
        parameters: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let features = &self.function.attributes.target_features;
        let (unsafety, output, clause) = (&self.signature.unsafety, &way.output, self.signature.where_clause());
        let lifetimes = self.signature.lifetimes.iter();
        quote! {
            #(#features)* #front #unsafety fn #name<#(#lifetimes,)* #generics>(#parameters) #output #clause { #body }
        }
    }

    /// The parameters of a copy. `show` says what to call a specialized one, given its name, if it is there at all.
    pub(crate) fn parameters(&self, way: &Way, show: impl Fn(TokenStream) -> Option<TokenStream>) -> TokenStream {
        let parameters = way.parameters.iter().enumerate().filter_map(|(position, (name, ty))| {
            let name = name.to_token_stream();
            let name = if self.specialized(position).is_some() { show(name)? } else { name };
            Some(quote!(#name: #ty))
        });
        quote!(#(#parameters),*)
    }

    /// The call of the user's own text.
    pub(crate) fn call_template(&self, values: impl Iterator<Item = TokenStream>) -> TokenStream {
        let name = &self.signature.name;
        self.unsafely(quote!(template::#name(#(#values),*)))
    }

    /// What the template is called with in a variant for constants.
    pub(crate) fn values_of_variant(&self) -> impl Iterator<Item = TokenStream> {
        self.signature.names().enumerate().map(|(position, name)| match self.specialized(position) {
            Some(specialized) => specialized.constant.to_token_stream(),
            None => name.to_token_stream(),
        })
    }

    /// `const N: u32` for every specialized parameter.
    pub(crate) fn constant_generics(&self) -> TokenStream {
        let generics = self.function.specialized.iter().map(|Specialized { constant, ty, .. }| quote!(const #constant: #ty));
        quote!(#(#generics),*)
    }

    /// The `match` that calls the variants for listed values.
    fn choose_listed(&self, way: &Way) -> TokenStream {
        let variants = &self.function.combinations.variants;
        if variants.is_empty() {
            return TokenStream::new();
        }
        let (v1, values) = (&self.v1, alone_or_tuple(&self.specialized_names()));
        let arms = variants.iter().map(|variant| {
            let constants: Vec<TokenStream> = variant.iter().map(|value| expand::value(value, &TokenStream::new())).collect();
            let pattern = alone_or_tuple(&constants);
            let (listed, names) = (&way.listed, way.names());
            let call = self.unsafely(quote!(#listed::<#({ #constants }),*>(#(#names),*)));
            if way.returns() { quote!(#pattern => return #call,) } else { quote!(#pattern => #call,) }
        });
        quote!(if #v1::build_time_serves() { match #values { #(#arms)* _ => {} } })
    }

    /// The call of what `entry` points to.
    fn call_entry(&self, way: &Way, entry: &TokenStream) -> TokenStream {
        let (types, names, output) = (way.parameters.iter().map(|(_, ty)| ty), way.names(), &way.output);
        // SAFETY of what is generated: all code for a way of calling has the signature of that way.
        quote!(unsafe { ::core::mem::transmute::<*const (), unsafe fn(#(#types),*) #output>(#entry)(#(#names),*) })
    }

    /// A doc comment, with a section on safety if the function is unsafe.
    pub(crate) fn documentation(&self, text: &str) -> TokenStream {
        let safety =
            self.signature.unsafety.map(|_| quote!(#[doc = ""] #[doc = "# Safety"] #[doc = ""] #[doc = "As for the function itself."]));
        quote!(#[doc = #text] #safety)
    }

    pub(crate) fn specialized(&self, position: usize) -> Option<&Specialized> {
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
