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

/// One of the two kinds of entries, `call` and `map`: the signature that all entries of this kind have, and the functions that are such.
pub(crate) struct EntryKind {
    /// The runtime's `Purpose`.
    pub(crate) purpose: TokenStream,
    /// Names and types of the parameters; those of the function keep their places.
    pub(crate) parameters: Vec<(Ident, TokenStream)>,
    /// The return type.
    pub(crate) output: ReturnType,
    /// The name of the generic function.
    pub(crate) generic: Ident,
    /// The name of the variants for listed values.
    pub(crate) listed: Ident,
    /// The name of the dispatcher.
    pub(crate) dispatcher: Ident,
    /// The work of a call, as a closure over its parameters.
    pub(crate) work: TokenStream,
}

impl EntryKind {
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
        let kind = self.kind_of_call();
        let (generic, at, listed, dispatch) = (self.generic(&kind), self.at(&kind), self.listed(), self.dispatch(&kind));
        let (call, map) = (self.call(&kind), self.map());
        quote!(#generic #at #listed #dispatch impl Bound { #call } #map)
    }

    /// The entries with the function's own signature.
    pub(crate) fn kind_of_call(&self) -> EntryKind {
        let v1 = &self.v1;
        let parameters = self.signature.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.named.to_token_stream()));
        EntryKind {
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
    pub(crate) fn generic(&self, kind: &EntryKind) -> TokenStream {
        let documentation = self.documentation("The function as written: all parameters at run time.");
        let front = quote!(#documentation #[inline(never)] pub);
        let values = self.signature.names().map(Ident::to_token_stream);
        let call = self.call_template(values);
        self.copy(kind, &front, &quote!(generic), &TokenStream::new(), &self.parameters(kind, Some), &call)
    }

    /// Whether all specialized parameters can be const generics.
    pub(crate) fn has_at(&self) -> bool {
        self.function.specialized.iter().all(|specialized| specialized.form.is_scalar())
    }

    /// The variant for constants, where all specialized parameters can be const generics.
    pub(crate) fn at(&self, kind: &EntryKind) -> TokenStream {
        if !self.has_at() {
            return TokenStream::new();
        }
        let documentation = self.documentation("The variant for constants, made where this crate is built and open to inlining.");
        let inline = self.function.attributes.inline_always();
        let parameters = self.parameters(kind, |_| None);
        let call = self.call_template(self.values_of_variant());
        self.copy(
            kind,
            &quote!(#documentation #inline pub),
            &quote!(at),
            &Self::constant_generics(self.function.specialized.iter()),
            &parameters,
            &call,
        )
    }

    /// The function that chooses a variant and calls it.
    pub(crate) fn dispatch(&self, kind: &EntryKind) -> TokenStream {
        let (inline, choice) = (self.function.attributes.inline_always(), self.choose(kind));
        let front = quote!(#[doc(hidden)] #inline pub);
        self.copy(kind, &front, &quote!(__dispatch), &TokenStream::new(), &self.parameters(kind, Some), &choice)
    }

    /// The call of the best code for the values.
    pub(crate) fn choose(&self, kind: &EntryKind) -> TokenStream {
        if !self.function.families.is_empty() {
            return self.choose_family(kind);
        }
        let (listed, served, covered) = (self.choose_listed(kind), self.serve_at_run_time(kind), self.serve_covered(kind));
        let (generic, names) = (&kind.generic, kind.names());
        let generic = self.unsafely(quote!(#generic(#(#names),*)));
        // What fixes more comes first.
        if self.is_partly_listed() { quote!(#served #listed #covered #generic) } else { quote!(#listed #served #covered #generic) }
    }

    /// While the table is covered: the call of the code that it hands out, which returns if there is any.
    fn serve_covered(&self, kind: &EntryKind) -> TokenStream {
        let (values, purpose) = (tuple(&self.given()), &kind.purpose);
        let code = kind.returned(self.call_entry(kind, &quote!(call.code())));
        quote!(if __FUNCTION.is_covered() {
            if let ::core::option::Option::Some(call) = __FUNCTION.serve_covered(#purpose, #values) { #code }
        })
    }

    /// The call of the runtime variant for the values, which returns if there is one.
    ///
    /// The code of a plain function may be unloaded, so it is held while it is called. The code of others stays for ever.
    fn serve_at_run_time(&self, kind: &EntryKind) -> TokenStream {
        let (values, EntryKind { purpose, work, .. }) = (tuple(&self.given()), kind);
        if self.is_plain() {
            let variant = kind.returned(self.call_entry(kind, &quote!(call.code())));
            quote!(if let ::core::option::Option::Some(call) = __FUNCTION.enter(#purpose, #values, #work) { #variant })
        } else {
            let variant = kind.returned(self.call_entry(kind, &quote!(entry)));
            quote!(let entry = unsafe { __FUNCTION.entry(#purpose, #values, #work) }; if !entry.is_null() { #variant })
        }
    }

    /// Whether variants may be unloaded: the signature is plain, and the function uses no crates. A crate's code may hand addresses of
    /// its own to the system, such as a signal handler's, which no signature shows.
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
    fn call(&self, kind: &EntryKind) -> TokenStream {
        let documentation = self.documentation("Calls the function with the values bound, in the best tier there is.");
        self.method(kind, &quote!(#documentation #[inline] pub), &quote!(call), &TokenStream::new())
    }

    /// A method of `Bound`, which lends the specialized parameters to what serves the values.
    pub(crate) fn method(&self, kind: &EntryKind, front: &TokenStream, name: &TokenStream, check: &TokenStream) -> TokenStream {
        let (parameters, call, lent) = (self.parameters(kind, |_| None), self.call_bound(kind), self.lifetimes_of_specialized());
        let (generics, receiver) =
            if lent.is_empty() { (quote!(), quote!(&self)) } else { (quote!('__bound: #(#lent)+*), quote!(&'__bound self)) };
        self.copy(kind, front, name, &generics, &quote!(#receiver, #parameters), &quote!(#check #call))
    }

    /// The lifetimes of specialized references: a bound function lends what they refer to.
    fn lifetimes_of_specialized(&self) -> Vec<Lifetime> {
        let mut mentioned = Mentioned::default();
        let specialized = self.function.specialized.iter();
        specialized.for_each(|specialized| mentioned.visit_type(&self.signature.parameters[specialized.position].named));
        mentioned.0
    }

    /// The call of what serves the values of `self`, a `Bound`.
    fn call_bound(&self, kind: &EntryKind) -> TokenStream {
        let (values, purpose) = (tuple(&self.specialized_names()), &kind.purpose);
        let call = self.call_entry(kind, &quote!(self.binding.entry(#purpose)));
        quote!(let #values = self.binding.values(); #call)
    }

    /// A function with the lifetimes and the target features of the annotated one.
    pub(crate) fn copy(
        &self,
        kind: &EntryKind,
        front: &TokenStream,
        name: &TokenStream,
        generics: &TokenStream,
        parameters: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let features = &self.function.attributes.target_features;
        let (unsafety, output, clause) = (&self.signature.unsafety, &kind.output, self.signature.where_clause());
        let (lifetimes, types) = (self.signature.lifetimes.iter(), self.signature.generics.type_params());
        quote! {
            #(#features)* #front #unsafety fn #name<#(#lifetimes,)* #(#types,)* #generics>(#parameters) #output #clause { #body }
        }
    }

    /// The parameters of a copy. `show` names a specialized one, given its own name, or leaves it out.
    pub(crate) fn parameters(&self, kind: &EntryKind, show: impl Fn(TokenStream) -> Option<TokenStream>) -> TokenStream {
        self.parameters_at(kind, |position, name| if self.specialized(position).is_some() { show(name) } else { Some(name) })
    }

    /// The parameters of a copy. `show` names one, given its position and its own name, or leaves it out.
    pub(crate) fn parameters_at(&self, kind: &EntryKind, show: impl Fn(usize, TokenStream) -> Option<TokenStream>) -> TokenStream {
        let parameters = kind.parameters.iter().enumerate().filter_map(|(position, (name, ty))| {
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

    /// The arguments of the template's function in a variant for constants.
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
    fn call_entry(&self, kind: &EntryKind, entry: &TokenStream) -> TokenStream {
        let (types, names, output) = (kind.parameters.iter().map(|(_, ty)| ty), kind.names(), &kind.output);
        // SAFETY of what is generated: all entries of a kind have the signature of that kind.
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
