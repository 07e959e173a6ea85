//! The attributes that a captured module's macro takes out of it: `specialize` on functions, and `Value` among what is derived.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{Attribute, Path, Token};

/// The first attribute `specialize`, by whatever path.
pub(crate) fn find(attributes: &[Attribute]) -> Option<&Attribute> {
    attributes.iter().find(|attribute| is_specialize(attribute.path()))
}

fn is_specialize(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "specialize")
}

/// The attributes without the first `specialize`.
pub(crate) fn without(attributes: &[Attribute]) -> Vec<Attribute> {
    let first = attributes.iter().position(|attribute| is_specialize(attribute.path()));
    attributes.iter().enumerate().filter(|(index, _)| Some(*index) != first).map(|(_, attribute)| attribute.clone()).collect()
}

/// Whether attributes derive `Value`.
pub(crate) fn derive_value(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| derived(attribute).iter().any(is_value))
}

fn derived(attribute: &Attribute) -> Punctuated<Path, Token![,]> {
    if !attribute.path().is_ident("derive") {
        return Punctuated::new();
    }
    attribute.parse_args_with(Punctuated::parse_terminated).unwrap_or_default()
}

fn is_value(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "Value")
}

/// Takes `Value` out of what is derived.
fn derive_no_value(attributes: &mut [Attribute]) {
    for attribute in attributes {
        let paths = derived(attribute);
        if let (true, syn::Meta::List(list)) = (paths.iter().any(is_value), &mut attribute.meta) {
            let kept = paths.into_iter().filter(|path| !is_value(path));
            list.tokens = quote_spanned!(Span::mixed_site()=> #(#kept),*);
        }
    }
}

/// The representation of an enum of so many variants whose values a function is specialized on, unless it has one of its own.
pub(crate) fn representation(attributes: &[Attribute], variants: usize) -> TokenStream {
    let whole = |attribute: &Attribute| {
        let words = attribute.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
        attribute.path().is_ident("repr") && words.split([',', ' ']).any(|word| word.starts_with(['u', 'i']))
    };
    match variants {
        _ if attributes.iter().any(whole) => TokenStream::new(),
        0..=256 => quote_spanned!(Span::mixed_site()=> #[repr(u8)]),
        _ => quote_spanned!(Span::mixed_site()=> #[repr(u16)]),
    }
}

/// The tokens without the attributes that only the macro of a captured module understands.
pub(crate) fn stripped(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for tree in tokens {
        let after_pound = matches!(kept.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
        match tree {
            TokenTree::Group(group) if after_pound && group.delimiter() == Delimiter::Bracket => {
                let pound = kept.pop();
                kept.extend(stripped_attribute(pound, group));
            }
            // A group that is made anew forgets where its delimiters stand.
            TokenTree::Group(group) if has_marks(group.stream()) => {
                let mut other = Group::new(group.delimiter(), stripped(group.stream()));
                other.set_span(group.span());
                kept.push(other.into());
            }
            tree => kept.push(tree),
        }
    }
    kept.into_iter().collect()
}

/// The attributes `specialize` that stand anywhere in tokens.
pub(crate) fn all_in(tokens: TokenStream) -> Vec<TokenStream> {
    let (mut found, mut pound) = (Vec::new(), None);
    for tree in tokens {
        if let TokenTree::Group(group) = &tree {
            let attribute = quote!(#pound #group);
            match syn::parse::Parser::parse2(Attribute::parse_outer, attribute.clone()) {
                Ok(attributes) if find(&attributes).is_some() => found.push(attribute),
                _ => found.extend(all_in(group.stream())),
            }
        }
        pound = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '#').then_some(tree);
    }
    found
}

fn has_marks(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == "specialize" || word == "Value",
        TokenTree::Group(group) => has_marks(group.stream()),
        _ => false,
    })
}

/// An attribute, unless it is one of those; or without `Value`, if it derives that.
fn stripped_attribute(pound: Option<TokenTree>, brackets: Group) -> TokenStream {
    let whole = quote!(#pound #brackets);
    let mut attributes = match syn::parse::Parser::parse2(Attribute::parse_outer, whole.clone()) {
        Ok(attributes) if !attributes.iter().any(|attribute| is_specialize(attribute.path())) => attributes,
        Ok(_) => return TokenStream::new(),
        Err(_) => return whole,
    };
    if !derive_value(&attributes) {
        return whole;
    }
    derive_no_value(&mut attributes);
    quote!(#(#attributes)*)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_module_understands_is_stripped_wherever_it_stands() {
        let tokens = quote! {
            #[specialize(n)] fn f() {}
            mod m { #[allow(x)] #[a::specialize] fn g() {} #[derive(Clone, specialize::Value, Debug)] enum E {} broken broken }
        };
        let expected = quote! {
            fn f() {}
            mod m { #[allow(x)] fn g() {} #[derive(Clone, Debug)] enum E {} broken broken }
        };
        assert_eq!(stripped(tokens).to_string(), expected.to_string());
    }

    #[test]
    fn an_enum_has_the_smallest_representation_unless_it_has_one() {
        let of = |attributes: &[Attribute], variants| representation(attributes, variants).to_string().replace(' ', "");
        assert_eq!(of(&[], 256), "#[repr(u8)]");
        assert_eq!(of(&[syn::parse_quote!(#[repr(C)])], 257), "#[repr(u16)]");
        assert_eq!(of(&[syn::parse_quote!(#[repr(C, i32)])], 2), "");
    }
}
