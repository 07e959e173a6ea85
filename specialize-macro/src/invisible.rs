//! The invisible groups that `macro_rules!` puts around what it passes on. rustc forgets them where a procedural macro hands
//! them back, and text cannot show them: `$x * 2` with `1 + 2` for `$x` would be 5. So they are made visible.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::{Expr, Type};

/// The tokens without invisible groups: in parentheses where what stands around them could bind stronger, bare elsewhere.
pub(crate) fn made_visible(tokens: TokenStream) -> TokenStream {
    if !has_invisible(tokens.clone()) {
        return tokens;
    }
    let mut visible = TokenStream::new();
    let mut rest = tokens.into_iter().peekable();
    let mut attribute = false;
    while let Some(tree) = rest.next() {
        let in_attribute = attribute;
        attribute = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '#' || (in_attribute && punct.as_char() == '!'));
        match tree {
            TokenTree::Group(group) => {
                let inside = if in_attribute { bare(group.stream()) } else { made_visible(group.stream()) };
                let delimiter = match group.delimiter() {
                    Delimiter::None if !needs_parentheses(&inside, rest.peek()) => {
                        visible.extend(inside);
                        continue;
                    }
                    Delimiter::None => (Delimiter::Parenthesis, Span::mixed_site()),
                    delimiter => (delimiter, group.span()),
                };
                visible.extend([enclosed(delimiter, inside)]);
            }
            tree => visible.extend([tree]),
        }
    }
    visible
}

/// The tokens of an attribute: in `doc = "text"` there is no expression.
fn bare(tokens: TokenStream) -> TokenStream {
    let tokens = tokens.into_iter().map(|tree| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => bare(group.stream()),
        tree => tree.into(),
    });
    tokens.collect()
}

fn has_invisible(tokens: TokenStream) -> bool {
    tokens
        .into_iter()
        .any(|tree| matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::None || has_invisible(group.stream())))
}

fn enclosed((delimiter, span): (Delimiter, Span), inside: TokenStream) -> TokenTree {
    let mut group = Group::new(delimiter, inside);
    group.set_span(span);
    TokenTree::Group(group)
}

/// Whether what stands around `tokens` could bind stronger than what stands in them.
fn needs_parentheses(tokens: &TokenStream, next: Option<&TokenTree>) -> bool {
    let (punct, postfix) = match next {
        Some(TokenTree::Punct(punct)) => (Some(punct.as_char()), matches!(punct.as_char(), '.' | '?')),
        Some(TokenTree::Group(group)) => (None, group.delimiter() != Delimiter::Brace),
        _ => (None, false),
    };
    match syn::parse2::<Expr>(tokens.clone()) {
        Ok(Expr::Assign(_) | Expr::Binary(_) | Expr::Break(_) | Expr::Cast(_) | Expr::Closure(_)) => true,
        Ok(Expr::Range(_) | Expr::Return(_) | Expr::Struct(_)) => true,
        Ok(Expr::RawAddr(_) | Expr::Reference(_) | Expr::Unary(_)) => postfix,
        Ok(Expr::Block(_) | Expr::Const(_) | Expr::If(_) | Expr::Loop(_) | Expr::Match(_) | Expr::Unsafe(_)) => {
            postfix || punct.is_some_and(|punct| punct != ';' && punct != ',')
        }
        Ok(_) => false,
        Err(_) => matches!(syn::parse2::<Type>(tokens.clone()), Ok(Type::TraitObject(object)) if object.bounds.len() > 1),
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn passed(tokens: TokenStream) -> TokenTree {
        enclosed((Delimiter::None, Span::call_site()), tokens)
    }

    fn visible(tokens: TokenStream) -> String {
        made_visible(tokens).to_string()
    }

    #[test]
    fn expressions_keep_together() {
        let sum = passed(quote!(1 + 2));
        assert_eq!(visible(quote!(f(#sum * 2))), quote!(f((1 + 2) * 2)).to_string());
        let negative = passed(quote!(-1));
        assert_eq!(visible(quote!(#negative.abs() + #negative)), quote!((-1).abs() + -1).to_string());
        let choice = passed(quote!(if a { 1 } else { 2 }));
        assert_eq!(visible(quote!(#choice + #choice)), quote!((if a { 1 } else { 2 }) + if a { 1 } else { 2 }).to_string());
        let inner = passed(quote!(#sum * 3));
        assert_eq!(visible(quote!(#inner - 1)), quote!(((1 + 2) * 3) - 1).to_string());
    }

    #[test]
    fn what_stands_by_itself_stays_bare() {
        for tokens in
            [quote!(x), quote!(f(x)), quote!(u8), quote!(&'static str), quote!({ 1 }), quote!(let x = 1), quote!(pub(crate)), quote!()]
        {
            let group = passed(tokens.clone());
            assert_eq!(visible(quote!(#group;)), quote!(#tokens;).to_string());
        }
    }

    #[test]
    fn attributes_stay_bare() {
        let attribute = passed(quote!(doc = "text"));
        assert_eq!(
            visible(quote!(#[#attribute] fn f() {})),
            quote!(
                #[doc = "text"]
                fn f() {}
            )
            .to_string()
        );
    }

    #[test]
    fn types_of_several_bounds_keep_together() {
        let object = passed(quote!(dyn Fn() + Send));
        assert_eq!(visible(quote!(&#object)), quote!(&(dyn Fn() + Send)).to_string());
    }
}
