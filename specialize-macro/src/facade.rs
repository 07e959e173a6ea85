//! The generic functions in front of the families of a function with type parameters, and how they choose a family by its types.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::copies::EntryKind;
use crate::expand::Expansion;
use crate::families;
use crate::function::Function;

impl<'a> Expansion<'a> {
    /// The parts of the module for a function with type parameters: its families, and what leads to them.
    pub(crate) fn content_with_families(&self) -> TokenStream {
        let kind = self.kind_of_call();
        let (generic, at, dispatch, map) = (self.generic(&kind), self.at(&kind), self.dispatch(&kind), self.map());
        let shared = self.function.captured.is_none().then(|| self.template_of_families());
        let names: Vec<Ident> = self.function.families.iter().filter_map(module).collect();
        let families = self.families(&names).map(|family| family.surface()).collect::<TokenStream>();
        let reached = self.reached(&names);
        quote!(#shared #generic #at #dispatch #map #reached #families)
    }

    /// The constants in the user's scope, of the function or of all its families.
    pub(crate) fn all_constants(&self) -> TokenStream {
        if self.function.families.is_empty() {
            return self.constants();
        }
        let names: Vec<Ident> = self.function.families.iter().filter_map(module).collect();
        self.families(&names).map(|family| family.constants()).collect()
    }

    /// The expansions of the families, which have these names.
    fn families(&'a self, names: &'a [Ident]) -> impl Iterator<Item = Expansion<'a>> {
        self.function.families.iter().zip(names).map(|(function, name)| {
            let (module, v1, preamble) = (self.module, self.v1.clone(), self.preamble.clone());
            let (options, build, path) = (self.options, self.build, quote!(#module::#name));
            Expansion { function, signature: &function.signature, options, build, v1, module: name, path, preamble }
        })
    }

    /// The call of the family for the types, or of the function as written. The types are known when the function is monomorphized, so
    /// that the choice folds away.
    pub(crate) fn choose_family(&self, kind: &EntryKind) -> TokenStream {
        let (v1, generic, dispatcher) = (&self.v1, &kind.generic, &kind.dispatcher);
        let parameters = families::parameters(&self.signature.generics);
        let families = self.function.families.iter().filter_map(|function| {
            let (family, name) = (function.family.as_ref()?, module(function)?);
            let listed = family.types_inside(function.captured.as_ref().map_or(0, |captured| captured.depth - 1));
            // SAFETY of what is generated: a type parameter and what it was compared with are the same type.
            let values = kind.names().map(|value| quote!(#v1::same(#value)));
            let call = quote!(#name::#dispatcher(#(#values),*));
            let call = kind.returned(if kind.never() { quote!(unsafe { #call }) } else { quote!(unsafe { #v1::same(#call) }) });
            Some(quote!(if #(#v1::are_same::<#parameters, #listed>())&&* { #call }))
        });
        let (names, types) = (kind.names(), self.function.turbofish());
        let generic = self.unsafely(quote!(#generic #types(#(#names),*)));
        quote!(#(#families)* #generic)
    }

    /// `bind` and the others, which are generic and lead to those of a family.
    fn reached(&self, names: &[Ident]) -> TokenStream {
        let (v1, name) = (&self.v1, self.signature.name.to_string());
        let message = format!("`{name}` is not specialized for these types");
        let label = format!("not among the types that the attribute of `{name}` lists");
        // The names of tools are unknown in a captured module.
        let advice = self.function.captured.is_none().then(|| quote!(#[diagnostic::on_unimplemented(message = #message, label = #label)]));
        let generics = &self.signature.generics;
        let types = generics.type_params().map(|parameter| {
            let (name, may_be_unsized) = (&parameter.ident, families::may_be_unsized(parameter, generics));
            if may_be_unsized { quote!(#name: ?::core::marker::Sized) } else { quote!(#name: ::core::marker::Sized) }
        });
        let parameters = self.parameters_of_surface();
        let impls = self.families(names).zip(names).map(|(expansion, name)| {
            let Some(family) = &expansion.function.family else { return TokenStream::new() };
            let depth = expansion.function.captured.as_ref().map_or(0, |captured| captured.depth - 1);
            let (listed, parameters) = (family.types_inside(depth), expansion.parameters_outside(depth));
            quote!(#name [#(#listed),*] (#parameters))
        });
        let parameter_names = families::parameters(generics);
        quote! {
            #v1::families!([#advice] [#(#types),*] [#(#parameter_names),*] (#parameters); #(#impls;)*);
        }
    }

    /// The specialized parameters as the surface takes them.
    fn parameters_of_surface(&self) -> TokenStream {
        let parameters = self.function.specialized.iter().map(|specialized| {
            let (name, ty) = (self.name_of(specialized), specialized.lent(&TokenStream::new()));
            quote!(#name: #ty)
        });
        quote!(#(#parameters),*)
    }

    /// The same for a family, as the module around it writes them.
    fn parameters_outside(&self, depth: usize) -> TokenStream {
        let parameters = self.parameters_of_surface();
        if depth == 0 { parameters } else { crate::methods::shallower(parameters) }
    }
}

/// The name of a family's module.
fn module(function: &Function) -> Option<Ident> {
    function.family.as_ref().map(|family| format_ident!("__{}", family.index))
}

impl families::Family {
    /// The listed types as written so many modules deeper than the attribute; a mistake about one is at its place.
    fn types_inside(&self, deeper: usize) -> Vec<TokenStream> {
        let placed = self.types.iter().zip(self.written(deeper)).map(|(ty, written)| {
            let span = ty.span().resolved_at(Span::call_site());
            quote_spanned!(span=> #written)
        });
        placed.collect()
    }
}
