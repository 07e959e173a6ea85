//! What the macro puts beside the specialized functions of a captured module: a template does not have it, so the module must not use it.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt as _;

use crate::isolation::{flat, is_among, is_path_separator};
use crate::mistakes::Mistakes;

/// What is in the module beside a function. That beside a method has such endings.
const ITEMS: &str = "at generic map bind prepare prepare_within lookup request table Bound";

/// What stands beside the functions of a captured module.
#[derive(Default)]
pub(crate) struct Beside {
    modules: HashSet<String>,
    methods: HashSet<String>,
}

impl Beside {
    /// Adds what stands beside a function, or a method.
    pub(crate) fn add(&mut self, module: &Ident, method: Option<&Ident>) {
        self.modules.insert(module.unraw().to_string());
        let method = method.into_iter().flat_map(|method| ITEMS.split_whitespace().map(move |item| format!("{}_{item}", method.unraw())));
        self.methods.extend(method);
    }

    /// Refuses its use in the text of the module. A name that the text gives to something else as well may mean that.
    pub(crate) fn check(mut self, text: &TokenStream, mistakes: &mut Mistakes) {
        self.modules.retain(|name| !defines(text, "mod enum struct union trait type as", name));
        self.methods.retain(|name| !defines(text, "fn", name));
        self.scan(text, mistakes);
    }

    fn scan(&self, text: &TokenStream, mistakes: &mut Mistakes) {
        let trees = flat(text.clone());
        for (index, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => self.scan(&group.stream(), mistakes),
                TokenTree::Ident(word) if self.methods.contains(&word.unraw().to_string()) && is_reached(&trees, index) => {
                    refuse(word, &word.to_string(), mistakes);
                }
                TokenTree::Ident(word) if self.modules.contains(&word.unraw().to_string()) && is_path_separator(&trees, index + 1) => {
                    match trees.get(index + 3) {
                        Some(TokenTree::Ident(item)) if !is_among(ITEMS, item) => {}
                        // What follows are the types of the function itself.
                        Some(TokenTree::Punct(punct)) if punct.as_char() == '<' => {}
                        Some(TokenTree::Ident(item)) => refuse(word, &format!("{word}::{item}"), mistakes),
                        _ => refuse(word, &word.to_string(), mistakes),
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether the word at `index` is what a path leads to, or a method that is called.
fn is_reached(trees: &[TokenTree], index: usize) -> bool {
    let is_called = is_path_separator(trees, index + 1) || matches!(trees.get(index + 1), Some(TokenTree::Group(_)));
    match index.checked_sub(1).map(|before| &trees[before]) {
        Some(TokenTree::Punct(punct)) if punct.as_char() == '.' => is_called,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ':' && index >= 2 && is_path_separator(trees, index - 2),
        _ => false,
    }
}

fn refuse(word: &Ident, shown: &str, mistakes: &mut Mistakes) {
    mistakes.at(
        word,
        format!(
            "`{shown}` is made beside the function by the attribute, and there is none in a variant, which is compiled from this module; \
             call the function itself in the module, and use what stands beside it from outside"
        ),
    );
}

/// Whether one of these words stands in front of a name somewhere in the text.
fn defines(text: &TokenStream, words: &str, name: &str) -> bool {
    let trees = flat(text.clone());
    trees.iter().enumerate().any(|(index, tree)| match (tree, trees.get(index + 1)) {
        (TokenTree::Group(group), _) => defines(&group.stream(), words, name),
        (TokenTree::Ident(word), Some(TokenTree::Ident(next))) => is_among(words, word) && next.unraw() == name,
        _ => false,
    })
}
