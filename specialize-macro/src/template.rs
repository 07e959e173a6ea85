//! The template as text: a function's tokens laid out where they stand in the user's file.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::ReturnType;

use crate::function::Function;
use crate::hygiene;
use crate::layout::{self, Piece};
use crate::methods;
use crate::signature::Signature;
use crate::tree::{self, Reader};

/// The text of a function or of a captured module.
pub(crate) struct Text {
    /// The `macro_rules!` of what was made by macros.
    pub(crate) definitions: String,
    /// The text by position.
    pub(crate) pieces: Vec<Piece>,
    /// The predicates of configuration.
    pub(crate) predicates: Vec<TokenStream>,
    /// Whether the text may ask for the identity of a type.
    pub(crate) identity: bool,
    /// Why the text cannot be compiled away from the user's crate.
    pub(crate) obstacle: Option<&'static str>,
}

impl Text {
    /// The text of a function that stands alone.
    pub(crate) fn of_function(function: &Function) -> Text {
        let mut reader = Reader::new();
        let (features, inline) = (&function.attributes.target_features, function.attributes.inline_always());
        let attributes = Piece::next(layout::plain(&reader.read(quote!(#inline #(#features)*))));
        let mut text = Text::read(reader, &function.tokens);
        text.pieces.insert(0, attributes);
        text
    }

    /// The text of the items of a captured module.
    pub(crate) fn of_module(items: &TokenStream) -> Text {
        Text::read(Reader::new(), items)
    }

    fn read(mut reader: Reader, tokens: &TokenStream) -> Text {
        let body = reader.read(tokens.clone());
        let obstacle = if !tree::contexts_can_be_read() {
            Some("this compiler does not tell what macros wrote")
        } else if reader.open_predicate {
            Some("a macro in its body puts a `cfg` together")
        } else if hygiene::writes_dollar(&body) {
            Some("a macro wrote the macro that its body defines")
        } else {
            None
        };
        let (definitions, pieces) = hygiene::lay_out(body);
        Text { definitions, pieces, predicates: reader.predicates, identity: asks_for_identity(tokens), obstacle }
    }
}

/// The code that calls a function's text with its holes.
pub(crate) struct Entry {
    /// The text of the entry and of its layout.
    pub(crate) entry: String,
    /// The types of the specialized parameters.
    pub(crate) holes: Vec<String>,
}

impl Entry {
    /// The entry of a function.
    pub(crate) fn of(function: &Function) -> Entry {
        let mut reader = Reader::new();
        // The entry stands beside the function, however deep the code for it is in the host.
        let ascents = function.captured.as_ref().map_or(0, |captured| captured.depth - 1);
        let beside = |tokens| (0..ascents).fold(tokens, |tokens, _| methods::shallower(tokens));
        let entry = layout::plain(&reader.read(beside(entry(function))));
        let holes = function
            .specialized
            .iter()
            .map(|specialized| layout::plain(&reader.read(beside(specialized.lent(&quote!('static))))))
            .collect();
        Entry { entry, holes }
    }
}

/// The entry, the loop if there is one, and the layout.
fn entry(function: &Function) -> TokenStream {
    let Signature { lifetimes, output, unsafety, .. } = &function.signature;
    let (features, clause) = (&function.attributes.target_features, function.signature.where_clause());
    let (parameters, call) = (parameters(function), call(function));
    let map = function.batch.map(|batched| map(function, batched, parameters.clone(), &call));
    let types = function.signature.erased_types();
    let inner: Vec<_> = function.captured.iter().flat_map(|captured| captured.layout(&types)).collect();
    let count = types.len() + inner.len();
    quote! {
        #(#features)* #[unsafe(no_mangle)]
        pub #unsafety fn specialize_entry<#lifetimes>(#(#parameters),*) #output #clause { #call }
        #map
        #[unsafe(no_mangle)]
        pub static SPECIALIZE_LAYOUT: [[usize; 2]; #count] = [
            #([::core::mem::size_of::<#types>(), ::core::mem::align_of::<#types>()],)* #(#inner),*
        ];
    }
}

/// The call for every element of a slice, in a loop.
fn map(function: &Function, batched: usize, mut parameters: Vec<TokenStream>, call: &TokenStream) -> TokenStream {
    let Signature { lifetimes, output, unsafety, .. } = &function.signature;
    let (features, clause) = (&function.attributes.target_features, function.signature.where_clause());
    let (argument, element) = (argument(batched), &function.signature.parameters[batched].named);
    parameters[batched] = quote!(#argument: &[#element]);
    let result = match output {
        ReturnType::Type(_, ty) => ty.to_token_stream(),
        ReturnType::Default => quote!(()),
    };
    quote! {
        #(#features)* #[unsafe(no_mangle)]
        pub #unsafety fn specialize_map<#lifetimes>(#(#parameters,)* results: &mut [#result]) #clause {
            for (#argument, result) in ::core::iter::Iterator::zip(#argument.iter(), results.iter_mut()) {
                let #argument = *#argument;
                *result = #call;
            }
        }
    }
}

/// The parameters; those that are specialized have no name.
fn parameters(function: &Function) -> Vec<TokenStream> {
    let parameters = function.signature.parameters.iter().enumerate().map(|(position, parameter)| {
        let (name, ty) =
            (if hole(function, position).is_some() { quote!(_) } else { argument(position).to_token_stream() }, &parameter.named);
        quote!(#name: #ty)
    });
    parameters.collect()
}

/// The call of the user's text with the holes in the place of specialized parameters.
fn call(function: &Function) -> TokenStream {
    let Signature { name, unsafety, .. } = &function.signature;
    let values = (0..function.signature.parameters.len())
        .map(|position| hole(function, position).unwrap_or_else(|| argument(position).to_token_stream()));
    let path = function.captured.as_ref().map_or_else(|| quote!(super::#name), |captured| captured.path(name));
    let types = function.turbofish();
    let call = quote!(#path #types(#(#values),*));
    if unsafety.is_some() { quote!(unsafe { #call }) } else { call }
}

/// The name of the parameter at a place.
fn argument(position: usize) -> Ident {
    format_ident!("argument_{position}")
}

/// What is in the hole for the parameter at a place, if it is specialized.
fn hole(function: &Function, position: usize) -> Option<TokenStream> {
    let hole = function.specialized.iter().position(|specialized| specialized.position == position)?;
    Some(function.specialized[hole].read_hole(&format_ident!("HOLE_{hole}")))
}

/// Whether tokens name what tells types apart at run time.
pub(crate) fn asks_for_identity(tokens: &TokenStream) -> bool {
    const NAMES: [&str; 9] =
        ["Any", "TypeId", "downcast", "downcast_mut", "downcast_ref", "panic_any", "type_id", "type_name", "type_name_of_val"];
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => NAMES.iter().any(|name| word == name),
        TokenTree::Group(group) => asks_for_identity(&group.stream()),
        _ => false,
    })
}
