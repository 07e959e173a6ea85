//! The attributes that a captured module's macro takes out of it: `specialize` on functions, and `Value` among what is derived.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Path, Token, parse_quote_spanned};

use crate::derive::Representation;
use crate::mistakes::Mistakes;

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

/// Whether it is an option of the derive.
fn is_option(attribute: &Attribute) -> bool {
    attribute.path().is_ident("value")
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

/// The representation of an enum whose values a function is specialized on, unless it has one of its own.
pub(crate) fn representation(input: &DeriveInput) -> Option<Attribute> {
    let Data::Enum(data) = &input.data else { return None };
    // The derive tells what is wrong with those that are written.
    let given = Representation::read(&input.attrs, &mut Mistakes::default()).integer;
    let integer = Ident::new(if data.variants.len() <= 256 { "u8" } else { "u16" }, Span::mixed_site());
    (given.is_none() && !data.variants.is_empty()).then(|| parse_quote_spanned!(Span::mixed_site()=> #[repr(#integer)]))
}

/// Refuses configuration of parts of a type that derives `Value`: a derive alone would see only those that are there.
pub(crate) fn check_configured_parts(input: &DeriveInput, mistakes: &mut Mistakes) {
    let (variants, fields): (Vec<_>, Vec<_>) = match &input.data {
        Data::Struct(data) => (Vec::new(), data.fields.iter().collect()),
        Data::Enum(data) => (data.variants.iter().collect(), data.variants.iter().flat_map(|variant| &variant.fields).collect()),
        Data::Union(_) => return,
    };
    let attributes = variants.iter().flat_map(|variant| &variant.attrs).chain(fields.iter().flat_map(|field| &field.attrs));
    for attribute in attributes.filter(|attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")) {
        let message = "part of a value of a captured module cannot depend on the configuration; write the whole type once for each";
        mistakes.at(attribute, message);
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
        TokenTree::Ident(word) => word == "specialize" || word == "Value" || word == "value",
        TokenTree::Group(group) => has_marks(group.stream()),
        _ => false,
    })
}

/// An attribute, unless it is one of those; or without `Value`, if it derives that.
fn stripped_attribute(pound: Option<TokenTree>, brackets: Group) -> TokenStream {
    let whole = quote!(#pound #brackets);
    let mut attributes = match syn::parse::Parser::parse2(Attribute::parse_outer, whole.clone()) {
        Ok(attributes) if !attributes.iter().any(|attribute| is_specialize(attribute.path()) || is_option(attribute)) => attributes,
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
    use quote::ToTokens as _;

    use super::*;

    #[test]
    fn what_only_the_module_understands_is_stripped_wherever_it_stands() {
        let tokens = quote! {
            #[specialize(n)] fn f() {}
            #[value(crate = other)] struct S;
            mod m { #[allow(x)] #[a::specialize] fn g() {} #[derive(Clone, specialize::Value, Debug)] enum E {} broken broken }
        };
        let expected = quote! {
            fn f() {}
            struct S;
            mod m { #[allow(x)] fn g() {} #[derive(Clone, Debug)] enum E {} broken broken }
        };
        assert_eq!(stripped(tokens).to_string(), expected.to_string());
    }

    #[test]
    fn an_enum_has_the_smallest_representation_unless_it_has_one() {
        let of = |attributes: TokenStream, variants: usize| {
            let variants = (0..variants).map(|index| quote::format_ident!("V{index}"));
            let input: DeriveInput = syn::parse_quote!(#attributes enum E { #(#variants),* });
            representation(&input).map(|attribute| attribute.to_token_stream().to_string().replace(' ', ""))
        };
        assert_eq!(of(quote!(), 256).as_deref(), Some("#[repr(u8)]"));
        assert_eq!(of(quote!(#[repr(C)]), 257).as_deref(), Some("#[repr(u16)]"));
        assert_eq!(of(quote!(#[repr(C, i32)]), 2), None);
        assert_eq!(of(quote!(), 0), None);
    }
}
