//! The descriptor of a function: the constant data that the runtime knows it by.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::copies::{Way, tuple};
use crate::expand::Expansion;
use crate::layout::{Piece, Place};
use crate::plain;
use crate::signature::Specialized;
use crate::template::Template;

impl Expansion<'_> {
    /// The function's static, its entry in the list of all functions, and the functions that are alike for all.
    pub(crate) fn descriptor(&self) -> TokenStream {
        let v1 = &self.v1;
        let types = self.function.specialized.iter().map(|specialized| specialized.lent(&TokenStream::new()));
        let (names, values, listed) = (self.specialized_names(), tuple(&self.given()), self.rows());
        let (checks, parameters, descriptor) = (self.checks(), self.parameters_as_types(), self.fields());
        quote! {
            #checks
            static __FUNCTION: #v1::Function<#parameters> = #v1::Function::new(#descriptor, #listed);
            #[#v1::linkme::distributed_slice(#v1::FUNCTIONS)]
            #[linkme(crate = #v1::linkme)]
            static REGISTERED: &'static #v1::DispatchTable = __FUNCTION.table();
            #v1::surface!(__FUNCTION: #parameters; #values; #(#names: #types),*);
        }
    }

    /// A type that is none of a value is a mistake at its own place.
    fn checks(&self) -> TokenStream {
        let v1 = &self.v1;
        let others = self.function.specialized.iter().filter(|specialized| !specialized.form.is_scalar());
        let checks = others.map(|specialized| {
            let target = specialized.target();
            quote_spanned!(specialized.ty.span().resolved_at(Span::call_site())=> const _: () = #v1::is_parameter::<#target>();)
        });
        quote!(#(#checks)*)
    }

    /// The specialized parameters as one type.
    fn parameters_as_types(&self) -> TokenStream {
        let v1 = &self.v1;
        let targets = self.function.specialized.iter().map(Specialized::target);
        tuple(&targets.map(|target| quote!(#v1::Of<#target>)).collect::<Vec<_>>())
    }

    /// The addresses of the functions that serve the ways of calling.
    pub(crate) fn entries(&self, function: &dyn Fn(&Way) -> TokenStream) -> TokenStream {
        let (v1, call) = (&self.v1, function(&self.way_of_call()));
        let map = self.way_of_map().map(|map| function(&map));
        let map = map.iter();
        quote!(#v1::Entries::new(#call as *const ())#(.with_map(#map as *const ()))*)
    }

    fn fields(&self) -> TokenStream {
        let v1 = &self.v1;
        let name = self.signature.name.to_string();
        let parameters = self.function.specialized.iter().map(|specialized| specialized.name.to_string());
        let (generic, template, types) =
            (self.entries(&|way| way.generic.to_token_stream()), self.template_data(), self.signature.erased_types());
        let dispatcher = self.entries(&|way| way.dispatcher.to_token_stream());
        let hot = match &self.options.hot {
            Some(_) => quote!(::core::option::Option::Some(<Marker as Constants>::HOT)),
            None => quote!(::core::option::Option::None),
        };
        let plain = plain::is_plain(self.signature, self.function.batch);
        quote! {
            #v1::Descriptor {
                name: #name,
                module_path: ::core::module_path!(),
                parameters: &[#(#parameters),*],
                generic: #generic,
                dispatcher: #dispatcher,
                template: #template,
                layout: const { &[#([::core::mem::size_of::<#types>(), ::core::mem::align_of::<#types>()]),*] },
                hot: #hot,
                plain: #plain,
            }
        }
    }

    fn template_data(&self) -> TokenStream {
        let v1 = &self.v1;
        let Template { definitions, pieces, entry, holes, predicates, identity, obstacle } = Template::of(self.function);
        let (function, preamble, flags) = (self.signature.name.to_string(), &self.preamble, self.build.emit(obstacle, v1));
        let pieces = pieces.iter().map(|piece| emit_piece(piece, v1));
        let batch = self.function.batch.is_some();
        let identity = if identity {
            quote!(::core::option::Option::Some(::core::any::type_name::<template::Marker>))
        } else {
            quote!(::core::option::Option::None)
        };
        quote! {
            #v1::Template {
                module_path: ::core::concat!(::core::module_path!(), "::template"),
                function: #function,
                file: ::core::file!(),
                preamble: #preamble,
                definitions: #definitions,
                body: const { &[#(#pieces),*] },
                entry: #entry,
                batch: #batch,
                holes: &[#(#holes),*],
                cfgs: &[#(::core::cfg!(#predicates)),*],
                identity: #identity,
                flags: #flags,
            }
        }
    }
}

fn emit_piece(piece: &Piece, v1: &TokenStream) -> TokenStream {
    let (line, column) = match piece.place {
        Place::At(place) => {
            let (line, column) = (Literal::usize_unsuffixed(place.line), Literal::usize_unsuffixed(place.column + 1));
            (quote!(#line), quote!(#column))
        }
        Place::Call => (quote!(::core::line!()), quote!(::core::column!())),
        Place::Next => (quote!(0), quote!(0)),
    };
    let text = &piece.text;
    quote!(#v1::Piece { line: #line, column: #column, text: #text })
}
