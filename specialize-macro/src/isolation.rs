//! What a template may see: std and what the function itself or the captured module defines, and nothing else, so that it can be
//! compiled away from the user's crate. What `no_implicit_prelude` cannot keep out is refused here, by a walk over all tokens, since
//! those in the call of a macro cannot be parsed.

use std::collections::HashSet;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use crate::crates::Crates;
use crate::mistakes::Mistakes;
use crate::scope::{Scope, Source};

/// The macros of std that a template may use, by the module of std they are found in.
const MACROS: [(&str, &str); 6] = [
    (
        "",
        "assert assert_eq assert_ne cfg column compile_error concat dbg debug_assert debug_assert_eq debug_assert_ne eprint eprintln file \
         format format_args line matches module_path panic print println stringify todo unimplemented unreachable vec write writeln",
    ),
    ("::arch", "asm"),
    ("::mem", "offset_of"),
    ("::pin", "pin"),
    ("::ptr", "addr_of addr_of_mut"),
    ("::task", "ready"),
];

/// Those of `std::arch` that only programs for one architecture have.
const MACROS_OF_ARCHITECTURES: [(&str, &str); 3] =
    [("aarch64", "is_aarch64_feature_detected"), ("x86", "is_x86_feature_detected"), ("x86_64", "is_x86_feature_detected")];

/// The names that every module sees: primitive types, and what is in the prelude of any edition.
const NAMES: &str = "bool char f16 f32 f64 f128 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize \
                     AsMut AsRef AsyncFn AsyncFnMut AsyncFnOnce Box Clone Copy Debug Default DoubleEndedIterator Drop Eq Err \
                     ExactSizeIterator Extend Fn FnMut FnOnce From FromIterator Future Hash Into IntoFuture IntoIterator Iterator None Ok \
                     Option Ord PartialEq PartialOrd Result Send Sized Some String Sync ToOwned ToString TryFrom TryInto Unpin Vec \
                     align_of align_of_val drop size_of size_of_val";

/// Whether `name` is one of the words of a list.
pub(crate) fn is_among(words: &str, name: &Ident) -> bool {
    words.split_whitespace().any(|word| name == word)
}

/// Whether a path that starts with `name` needs nothing from the user's crate.
pub(crate) fn is_known(name: &Ident) -> bool {
    is_std(name) || is_among(NAMES, name)
}

/// Whether a word starts a path that leads out of where it stands.
pub(crate) fn leads_out(word: &Ident) -> bool {
    is_among("self super crate $crate", word)
}

/// The `use` lines of a module that holds a template.
pub(crate) fn preamble(edition: &str, crates: &Crates) -> String {
    let mut text = format!("use ::std::prelude::rust_{edition}::*; use ::{{core, std}};{}", crates.imports());
    for (module, names) in MACROS {
        text.push_str(&format!(" use ::std{module}::{{{}}};", names.replace(' ', ", ")));
    }
    for (architecture, name) in MACROS_OF_ARCHITECTURES {
        text.push_str(&format!(" #[cfg(target_arch = \"{architecture}\")] use ::std::arch::{name};"));
    }
    text
}

/// The items that a captured module starts with: its names for what every template sees, for itself and its modules to import.
/// They are brought in by `*`, so that a definition of the user's comes first.
pub(crate) fn names_module(edition: &str, crates: &Crates) -> String {
    format!("mod __names {{ {} }} use self::__names::*;", preamble(edition, crates).replace("use ", "pub use "))
}

/// Refuses what no hidden module can keep out of `tokens`.
pub(crate) fn check(tokens: &TokenStream, scope: Scope<'_>, mistakes: &mut Mistakes) {
    check_inside(tokens, scope, 0, mistakes);
}

/// As [`check`], for tokens that stand so many modules inside of the template.
pub(crate) fn check_inside(tokens: &TokenStream, scope: Scope<'_>, depth: usize, mistakes: &mut Mistakes) {
    let trees = flat(tokens.clone());
    let mut defined = HashSet::new();
    collect_macros(&trees, &mut defined);
    Scan { scope, defined, depth, ascended: 0, mistakes }.scan(&trees);
}

/// The token trees without the invisible groups that `macro_rules!` puts around what it passes on.
pub(crate) fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let mut trees = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => trees.extend(flat(group.stream())),
            tree => trees.push(tree),
        }
    }
    trees
}

/// The names of macros that are defined anywhere in `trees`.
fn collect_macros(trees: &[TokenTree], names: &mut HashSet<String>) {
    for (index, tree) in trees.iter().enumerate() {
        match (tree, trees.get(index + 1), trees.get(index + 2)) {
            (TokenTree::Ident(word), Some(TokenTree::Punct(bang)), Some(TokenTree::Ident(name)))
                if word == "macro_rules" && bang.as_char() == '!' =>
            {
                names.insert(name.to_string());
            }
            (TokenTree::Group(group), ..) => collect_macros(&flat(group.stream()), names),
            _ => {}
        }
    }
}

/// Attributes that define a symbol, which a variant would define once more.
const SYMBOLS: &str = "no_mangle export_name link_section used global_allocator panic_handler";

/// A walk over the tokens of a template.
struct Scan<'a> {
    scope: Scope<'a>,
    defined: HashSet<String>,
    /// How many modules of the text stand around these tokens.
    depth: usize,
    /// How many `super` stand in front of these braces, if they are part of a `use`.
    ascended: usize,
    mistakes: &'a mut Mistakes,
}

impl Scan<'_> {
    fn scan(&mut self, trees: &[TokenTree]) {
        let mut index = 0;
        while let Some(tree) = trees.get(index) {
            let taken = match tree {
                TokenTree::Ident(word) => self.word(trees, index, word),
                TokenTree::Group(group) => {
                    self.group(trees, index, group);
                    1
                }
                _ if is_path_separator(trees, index) => self.separator(trees, index),
                _ => 1,
            };
            index += taken;
        }
    }

    /// Looks into a group.
    fn group(&mut self, trees: &[TokenTree], index: usize, group: &Group) {
        let before = |back: usize| index.checked_sub(back).map(|index| &trees[index]);
        let is_word = |tree: Option<&TokenTree>, word: &str| matches!(tree, Some(TokenTree::Ident(ident)) if ident == word);
        if before(1).is_some_and(|tree| is_punct(tree, '#')) {
            self.attribute(group);
        }
        let module = usize::from(group.delimiter() == Delimiter::Brace && is_word(before(2), "mod"));
        let ascended = path_before(trees, index).iter().filter(|part| *part == "super").count();
        let outside = (self.depth, self.ascended);
        (self.depth, self.ascended) = (self.depth + module, ascended);
        self.scan(&flat(group.stream()));
        (self.depth, self.ascended) = outside;
    }

    /// Refuses attributes that define a symbol.
    fn attribute(&mut self, brackets: &Group) {
        let mut words = flat(brackets.stream()).into_iter();
        let name = match (words.next(), words.next()) {
            (Some(TokenTree::Ident(word)), Some(TokenTree::Group(inside))) if word == "unsafe" => inside.stream().into_iter().next(),
            (first, _) => first,
        };
        if let Some(TokenTree::Ident(name)) = name
            && is_among(SYMBOLS, &name)
        {
            let message = "defines a symbol of the whole program, which each variant would define again; keep such items outside";
            self.mistakes.at(&name, format!("`{name}` {message}"));
        }
    }

    /// Checks a word and what follows it; returns how many trees it has taken.
    fn word(&mut self, trees: &[TokenTree], index: usize, word: &Ident) -> usize {
        let lifetime = index > 0 && is_punct(&trees[index - 1], '\'');
        match word.to_string().as_str() {
            _ if lifetime => {}
            "pub" if matches!(trees.get(index + 1), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis) => {
                return 2;
            }
            "super" if self.stays_inside(trees, index) => {}
            "extern" if let Some(name) = extern_crate(trees, index) => {
                if !self.scope.has_crate(name) && name != "alloc" {
                    self.mistakes.at(name, self.scope.crate_not_visible(name));
                }
                return 3;
            }
            "super" | "crate" | "$crate" => self.outside(word),
            "self" if self.scope.source == Source::Function && is_path_separator(trees, index + 1) => self.outside(word),
            "static" => self.mistakes.at(
                word,
                match self.scope.source {
                    Source::Function => {
                        "a specialized function cannot hold a `static`: each of its variants would have another; \
                     pass a reference to it as a parameter"
                    }
                    Source::Module => {
                        "a captured module cannot hold a `static`: each variant would have another; make it a `const` if it never changes, \
                     or else keep it outside and pass a reference to it as a parameter"
                    }
                },
            ),
            "macro_rules" => {}
            _ if is_call(trees, index) => return self.call(trees, index, word),
            _ => {}
        }
        1
    }

    /// Whether a `super` leads to a module of the text.
    fn stays_inside(&self, trees: &[TokenTree], index: usize) -> bool {
        let before = path_before(trees, index).iter().filter(|part| *part == "super").count();
        self.ascended + before < self.depth
    }

    fn outside(&mut self, word: &Ident) {
        self.mistakes.at(word, self.scope.not_visible(word));
    }

    /// Checks a `::`, which may start a path; returns how many trees it has taken.
    fn separator(&mut self, trees: &[TokenTree], index: usize) -> usize {
        let starts = match index.checked_sub(1).map(|before| &trees[before]) {
            Some(TokenTree::Ident(word)) => is_keyword(word),
            // Behind `>` this is most often the end of generic arguments; `->` and `=>` are none.
            Some(TokenTree::Punct(punct)) if punct.as_char() == '>' => {
                index >= 2 && (is_punct(&trees[index - 2], '-') || is_punct(&trees[index - 2], '='))
            }
            _ => true,
        };
        match trees.get(index + 2) {
            Some(TokenTree::Ident(name))
                if starts && !self.scope.has_crate(name) && !leads_out(name) && !names_macro(&trees[index + 2..]) =>
            {
                self.outside(name)
            }
            _ => {}
        }
        2
    }

    /// Checks the call of a macro from its name on; returns how many trees it has taken.
    fn call(&mut self, trees: &[TokenTree], index: usize, word: &Ident) -> usize {
        let (name, path) = (word.to_string(), path_before(trees, index));
        let shown = path.iter().map(|part| format!("{part}::")).chain([name.clone()]).collect::<String>();
        let std = path.first().is_some_and(is_std);
        let known = MACROS.iter().chain(&MACROS_OF_ARCHITECTURES).any(|(_, names)| is_among(names, word));
        let reason = match name.as_str() {
            "env" | "option_env" => "reads the environment of the build, which a variant does not have; pass the value as a parameter",
            "include" | "include_str" | "include_bytes" => {
                "reads a file of the build, which a variant does not have; pass the content as a parameter"
            }
            "cfg_select" => "is not carried into variants; use `#[cfg(...)]` or `cfg!(...)`",
            "thread_local" => "makes a `static`, and each variant would have another; pass a reference to it as a parameter",
            _ if path.is_empty() && index > 0 && is_punct(&trees[index - 1], '$') => {
                "is not known before the macro around it is expanded; spell the name out"
            }
            _ if path.is_empty() && (known || self.defined.contains(&name)) => return 1,
            _ if std && known => return 1,
            _ if path.first().is_some_and(|first| self.scope.crates.has(first)) => return 1,
            _ => match self.scope.source {
                Source::Function => {
                    "is not visible in a specialized function, which sees only macros of std and those it defines itself; \
                     write out what it stands for, or move its `macro_rules!` into the body"
                }
                Source::Module => {
                    "is not visible in a captured module, which sees only macros of std and those it defines itself; \
                     write out what it stands for, or move its `macro_rules!` into the module"
                }
            },
        };
        self.mistakes.at(word, format!("the macro `{shown}!` {reason}"));
        3
    }
}

/// The path in front of the last name of one, without that name.
fn path_before(trees: &[TokenTree], mut index: usize) -> Vec<Ident> {
    let mut path = Vec::new();
    while index >= 3 && is_path_separator(trees, index - 2) {
        let TokenTree::Ident(part) = &trees[index - 3] else { break };
        path.insert(0, part.clone());
        index -= 3;
    }
    path
}

/// Whether trees start with the path of a macro that is called.
fn names_macro(trees: &[TokenTree]) -> bool {
    let mut last = 0;
    while is_path_separator(trees, last + 1) {
        last += 3;
    }
    last < trees.len() && is_call(trees, last)
}

/// The crate that `extern crate` at `index` names.
fn extern_crate(trees: &[TokenTree], index: usize) -> Option<&Ident> {
    match trees.get(index + 1..index + 3) {
        Some([TokenTree::Ident(word), TokenTree::Ident(name)]) if word == "crate" => Some(name),
        _ => None,
    }
}

/// Whether the word at `index` is called as a macro.
fn is_call(trees: &[TokenTree], index: usize) -> bool {
    let called =
        matches!(trees.get(index + 1), Some(bang) if is_punct(bang, '!')) && matches!(trees.get(index + 2), Some(TokenTree::Group(_)));
    called && matches!(&trees[index], TokenTree::Ident(word) if !is_keyword(word))
}

fn is_punct(tree: &TokenTree, character: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == character)
}

pub(crate) fn is_path_separator(trees: &[TokenTree], index: usize) -> bool {
    matches!(trees.get(index..index + 2), Some([first, second]) if is_punct(first, ':') && is_punct(second, ':'))
}

/// Whether `name` is that of a crate every template sees.
pub(crate) fn is_std(name: &Ident) -> bool {
    name == "std" || name == "core"
}

/// Whether a word can stand before an expression or a path without being part of it.
fn is_keyword(word: &Ident) -> bool {
    is_among("as await box break const dyn else for if impl in let match move mut ref return unsafe use where while", word)
}

/// The tokens without the attributes of tools, whose names the hidden module does not know.
pub(crate) fn without_tool_attributes(tokens: TokenStream) -> TokenStream {
    if !has_tool_attribute(tokens.clone()) {
        return tokens;
    }
    let mut kept: Vec<TokenTree> = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Group(group) if is_of_a_tool(&group) && kept.last().is_some_and(|last| is_punct(last, '#')) => {
                kept.pop();
            }
            TokenTree::Group(group) => {
                let mut other = Group::new(group.delimiter(), without_tool_attributes(group.stream()));
                other.set_span(group.span());
                kept.push(TokenTree::Group(other));
            }
            tree => kept.push(tree),
        }
    }
    kept.into_iter().collect()
}

fn has_tool_attribute(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|tree| matches!(tree, TokenTree::Group(group) if is_of_a_tool(&group) || has_tool_attribute(group.stream())))
}

/// Whether the brackets of an attribute start with the name of a tool.
pub(crate) fn is_of_a_tool(brackets: &Group) -> bool {
    let mut inside = brackets.stream().into_iter();
    let tool = matches!(inside.next(), Some(TokenTree::Ident(name)) if name == "rustfmt" || name == "clippy");
    tool && matches!(inside.next(), Some(tree) if is_punct(&tree, ':'))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;
    use crate::flags::Build;

    fn refused(tokens: TokenStream) -> Vec<String> {
        refused_in(Source::Function, tokens)
    }

    fn refused_in(source: Source, tokens: TokenStream) -> Vec<String> {
        let mut mistakes = Mistakes::default();
        let (crates, build) = (Crates::default(), Build::read(std::iter::empty()));
        check(&tokens, Scope { source, crates: &crates, build: &build }, &mut mistakes);
        let errors = mistakes.into_errors("2024").unwrap_or_default().to_string();
        errors.split("compile_error").skip(1).filter_map(|error| Some(error.split('`').nth(1)?.to_owned())).collect()
    }

    #[test]
    fn paths_and_macros_that_lead_out_are_found_in_any_tokens() {
        assert_eq!(refused(quote!(f(super::x) + vec![crate::y])), ["super", "crate"]);
        assert_eq!(refused(quote!(return ::other::x as ::another::T)), ["other", "another"]);
        assert_eq!(
            refused(quote!(
                fn f() -> ::other::T {
                    vec![other!(x)]
                }
            )),
            ["other", "other!"]
        );
        assert_eq!(refused(quote!(a::b!{} ::a::b!(); std::env!("X"))), ["a::b!", "a::b!", "std::env!"]);
        assert_eq!(
            refused(quote!(
                static X: u8 = 0;
            )),
            ["static"]
        );
    }

    #[test]
    fn what_only_looks_like_it_is_left_alone() {
        for tokens in [
            quote!(a != (b)),
            quote!(return !(x)),
            quote!(if !(x) && !{ y } {}),
            quote!(break 'outer !(x)),
            quote!(self.x + Self::Y),
            quote!(
                pub(crate) struct S;
                pub(super) fn f(&self) {}
            ),
            quote!(&'static str),
            quote!(Vec::<u8>::new() + <u8>::MAX + a::b::<C>::d),
            quote!(::std::mem::swap(::core::ptr::null(), x)),
            quote!(std::format!("") + std::arch::is_x86_feature_detected!("avx2")),
            quote!(macro_rules! mine { ($($x:expr),*) => { [$(mine!($x)),*] } }, mine!(1)),
        ] {
            assert_eq!(refused(tokens.clone()), Vec::<String>::new(), "{tokens}");
        }
    }

    #[test]
    fn attributes_of_tools_are_left_out() {
        let tokens = without_tool_attributes(quote!(#[rustfmt::skip] #[allow(clippy::all)] let x = { #[clippy::x] 1 };));
        assert_eq!(tokens.to_string(), quote!(#[allow(clippy::all)] let x = { 1 };).to_string());
    }

    #[test]
    fn modules_of_a_captured_one_may_lead_to_each_other() {
        let inside = quote!(
            use self::inner::X;
            extern crate alloc;
            mod inner {
                use super::{X, inner};
                mod deep {
                    use super::super::f;
                    use super::{super::g, h};
                    fn f() {
                        super::f(super::super::g)
                    }
                }
            }
        );
        assert_eq!(refused_in(Source::Module, inside), Vec::<String>::new());
        let outside = quote!(
            use super::a;
            mod inner {
                use super::super::b;
                use super::{super::d, c};
                use crate::e;
            }
            extern crate serde;
        );
        assert_eq!(refused_in(Source::Module, outside), ["super", "super", "super", "crate", "serde"]);
    }

    #[test]
    fn symbols_of_the_whole_program_are_refused() {
        let tokens = quote!(
            #[no_mangle]
            fn a() {}
            #[unsafe(export_name = "b")]
            fn b() {}
            #[inline]
            fn used() {}
        );
        assert_eq!(refused(tokens), ["no_mangle", "export_name"]);
    }
}
