//! The template as text: a function's tokens laid out where they stand in the user's file.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::ReturnType;

use crate::function::Function;
use crate::layout::{self, Piece};
use crate::made;
use crate::tree::{self, Reader};

/// The text of a function.
pub(crate) struct Template {
    /// The `macro_rules!` of a function that was made by macros.
    pub(crate) definitions: String,
    /// The text by position.
    pub(crate) pieces: Vec<Piece>,
    /// The text of the entry and of its layout.
    pub(crate) entry: String,
    /// The types of the specialized parameters.
    pub(crate) holes: Vec<String>,
    /// The predicates of configuration.
    pub(crate) predicates: Vec<TokenStream>,
    /// Whether the text may ask for the identity of a type.
    pub(crate) identity: bool,
    /// Why the text cannot be compiled away from the user's crate.
    pub(crate) obstacle: Option<&'static str>,
}

impl Template {
    /// The template of a function.
    pub(crate) fn of(function: &Function) -> Template {
        let mut reader = Reader::new();
        let (features, inline) = (&function.attributes.target_features, function.attributes.inline_always());
        let attributes = Piece::next(layout::plain(&reader.read(quote!(#inline #(#features)*))));
        let body = reader.read(function.tokens.clone());
        let entry = layout::plain(&reader.read(entry(function)));
        let holes = function.specialized.iter().map(|specialized| layout::plain(&reader.read(specialized.ty.to_token_stream()))).collect();
        let identity = asks_for_identity(&function.tokens);
        let obstacle = if !tree::contexts_can_be_read() {
            Some("this compiler does not tell what macros wrote")
        } else if reader.open_predicate {
            Some("a macro in its body puts a `cfg` together")
        } else if made::writes_dollar(&body) {
            Some("a macro wrote the macro that its body defines")
        } else {
            None
        };
        let (definitions, mut pieces) = made::lay_out(body);
        pieces.insert(0, attributes);
        Template { definitions, pieces, entry, holes, predicates: reader.predicates, identity, obstacle }
    }
}

/// The entry and its layout.
fn entry(function: &Function) -> TokenStream {
    let signature = &function.signature;
    let (lifetimes, clause, output, unsafety) = (&signature.lifetimes, signature.where_clause(), &signature.output, &signature.unsafety);
    let name = &signature.name;
    let features = &function.attributes.target_features;
    let holes: Vec<_> = (0..function.specialized.len()).map(|hole| format_ident!("HOLE_{hole}")).collect();
    let hole = |position| function.specialized.iter().position(|specialized| specialized.position == position);
    let (mut parameters, mut values) = (Vec::new(), Vec::new());
    for (position, parameter) in signature.parameters.iter().enumerate() {
        let (argument, ty) = (format_ident!("argument_{position}"), &parameter.named);
        match hole(position) {
            Some(hole) => {
                parameters.push(quote!(_: #ty));
                let hole = &holes[hole];
                values.push(quote!(#hole));
            }
            None => {
                parameters.push(quote!(#argument: #ty));
                values.push(quote!(#argument));
            }
        }
    }
    let types = signature.erased_types();
    let count = types.len();
    let call = quote!(super::#name(#(#values),*));
    let call = if unsafety.is_some() { quote!(unsafe { #call }) } else { call };
    let map = function.batch.map(|batched| {
        let (argument, element) = (&values[batched], &signature.parameters[batched].named);
        let parameters = parameters.iter().enumerate();
        let parameters =
            parameters.map(|(position, parameter)| if position == batched { quote!(#argument: &[#element]) } else { parameter.clone() });
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
    });
    quote! {
        #(#features)* #[unsafe(no_mangle)]
        pub #unsafety fn specialize_entry<#lifetimes>(#(#parameters),*) #output #clause { #call }
        #map
        #[unsafe(no_mangle)]
        pub static SPECIALIZE_LAYOUT: [[usize; 2]; #count] = [#([::core::mem::size_of::<#types>(), ::core::mem::align_of::<#types>()]),*];
    }
}

/// Whether tokens name what tells types apart at run time.
fn asks_for_identity(tokens: &TokenStream) -> bool {
    const NAMES: [&str; 9] =
        ["Any", "TypeId", "downcast", "downcast_mut", "downcast_ref", "panic_any", "type_id", "type_name", "type_name_of_val"];
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => NAMES.iter().any(|name| word == name),
        TokenTree::Group(group) => asks_for_identity(&group.stream()),
        _ => false,
    })
}
