//! Items with the tokens they were parsed from: printing a parsed item would lose the places of its closing delimiters.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Attribute;
use syn::buffer::Cursor;
use syn::parse::{Parse, ParseStream, Parser as _};

/// What was parsed, and its tokens.
pub(crate) struct Raw<T> {
    pub(crate) parsed: T,
    pub(crate) tokens: Vec<TokenTree>,
}

impl<T: Parse> Parse for Raw<T> {
    fn parse(input: ParseStream<'_>) -> syn::Result<Raw<T>> {
        let start = input.cursor();
        let parsed = input.parse()?;
        Ok(Raw { parsed, tokens: between(start, input.cursor()) })
    }
}

fn between(start: Cursor<'_>, end: Cursor<'_>) -> Vec<TokenTree> {
    let (mut trees, mut rest) = (Vec::new(), start);
    while rest != end
        && let Some((tree, next)) = rest.token_tree()
    {
        trees.push(tree);
        rest = next;
    }
    trees
}

impl<T> Raw<T> {
    /// Whether it starts on this line.
    pub(crate) fn starts_on(&self, line: usize) -> bool {
        self.tokens.first().is_some_and(|tree| tree.span().start().line == line)
    }

    /// The line it ends on.
    pub(crate) fn last_line(&self) -> usize {
        self.tokens.last().map_or(0, |tree| tree.span().end().line)
    }

    /// All tokens.
    pub(crate) fn all(&self) -> TokenStream {
        self.tokens.iter().cloned().collect()
    }

    /// The tokens in front of the braces that it ends with, and the braces.
    pub(crate) fn braced(&self) -> (TokenStream, Option<&Group>) {
        match self.tokens.split_last() {
            Some((TokenTree::Group(braces), front)) if braces.delimiter() == Delimiter::Brace => {
                (front.iter().cloned().collect(), Some(braces))
            }
            _ => (self.all(), None),
        }
    }

    /// The tokens of a function between its name and its body.
    pub(crate) fn behind_name(&self) -> TokenStream {
        let is_fn = |tree: &TokenTree| matches!(tree, TokenTree::Ident(word) if word == "fn");
        let behind = self.tokens.iter().skip_while(|tree| !is_fn(tree)).skip(2);
        let last = self.tokens.len().saturating_sub(1);
        let count = behind.clone().count().saturating_sub(usize::from(matches!(self.tokens.get(last), Some(TokenTree::Group(_)))));
        behind.take(count).cloned().collect()
    }
}

/// The inner attributes and the parts of what stands between braces.
pub(crate) fn parts<T: Parse>(braces: &Group) -> syn::Result<(TokenStream, Vec<Raw<T>>)> {
    let parser = |input: ParseStream<'_>| {
        let start = input.cursor();
        Attribute::parse_inner(input)?;
        let attributes = between(start, input.cursor()).into_iter().collect();
        let mut parts = Vec::new();
        while !input.is_empty() {
            parts.push(input.parse()?);
        }
        Ok((attributes, parts))
    };
    parser.parse2(braces.stream())
}

/// Braces at the same place around other tokens.
pub(crate) fn with_content(braces: &Group, content: TokenStream) -> TokenTree {
    let mut other = Group::new(Delimiter::Brace, content);
    other.set_span(braces.span());
    other.into()
}
