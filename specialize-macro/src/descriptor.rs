//! The descriptor of a function: the constant data that the runtime knows it by.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens as _, quote};

use crate::copies::{Way, tuple};
use crate::expand::{self, Expansion};
use crate::layout::{Piece, Place};
use crate::plain;
use crate::template::Template;

impl Expansion<'_> {
    /// The function's static, its entry in the list of all functions, and the functions that are alike for all.
    pub(crate) fn descriptor(&self) -> TokenStream {
        let v1 = &self.v1;
        let types: Vec<TokenStream> = self.function.specialized.iter().map(|specialized| specialized.ty.to_token_stream()).collect();
        let (names, values, listed) = (self.specialized_names(), tuple(&self.specialized_names()), self.table());
        let (types_tuple, descriptor) = (tuple(&types), self.fields());
        quote! {
            static __FUNCTION: #v1::Function<#types_tuple> = #v1::Function::new(#descriptor, #listed);
            #[#v1::linkme::distributed_slice(#v1::FUNCTIONS)]
            #[linkme(crate = #v1::linkme)]
            static REGISTERED: &'static #v1::DispatchTable = __FUNCTION.table();
            #v1::surface!(__FUNCTION: #types_tuple; #values; #(#names: #types),*);
        }
    }

    /// The listed values, each with its variant.
    fn table(&self) -> TokenStream {
        let rows = self.function.combinations.variants.iter().map(|variant| {
            let values: Vec<TokenStream> = variant.iter().map(|value| expand::value(value, &TokenStream::new())).collect();
            let (row, variant) = (tuple(&values), quote!(::<#({ #values }),*>));
            let entries = self.entries(&|way| {
                let listed = &way.listed;
                quote!(#listed #variant)
            });
            quote!((#row, #entries))
        });
        quote!(const { &[#(#rows),*] })
    }

    /// The addresses of the functions that serve the ways of calling.
    fn entries(&self, function: &dyn Fn(&Way) -> TokenStream) -> TokenStream {
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
