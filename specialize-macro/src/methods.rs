//! Methods of a captured module: as functions that a module beside the impl can copy, and what stands in the impl itself.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::ext::IdentExt as _;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, FnArg, ItemImpl, Lifetime, Receiver, ReceiverKind, ReturnType, Token, Type, TypeReference, parse_quote};

use crate::captured::{self, Captured};
use crate::expand::Expansion;
use crate::form::Form;
use crate::mistakes::Mistakes;
use crate::signature::Specialized;

/// The type whose methods an impl has, as long as they can be specialized.
pub(crate) fn owner<'a>(item: &'a ItemImpl, attribute: &Attribute, mistakes: &mut Mistakes) -> Option<&'a Type> {
    let reason = if item.trait_.is_some() {
        "a method of a trait cannot be specialized: an impl has no room for its variants; put the code into a method of the type's own \
         impl, specialize that, and call it here"
    } else if !item.generics.params.is_empty() {
        "a method of a generic type cannot be specialized: its variants would be of no type; write the impl for a type without \
         parameters, or make it a function"
    } else if !matches!(&*item.self_ty, Type::Path(path) if path.qself.is_none()
        && path.path.segments.iter().all(|segment| segment.arguments.is_none()))
    {
        "a method can only be specialized in the impl of a type with a plain name; give this one a name by `type`, or make it a function"
    } else {
        return Some(&item.self_ty);
    };
    mistakes.at(attribute, reason);
    None
}

/// The name of the module for a method: the type's name in snake case, then the method's.
pub(crate) fn module_name(owner: &Type, method: &Ident) -> Ident {
    let mut name = String::new();
    let last = match owner {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.unraw().to_string()),
        _ => None,
    };
    for character in last.unwrap_or_default().chars() {
        if character.is_uppercase() && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        name.extend(character.to_lowercase());
    }
    format_ident!("{name}_{}", method.unraw(), span = method.span())
}

/// The signature as a module beside the function writes it: with a parameter for the receiver, the type for `Self`, and paths
/// that start one module deeper.
pub(crate) fn beside(signature: &syn::Signature, owner: Option<&Type>) -> syn::Signature {
    let mut signature = signature.clone();
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first().cloned() {
        let (ty, lifetime) = receiver_type(&receiver);
        if let Some(lifetime) = lifetime {
            if lifetime.ident == RECEIVER {
                signature.generics.params.insert(0, parse_quote!(#lifetime));
            }
            Elided(lifetime).visit_return_type_mut(&mut signature.output);
        }
        let name = Ident::new("this", receiver.self_token.span.resolved_at(Span::mixed_site()));
        signature.inputs[0] = parse_quote!(#name: #ty);
    }
    let words = owner.map_or_else(|| signature.to_token_stream(), |owner| with_owner(signature.to_token_stream(), owner));
    syn::parse2(deeper(words)).unwrap_or(signature)
}

/// The name of the lifetime of a receiver that shows none.
const RECEIVER: &str = "receiver";

/// The type of a receiver, and the lifetime that an elided one in the return type means.
fn receiver_type(receiver: &Receiver) -> (Type, Option<Lifetime>) {
    let new = || Lifetime::new(&format!("'{RECEIVER}"), receiver.self_token.span.resolved_at(Span::mixed_site()));
    let own = Ident::new("Self", receiver.self_token.span);
    match &receiver.kind {
        ReceiverKind::Reference(_, lifetime, mutability) => {
            let lifetime = lifetime.clone().filter(|lifetime| lifetime.ident != "_").unwrap_or_else(new);
            (parse_quote!(&#lifetime #mutability #own), Some(lifetime))
        }
        ReceiverKind::Typed(_, ty) => match &**ty {
            Type::Reference(TypeReference { lifetime, mutability, elem, .. }) => {
                let lifetime = lifetime.clone().filter(|lifetime| lifetime.ident != "_").unwrap_or_else(new);
                (parse_quote!(&#lifetime #mutability #elem), Some(lifetime))
            }
            ty => (ty.clone(), None),
        },
        _ => (parse_quote!(#own), None),
    }
}

/// Gives elided lifetimes the receiver's.
struct Elided(Lifetime);

impl VisitMut for Elided {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.get_or_insert_with(|| self.0.clone());
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.0.clone();
        }
    }

    fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}
}

/// What an attribute says, as it is said outside of the impl.
pub(crate) fn arguments(tokens: TokenStream, owner: &Type) -> TokenStream {
    let trees: Vec<TokenTree> = with_owner(tokens, owner).into_iter().collect();
    let named = trees.iter().enumerate().map(|(index, tree)| match tree {
        TokenTree::Ident(word) if word == "self" && !starts_path(&trees, index) => {
            Ident::new("this", word.span().resolved_at(Span::mixed_site())).into()
        }
        tree => inside(tree.clone(), |tokens| arguments(tokens, owner)),
    });
    named.collect()
}

/// The tokens with the owner's name for `Self`.
fn with_owner(tokens: TokenStream, owner: &Type) -> TokenStream {
    let named = tokens.into_iter().map(|tree| match tree {
        TokenTree::Ident(word) if word == "Self" => at(owner.to_token_stream(), word.span()),
        tree => inside(tree, |tokens| with_owner(tokens, owner)).into(),
    });
    named.collect()
}

/// The tokens with another place, but the meaning they have.
fn at(tokens: TokenStream, place: Span) -> TokenStream {
    let placed = tokens.into_iter().map(|mut tree| {
        tree.set_span(place.resolved_at(tree.span()));
        tree
    });
    placed.collect()
}

/// The tokens as they are written one module deeper.
pub(crate) fn deeper(tokens: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let written = trees.iter().enumerate().map(|(index, tree)| match tree {
        TokenTree::Ident(word) if starts_path(&trees, index) && (word == "self" || word == "super") => {
            let ascend = Ident::new("super", word.span());
            if word == "super" { quote!(#ascend::#ascend) } else { quote!(#ascend) }
        }
        tree => inside(tree.clone(), deeper).into(),
    });
    written.collect()
}

/// What `beside` wrote, as it is written where the function stands.
pub(crate) fn shallower(tokens: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let (mut written, mut index) = (TokenStream::new(), 0);
    while let Some(tree) = trees.get(index) {
        let ascent = matches!(tree, TokenTree::Ident(word) if word == "super") && starts_path(&trees, index);
        let next = trees.get(index + 3).filter(|tree| ascent && matches!(tree, TokenTree::Ident(word) if word == "super"));
        written.extend([match next {
            Some(next) => next.clone(),
            None if ascent => Ident::new("self", tree.span()).into(),
            None => inside(tree.clone(), shallower),
        }]);
        index += if next.is_some() { 4 } else { 1 };
    }
    written
}

/// Whether the tree at `index` is the first word of a path with several.
pub(crate) fn starts_path(trees: &[TokenTree], index: usize) -> bool {
    let is_colon = |index: usize| matches!(trees.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    is_colon(index + 1) && is_colon(index + 2) && !(index > 1 && is_colon(index - 1) && is_colon(index - 2))
}

/// The tree, with its tokens changed if it is a group.
pub(crate) fn inside(tree: TokenTree, change: impl FnOnce(TokenStream) -> TokenStream) -> TokenTree {
    let TokenTree::Group(group) = tree else { return tree };
    let mut other = Group::new(group.delimiter(), change(group.stream()));
    other.set_span(group.span());
    other.into()
}

/// The owner as the module beside the impl writes it.
pub(crate) fn owner_beside(owner: &Type) -> Type {
    syn::parse2(deeper(owner.to_token_stream())).unwrap_or_else(|_| owner.clone())
}

impl Expansion<'_> {
    /// The functions that stand beside a method in its impl.
    pub(crate) fn associated_functions(&self, captured: &Captured) -> TokenStream {
        let method = &captured.written.ident;
        let name = |suffix: &str| format_ident!("{}_{suffix}", method.unraw(), span = method.span().resolved_at(Span::call_site()));
        let [at, generic] = ["at", "generic"].map(name);
        let names = ["bind", "prepare", "prepare_within", "lookup", "request", "table"].map(name);
        let (at, generic) = (self.has_at().then(|| self.associated(&at, false, captured)), self.associated(&generic, true, captured));
        let (v1, visibility, module) = (&self.v1, &self.function.visibility, self.module);
        let configured = &self.function.attributes.configured;
        let parameters = self.function.specialized.iter().map(|specialized| {
            let name = &self.signature.parameters[specialized.position].name;
            let ty = written(specialized, captured).lent(&TokenStream::new());
            quote!(#name: #ty)
        });
        let map = self.function.batch.map(|batched| self.associated_map(&name("map"), batched, captured));
        quote! {
            #at
            #generic
            #map
            #(#configured)* #v1::methods!(#visibility #module: #(#names)*; #(#parameters),*);
        }
    }

    /// A function of the module beside the impl, as a method.
    fn associated(&self, name: &Ident, whole: bool, captured: &Captured) -> TokenStream {
        let text = if whole { "The method as written: all parameters at run time." } else { "The variant for constants." };
        let documentation = self.documentation(text);
        let (signature, names) = captured::plain_signature(captured, self.signature);
        let mut kept = Punctuated::<FnArg, Token![,]>::new();
        let mut values = Vec::new();
        for (position, (argument, value)) in signature.inputs.iter().zip(names).enumerate() {
            if whole || self.specialized(position).is_none() {
                kept.push(argument.clone());
                values.push(value);
            }
        }
        let constants: Vec<_> = self.function.specialized.iter().map(|specialized| &specialized.constant).collect();
        let (module, target) = (self.module, if whole { quote!(generic) } else { quote!(at::<#({ #constants }),*>) });
        let call = self.unsafely(quote!(#module::#target(#(#values),*)));
        let (attributes, visibility) = (&self.function.attributes, &self.function.visibility);
        let (lints, features, configured) = (&attributes.copied_lints, &attributes.target_features, &attributes.configured);
        let generics = if whole { TokenStream::new() } else { Self::constant_generics(self.function.specialized.iter()) };
        let (safety, output, clause) = (self.signature.unsafety, &captured.written.output, &captured.written.generics.where_clause);
        let lifetimes = captured.written.generics.params.iter();
        quote! {
            #documentation #(#lints)* #(#features)* #(#configured)* #[inline]
            #visibility #safety fn #name<#(#lifetimes,)* #generics>(#kept) #output #clause { #call }
        }
    }

    /// The function over a slice, as a method.
    fn associated_map(&self, name: &Ident, batched: usize, captured: &Captured) -> TokenStream {
        let documentation = self.documentation("Calls the method for every element of a slice, dispatched once for all.");
        let (mut signature, mut names) = captured::plain_signature(captured, self.signature);
        if let Some(FnArg::Typed(typed)) = signature.inputs.iter_mut().nth(batched) {
            let element = &typed.ty;
            *typed.ty = parse_quote!(&[#element]);
        }
        let (results, result) = (self.results(), std::mem::replace(&mut signature.output, ReturnType::Default));
        if let ReturnType::Type(_, result) = result {
            signature.inputs.push(parse_quote!(#results: &mut [#result]));
        }
        names.push(results.to_token_stream());
        signature.ident = name.clone();
        let (attributes, visibility, module) = (&self.function.attributes, &self.function.visibility, self.module);
        let (lints, features, configured) = (&attributes.copied_lints, &attributes.target_features, &attributes.configured);
        let call = self.unsafely(quote!(#module::map(#(#names),*)));
        quote! {
            #documentation #(#lints)* #(#features)* #(#configured)* #[inline] #[track_caller]
            #visibility #signature { #call }
        }
    }
}

/// A specialized parameter as the impl writes its type.
fn written(specialized: &Specialized, captured: &Captured) -> Specialized {
    match captured.written.inputs.get(specialized.position) {
        Some(FnArg::Typed(typed)) => {
            let form = Form::of(&typed.ty).unwrap_or_else(|_| specialized.form.clone());
            Specialized { ty: (*typed.ty).clone(), form, ..specialized.clone() }
        }
        _ => specialized.clone(),
    }
}
