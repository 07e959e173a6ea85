//! A function of a captured module: it stays where it stands, under another name, so that all names in it mean what they meant.
//! The dispatcher takes its place, and the module beside it sees what the function sees. In the template it has the other name
//! too, since the types and closures in it have its name in theirs.

use std::rc::Rc;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{FnArg, Pat, PatIdent, Type};

use crate::definitions::Definitions;
use crate::expand::Expansion;
use crate::function::Function;
use crate::resolve::Place;
use crate::signature::Signature;

/// What is known of a function by the captured module it stands in.
#[derive(Clone)]
pub(crate) struct Captured {
    /// Its number among the module's specialized functions.
    pub(crate) index: usize,
    /// The modules around it, from the captured one on.
    pub(crate) place: Vec<Ident>,
    /// How many modules stand between the one it stands in and the code for it.
    pub(crate) depth: usize,
    /// The types that the captured module defines.
    pub(crate) definitions: Rc<Definitions>,
    /// The signature as the user wrote it.
    pub(crate) written: syn::Signature,
    /// What stands between its name and its body.
    pub(crate) behind_name: TokenStream,
    /// Its body.
    pub(crate) body: Group,
    /// The type that it is a method of, as the module beside the impl names it.
    pub(crate) owner: Option<Type>,
}

impl Captured {
    /// The way to the module that the function stands in.
    fn out(&self) -> TokenStream {
        let out = vec![quote!(super::); self.depth];
        quote!(#(#out)*)
    }

    /// What the library compares of the module's types that `types` lead to.
    pub(crate) fn layout(&self, types: &[Type]) -> Vec<TokenStream> {
        self.definitions.layout(types, self.written_at())
    }

    /// Where its signature is written.
    pub(crate) fn written_at(&self) -> Place<'_> {
        Place { modules: &self.place, depth: self.depth }
    }

    /// The name that the user's own function has in the host.
    fn hidden_name(&self) -> Ident {
        format_ident!("__{}", self.written.ident.unraw(), span = self.written.ident.span())
    }

    /// The path of `name` seen from the module beside the function.
    pub(crate) fn path(&self, name: &Ident) -> TokenStream {
        match &self.owner {
            Some(owner) => quote!(<#owner>::#name),
            None => {
                let out = self.out();
                quote!(#out #name)
            }
        }
    }

    /// The path of the user's own function seen from the module beside it.
    pub(crate) fn hidden_path(&self) -> TokenStream {
        self.path(&self.hidden_name())
    }

    /// The path of what all functions of the module share, seen from the module beside the function.
    pub(crate) fn shared_template(&self) -> TokenStream {
        let (out, place) = (self.out(), vec![quote!(super::); self.place.len()]);
        quote!(#(#place)* #out __TEMPLATE)
    }
}

impl Expansion<'_> {
    /// The dispatcher, and the user's own function under its other name.
    pub(crate) fn captured_functions(&self, captured: &Captured) -> TokenStream {
        let attributes = &self.function.attributes;
        let (own, copied, features, configured) =
            (&attributes.dispatcher, &attributes.copied_lints, &attributes.target_features, &attributes.configured);
        let (inline, lints, strong) = (attributes.inline_dispatcher(), &attributes.lints, attributes.inline_always());
        let (visibility, module) = (&self.function.visibility, self.module);
        let (signature, names) = plain_signature(captured, self.signature);
        let types = self.function.turbofish();
        let call = self.unsafely(quote!(#module::__dispatch #types(#(#names),*)));
        let hidden = syn::Signature { ident: captured.hidden_name(), ..captured.written.clone() };
        let (front, behind) = as_generated(&quote!(#visibility #hidden), &hidden.ident);
        let body = own_body(captured);
        quote! {
            #(#own)* #(#copied)* #(#features)* #(#configured)* #inline
            #visibility #signature { #call }
            #[doc(hidden)] #(#lints)* #(#features)* #(#configured)* #strong
            #front #behind #body
        }
    }
}

/// The words up to a function's name as the macro's own, at their places, and what follows: lints about what people write, such as
/// attributes that a function could have, leave it alone.
fn as_generated(function: &TokenStream, name: &Ident) -> (TokenStream, TokenStream) {
    let mut trees = function.clone().into_iter().peekable();
    let mut front = TokenStream::new();
    while let Some(mut tree) = trees.next_if(|tree| !is_word(tree, name)) {
        tree.set_span(tree.span().resolved_at(Span::mixed_site()));
        front.extend([tree]);
    }
    (front, trees.collect())
}

/// The signature as written, but with plain names for parameters, and these names.
pub(crate) fn plain_signature(captured: &Captured, model: &Signature) -> (syn::Signature, Vec<TokenStream>) {
    let mut signature = captured.written.clone();
    let mut names = Vec::new();
    for (argument, parameter) in signature.inputs.iter_mut().zip(&model.parameters) {
        match argument {
            FnArg::Receiver(receiver) => {
                receiver.mutability = None;
                names.push(receiver.self_token.to_token_stream());
            }
            FnArg::Typed(typed) => {
                let ident = parameter.name.clone();
                names.push(ident.to_token_stream());
                typed.attrs.clear();
                *typed.pat = Pat::Ident(PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident, subpat: None });
            }
        }
    }
    (signature, names)
}

/// The function in the template, all up to its parameters wherever there is room; and what gives it its own name.
///
/// Where it is `crowded`, less is asked of the inliner: the attribute has to fit in the place of `specialize`.
pub(crate) fn in_template(captured: &Captured, function: &Function, crowded: bool) -> (TokenStream, TokenStream) {
    let hidden = captured.hidden_name();
    let front: TokenStream =
        captured.written.to_token_stream().into_iter().take_while(|tree| !is_word(tree, &captured.written.ident)).collect();
    let (behind, body) = (&captured.behind_name, &captured.body);
    let attributes = &function.attributes;
    let (configured, features, visibility) = (&attributes.configured, &attributes.target_features, &function.visibility);
    // The reader of trees writes a string in brackets as it is.
    let inline = if crowded { "#[inline]".to_owned() } else { attributes.inline_always().to_string().replace(' ', "") };
    let front = without_place(quote!(#[#inline] #(#configured)* #(#features)* #visibility #front #hidden));
    (quote!(#front #behind #body), without_place(alias(captured, function)))
}

/// What gives the function in the template its own name.
fn alias(captured: &Captured, function: &Function) -> TokenStream {
    let (name, hidden) = (&captured.written.ident, captured.hidden_name());
    let (attributes, visibility) = (&function.attributes, &function.visibility);
    let (configured, features, inline) = (&attributes.configured, &attributes.target_features, attributes.inline_always());
    if captured.owner.is_none() {
        return quote!(#(#configured)* #visibility use self::#hidden as #name;);
    }
    let (signature, names) = plain_signature(captured, &function.signature);
    let call = quote!(Self::#hidden(#(#names),*));
    let call = if function.signature.unsafety.is_some() { quote!(unsafe { #call }) } else { call };
    quote!(#inline #(#configured)* #(#features)* #visibility #signature { #call })
}

/// The tokens as of no place in the user's file.
fn without_place(tokens: TokenStream) -> TokenStream {
    let placeless = tokens.into_iter().map(|mut tree| {
        if let TokenTree::Group(group) = &tree {
            tree = Group::new(group.delimiter(), without_place(group.stream())).into();
        }
        tree.set_span(Span::mixed_site());
        tree
    });
    placeless.collect()
}

/// The body of the user's own function, in which the name of a free function means itself and not the dispatcher.
fn own_body(captured: &Captured) -> TokenStream {
    let block = captured.body.to_token_stream();
    let (name, hidden) = (&captured.written.ident, captured.hidden_name());
    let is_parameter = mentions(captured.written.inputs.to_token_stream(), name);
    if captured.owner.is_some() || is_parameter || !mentions(block.clone(), name) {
        return block;
    }
    // These braces are no longer the function's own: no lint asks why they are there.
    let mut block = captured.body.clone();
    block.set_span(block.span().resolved_at(Span::mixed_site()));
    quote!({ use self::#hidden as #name; #block })
}

fn is_word(tree: &TokenTree, word: &Ident) -> bool {
    matches!(tree, TokenTree::Ident(other) if other == word)
}

/// Whether a word stands anywhere in tokens.
fn mentions(tokens: TokenStream, word: &Ident) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(other) => other == *word,
        TokenTree::Group(group) => mentions(group.stream(), word),
        _ => false,
    })
}
