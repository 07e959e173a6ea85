//! The copies of the function's signature in its module: `generic`, `at`, the choice of a variant, and `call`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::visit::Visit as _;
use syn::{Lifetime, ReturnType, Type};

use crate::definitions::Definitions;
use crate::expand::Expansion;
use crate::plain;
use crate::resolve::Place;
use crate::signature::{Mentioned, Specialized};

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
    /// What the choice of the best code is called.
    pub(crate) dispatcher: Ident,
    /// What a call counts for, as a closure over its parameters.
    pub(crate) work: TokenStream,
}

impl Way {
    /// The names of the parameters.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        self.parameters.iter().map(|(name, _)| name)
    }

    /// `return` with what a call returns, if it returns at all.
    pub(crate) fn returned(&self, call: TokenStream) -> TokenStream {
        if self.never() { call } else { quote!(return #call) }
    }

    /// Whether a call never returns.
    pub(crate) fn never(&self) -> bool {
        matches!(&self.output, ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)))
    }
}

impl Expansion<'_> {
    /// All copies of the signature.
    pub(crate) fn copies(&self) -> TokenStream {
        let way = self.way_of_call();
        let (generic, at, listed, dispatch) = (self.generic(&way), self.at(&way), self.listed(), self.dispatch(&way));
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
            dispatcher: format_ident!("__dispatch"),
            work: self.work().map_or_else(|| quote!(|| 1), |work| work.of_call()),
        }
    }

    /// The function as written, which is also called through its address.
    pub(crate) fn generic(&self, way: &Way) -> TokenStream {
        let documentation = self.documentation("The function as written: all parameters at run time.");
        let front = quote!(#documentation #[inline(never)] pub);
        let values = self.signature.names().map(Ident::to_token_stream);
        let call = self.call_template(values);
        self.copy(way, &front, &quote!(generic), &TokenStream::new(), &self.parameters(way, Some), &call)
    }

    /// Whether all specialized parameters can be const generics.
    pub(crate) fn has_at(&self) -> bool {
        self.function.specialized.iter().all(|specialized| specialized.form.is_scalar())
    }

    /// The variant for constants, where all specialized parameters can be const generics.
    pub(crate) fn at(&self, way: &Way) -> TokenStream {
        if !self.has_at() {
            return TokenStream::new();
        }
        let documentation = self.documentation("The variant for constants, made where this crate is built and open to inlining.");
        let inline = self.function.attributes.inline_always();
        let parameters = self.parameters(way, |_| None);
        let call = self.call_template(self.values_of_variant());
        self.copy(
            way,
            &quote!(#documentation #inline pub),
            &quote!(at),
            &Self::constant_generics(self.function.specialized.iter()),
            &parameters,
            &call,
        )
    }

    /// The choice of a variant.
    pub(crate) fn dispatch(&self, way: &Way) -> TokenStream {
        let (inline, choice) = (self.function.attributes.inline_always(), self.choose(way));
        let front = quote!(#[doc(hidden)] #inline pub);
        self.copy(way, &front, &quote!(__dispatch), &TokenStream::new(), &self.parameters(way, Some), &choice)
    }

    /// The call of the best code for the values.
    pub(crate) fn choose(&self, way: &Way) -> TokenStream {
        if !self.function.families.is_empty() {
            return self.choose_family(way);
        }
        let (listed, served, covered) = (self.choose_listed(way), self.serve_at_run_time(way), self.serve_covered(way));
        let (generic, names) = (&way.generic, way.names());
        let generic = self.unsafely(quote!(#generic(#(#names),*)));
        // What fixes more comes first.
        if self.is_partly_listed() { quote!(#served #listed #covered #generic) } else { quote!(#listed #served #covered #generic) }
    }

    /// The call of what serves while the table is covered, which returns if there is anything.
    fn serve_covered(&self, way: &Way) -> TokenStream {
        let (values, purpose) = (tuple(&self.given()), &way.purpose);
        let code = way.returned(self.call_entry(way, &quote!(call.code())));
        quote!(if __FUNCTION.is_covered() {
            if let ::core::option::Option::Some(call) = __FUNCTION.serve_covered(#purpose, #values) { #code }
        })
    }

    /// The call of the runtime variant for the values, which returns if there is one.
    ///
    /// The code of a plain function may be unloaded, and is held while it is called. That of another stays for ever.
    fn serve_at_run_time(&self, way: &Way) -> TokenStream {
        let (values, Way { purpose, work, .. }) = (tuple(&self.given()), way);
        if self.is_plain() {
            let variant = way.returned(self.call_entry(way, &quote!(call.code())));
            quote!(if let ::core::option::Option::Some(call) = __FUNCTION.enter(#purpose, #values, #work) { #variant })
        } else {
            let variant = way.returned(self.call_entry(way, &quote!(entry)));
            quote!(let entry = unsafe { __FUNCTION.entry(#purpose, #values, #work) }; if !entry.is_null() { #variant })
        }
    }

    /// Whether the signature is plain, and nothing else may keep what is in a variant: a crate's code may hand addresses of its own to
    /// the system, as of a signal handler, without a word of it in the signature.
    pub(crate) fn is_plain(&self) -> bool {
        if !self.options.crates.is_empty() {
            return false;
        }
        match &self.function.captured {
            None => plain::is_plain(self.signature, self.function.batch, &Definitions::default(), Place::default()),
            Some(captured) => plain::is_plain(self.signature, self.function.batch, &captured.definitions, captured.written_at()),
        }
    }

    /// The method that calls the function with the values bound.
    fn call(&self, way: &Way) -> TokenStream {
        let documentation = self.documentation("Calls the function with the values bound, in the best tier there is.");
        self.method(way, &quote!(#documentation #[inline] pub), &quote!(call), &TokenStream::new())
    }

    /// A method of `Bound`, which lends the specialized parameters to what serves the values.
    pub(crate) fn method(&self, way: &Way, front: &TokenStream, name: &TokenStream, check: &TokenStream) -> TokenStream {
        let (parameters, call, lent) = (self.parameters(way, |_| None), self.call_bound(way), self.lifetimes_of_specialized());
        let (generics, receiver) =
            if lent.is_empty() { (quote!(), quote!(&self)) } else { (quote!('__bound: #(#lent)+*), quote!(&'__bound self)) };
        self.copy(way, front, name, &generics, &quote!(#receiver, #parameters), &quote!(#check #call))
    }

    /// The lifetimes of specialized references: a bound function lends what they refer to.
    fn lifetimes_of_specialized(&self) -> Vec<Lifetime> {
        let mut mentioned = Mentioned::default();
        let specialized = self.function.specialized.iter();
        specialized.for_each(|specialized| mentioned.visit_type(&self.signature.parameters[specialized.position].named));
        mentioned.0
    }

    /// The call of what serves the values of `self`, a `Bound`.
    fn call_bound(&self, way: &Way) -> TokenStream {
        let (values, purpose) = (tuple(&self.specialized_names()), &way.purpose);
        let call = self.call_entry(way, &quote!(self.binding.entry(#purpose)));
        quote!(let #values = self.binding.values(); #call)
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
        let (lifetimes, types) = (self.signature.lifetimes.iter(), self.signature.generics.type_params());
        quote! {
            #(#features)* #front #unsafety fn #name<#(#lifetimes,)* #(#types,)* #generics>(#parameters) #output #clause { #body }
        }
    }

    /// The parameters of a copy. `show` says what to call a specialized one, given its name, if it is there at all.
    pub(crate) fn parameters(&self, way: &Way, show: impl Fn(TokenStream) -> Option<TokenStream>) -> TokenStream {
        self.parameters_at(way, |position, name| if self.specialized(position).is_some() { show(name) } else { Some(name) })
    }

    /// The parameters of a copy. `show` says what to call one, given its position and its name, if it is there at all.
    pub(crate) fn parameters_at(&self, way: &Way, show: impl Fn(usize, TokenStream) -> Option<TokenStream>) -> TokenStream {
        let parameters = way.parameters.iter().enumerate().filter_map(|(position, (name, ty))| {
            let name = show(position, name.to_token_stream())?;
            Some(quote!(#name: #ty))
        });
        quote!(#(#parameters),*)
    }

    /// The call of the user's own text.
    pub(crate) fn call_template(&self, values: impl Iterator<Item = TokenStream>) -> TokenStream {
        let (name, types) = (&self.signature.name, self.function.turbofish());
        let path = match &self.function.captured {
            None if self.function.family.is_some() => quote!(super::template::#name),
            None => quote!(template::#name),
            Some(captured) => captured.hidden_path(),
        };
        self.unsafely(quote!(#path #types(#(#values),*)))
    }

    /// What the template is called with in a variant for constants.
    fn values_of_variant(&self) -> impl Iterator<Item = TokenStream> {
        self.signature.names().enumerate().map(|(position, name)| match self.specialized(position) {
            Some(specialized) => specialized.constant.to_token_stream(),
            None => name.to_token_stream(),
        })
    }

    /// `const N: u32` for each of these parameters.
    pub(crate) fn constant_generics<'s>(specialized: impl Iterator<Item = &'s Specialized>) -> TokenStream {
        let generics = specialized.map(|Specialized { constant, ty, .. }| quote!(const #constant: #ty));
        quote!(#(#generics),*)
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

    /// The name that a specialized parameter has in copies.
    pub(crate) fn name_of(&self, specialized: &Specialized) -> TokenStream {
        self.signature.parameters[specialized.position].name.to_token_stream()
    }

    /// The specialized parameters by the names they have in copies.
    pub(crate) fn specialized_names(&self) -> Vec<TokenStream> {
        self.function.specialized.iter().map(|specialized| self.name_of(specialized)).collect()
    }

    /// References to what the specialized parameters are, by the names they have in copies.
    pub(crate) fn given(&self) -> Vec<TokenStream> {
        self.function.specialized.iter().map(|specialized| specialized.refer(&self.name_of(specialized))).collect()
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
