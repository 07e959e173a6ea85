//! The descriptor of a function: the constant data that the runtime knows it by.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::captured::Captured;
use crate::copies::{EntryKind, tuple};
use crate::crates::Crates;
use crate::expand::Expansion;
use crate::flags::Build;
use crate::layout::{Piece, Place};
use crate::signature::Specialized;
use crate::template::{Entry, Text};

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

    /// Checks that the types of specialized parameters can be such. One that cannot is an error where it is written.
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

    /// The addresses of both entries, which `function` names for each kind.
    pub(crate) fn entries(&self, function: &dyn Fn(&EntryKind) -> TokenStream) -> TokenStream {
        let (v1, call) = (&self.v1, function(&self.kind_of_call()));
        let map = self.kind_of_map().map(|map| function(&map));
        let map = map.iter();
        quote!(#v1::Entries::new(#call as *const ())#(.with_map(#map as *const ()))*)
    }

    fn fields(&self) -> TokenStream {
        let v1 = &self.v1;
        let name = self.function.shown_name();
        let parameters = self.function.specialized.iter().map(|specialized| specialized.name.to_string());
        let (generic, types) = (self.entries(&|kind| kind.generic.to_token_stream()), self.signature.erased_types());
        let dispatcher = self.entries(&|kind| kind.dispatcher.to_token_stream());
        let template = match &self.function.captured {
            None if self.function.family.is_some() => {
                let own = self.own_fields();
                quote!(#v1::Template { #own captured: ::core::option::Option::None, ..super::__TEMPLATE })
            }
            None => self.template_data(),
            Some(captured) => self.captured_template_data(captured),
        };
        let inner = self.function.captured.iter().flat_map(|captured| captured.layout(&types));
        let hot = match &self.options.hot {
            Some(_) => quote!(::core::option::Option::Some(<Marker as Constants>::HOT)),
            None => quote!(::core::option::Option::None),
        };
        let plain = self.is_plain();
        quote! {
            #v1::Descriptor {
                name: #name,
                module_path: ::core::module_path!(),
                parameters: &[#(#parameters),*],
                generic: #generic,
                dispatcher: #dispatcher,
                template: #template,
                layout: const { &[#([::core::mem::size_of::<#types>(), ::core::mem::align_of::<#types>()],)* #(#inner),*] },
                hot: #hot,
                plain: #plain,
            }
        }
    }

    fn template_data(&self) -> TokenStream {
        let v1 = &self.v1;
        let text = Text::of_function(self.function);
        let place = quote!(::core::concat!(::core::module_path!(), "::template"));
        let shared = shared_fields(text, &place, &self.preamble, &quote!(template::Marker), &self.options.crates, self.build, v1);
        let own = self.own_fields();
        quote!(#v1::Template { #shared #own captured: ::core::option::Option::None })
    }

    /// What the families of a function share of their templates.
    pub(crate) fn template_of_families(&self) -> TokenStream {
        let text = Text::of_function(self.function);
        let place = quote!(::core::concat!(::core::module_path!(), "::template"));
        let (v1, crates) = (&self.v1, &self.options.crates);
        template_constant(&shared_fields(text, &place, &self.preamble, &quote!(template::Marker), crates, self.build, v1), v1)
    }

    fn captured_template_data(&self, captured: &Captured) -> TokenStream {
        let (v1, index, shared, own) = (&self.v1, Literal::usize_unsuffixed(captured.index), captured.shared_template(), self.own_fields());
        quote!(#v1::Template { #own captured: ::core::option::Option::Some(#index), ..#shared })
    }

    /// What the functions of one text do not share.
    fn own_fields(&self) -> TokenStream {
        let (function, Entry { entry, holes }) = (self.signature.name.to_string(), Entry::of(self.function));
        let batch = self.function.batch.is_some();
        quote!(function: #function, entry: #entry, batch: #batch, holes: &[#(#holes),*],)
    }
}

/// What the functions of a captured module share of their templates.
pub(crate) fn shared_template(text: Text, names: &str, crates: &Crates, build: &Build, v1: &TokenStream) -> TokenStream {
    let place = quote!(::core::module_path!());
    let marker = text.identity.then(|| {
        quote!(
            enum __Marker {}
        )
    });
    let shared = shared_fields(text, &place, names, &quote!(__Marker), crates, build, v1);
    let constant = template_constant(&shared, v1);
    quote!(#marker #constant)
}

/// The constant for what several templates share.
fn template_constant(shared: &TokenStream, v1: &TokenStream) -> TokenStream {
    quote! {
        const __TEMPLATE: #v1::Template = #v1::Template {
            #shared function: "", entry: "", batch: false, holes: &[], captured: ::core::option::Option::None,
        };
    }
}

fn shared_fields(
    text: Text,
    place: &TokenStream,
    preamble: &str,
    marker: &TokenStream,
    crates: &Crates,
    build: &Build,
    v1: &TokenStream,
) -> TokenStream {
    let Text { definitions, pieces, predicates, identity, obstacle } = text;
    let flags = build.emit(obstacle, crates, v1);
    let pieces = pieces.iter().map(|piece| emit_piece(piece, v1));
    let identity = if identity {
        quote!(::core::option::Option::Some(::core::any::type_name::<#marker>))
    } else {
        quote!(::core::option::Option::None)
    };
    quote! {
        module_path: #place,
        file: ::core::file!(),
        preamble: #preamble,
        definitions: #definitions,
        body: const { &[#(#pieces),*] },
        cfgs: &[#(::core::cfg!(#predicates)),*],
        identity: #identity,
        flags: #flags,
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
