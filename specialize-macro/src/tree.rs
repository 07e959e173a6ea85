//! A function's tokens as the template writes them: text that knows its place in the user's file, and which macro wrote it.

use proc_macro2::{Delimiter, Group, LineColumn, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::LitStr;

use crate::{columns, isolation};

/// The context of tokens that no macro wrote.
pub(crate) const ROOT: u32 = 0;

/// A token as rustc's lexer knows it, or a group of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    /// A word, a literal, a lifetime, or a whole operator such as `..=`.
    Leaf(Leaf),
    /// Trees between delimiters.
    Branch(Branch),
}

/// A token by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// What it says.
    pub(crate) text: String,
    /// Where it stands in the user's file, if it stands there, by the columns that a panic's place has.
    pub(crate) place: Option<LineColumn>,
    /// From where to where it stands there by characters, if it says there what it says here.
    pub(crate) extent: Option<(LineColumn, LineColumn)>,
    /// The expansion that wrote it, [`ROOT`] for the user; none if only the template has it. Names of different contexts
    /// are different names.
    pub(crate) context: Option<u32>,
}

/// Trees between delimiters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Branch {
    /// The delimiter in front.
    pub(crate) open: Leaf,
    /// What stands between.
    pub(crate) trees: Vec<Tree>,
    /// The delimiter behind.
    pub(crate) close: Leaf,
}

impl Tree {
    /// Whether this is a token that says `text`.
    fn says(&self, text: &str) -> bool {
        matches!(self, Tree::Leaf(leaf) if leaf.text == text)
    }
}

impl Leaf {
    /// A token that only the template has.
    pub(crate) fn made(text: impl Into<String>) -> Leaf {
        Leaf { text: text.into(), place: None, extent: None, context: None }
    }
}

/// The syntax context of a span, which only its debug form tells: `#4 bytes(12..16)`.
fn read_context(span: Span) -> Option<u32> {
    let text = format!("{span:?}");
    text.strip_prefix('#')?.split_once(' ')?.0.parse().ok()
}

fn context(span: Span) -> u32 {
    read_context(span).unwrap_or(ROOT)
}

/// Whether contexts can be told apart. Without that, what macros wrote would be taken for the user's own text.
pub(crate) fn contexts_can_be_read() -> bool {
    read_context(Span::mixed_site()).is_some_and(|context| context != ROOT)
}

/// Turns tokens into trees, with private names for the predicates of configuration, and without attributes of tools.
pub(crate) struct Reader {
    /// The context of what this macro made visible, where it is one.
    own: Option<u32>,
    /// The predicates: the text calls the first one `_0`, the next one `_1`, and so on.
    pub(crate) predicates: Vec<TokenStream>,
    /// Whether a predicate is only known once a macro in the function is expanded.
    pub(crate) open_predicate: bool,
}

impl Reader {
    /// A reader that knows no predicates yet.
    pub(crate) fn new() -> Reader {
        Reader { own: read_context(Span::mixed_site()), predicates: Vec::new(), open_predicate: false }
    }

    /// The trees of `tokens`.
    pub(crate) fn read(&mut self, tokens: TokenStream) -> Vec<Tree> {
        let source: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut trees, mut rest) = (Vec::new(), &source[..]);
        while let [first, behind @ ..] = rest {
            rest = behind;
            match first {
                TokenTree::Group(group) => self.group(group, &mut trees),
                TokenTree::Punct(punct) => {
                    let (text, more) = operator(punct, behind);
                    trees.push(Tree::Leaf(self.written(text, punct.span())));
                    rest = behind.get(more..).unwrap_or_default();
                }
                other => trees.push(Tree::Leaf(self.written(other.to_string(), other.span()))),
            }
        }
        trees
    }

    /// Adds a group to the trees in front of it.
    fn group(&mut self, group: &Group, before: &mut Vec<Tree>) {
        let outer = matches!(&before[..], [.., hash] if hash.says("#"));
        let inner = matches!(&before[..], [.., hash, bang] if hash.says("#") && bang.says("!"));
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket if outer && isolation::is_of_a_tool(group) => {
                before.pop();
                return;
            }
            Delimiter::Bracket if outer && let Some(text) = text_of(group) => {
                before.pop();
                return before.push(Tree::Leaf(Leaf::made(text)));
            }
            Delimiter::Bracket if outer || inner => return before.push(self.attribute(group)),
            Delimiter::Bracket => ("[", "]"),
            // There are none of these in the tokens of a function.
            Delimiter::None => {
                let trees = self.read(group.stream());
                return before.extend(trees);
            }
        };
        let predicate = matches!(&before[..], [.., word, bang] if word.says("cfg") && bang.says("!"));
        let trees = if predicate { self.predicate(group.stream()) } else { self.read(group.stream()) };
        before.push(self.branch(group, open, trees, close));
    }

    /// The brackets of an attribute, with a private name for its predicate if it has one.
    fn attribute(&mut self, group: &Group) -> Tree {
        let inside = self.inside_attribute(group.stream());
        self.branch(group, "[", inside, "]")
    }

    fn inside_attribute(&mut self, tokens: TokenStream) -> Vec<Tree> {
        let source: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let [TokenTree::Ident(word), TokenTree::Group(group)] = &source[..] else { return self.read(tokens) };
        let trees = if word == "cfg" {
            self.predicate(group.stream())
        } else if word == "cfg_attr" {
            let source: Vec<TokenTree> = group.stream().into_iter().collect();
            let mut trees = Vec::new();
            for (index, part) in
                source.split_inclusive(|tree| matches!(tree, TokenTree::Punct(comma) if comma.as_char() == ',')).enumerate()
            {
                let (inside, comma) = match part {
                    [inside @ .., comma @ TokenTree::Punct(punct)] if punct.as_char() == ',' => (inside, Some(comma)),
                    inside => (inside, None),
                };
                let inside = inside.iter().cloned().collect();
                trees.extend(if index == 0 { self.predicate(inside) } else { self.inside_attribute(inside) });
                trees.extend(comma.into_iter().flat_map(|comma| self.read(comma.clone().into())));
            }
            trees
        } else {
            return self.read(tokens);
        };
        let mut inside = self.read(word.to_token_stream());
        inside.push(self.branch(group, "(", trees, ")"));
        inside
    }

    /// The private name of a predicate.
    fn predicate(&mut self, tokens: TokenStream) -> Vec<Tree> {
        let text = tokens.to_string();
        if text.contains('$') {
            self.open_predicate = true;
            return self.read(tokens);
        }
        let Some(first) = tokens.clone().into_iter().next() else { return Vec::new() };
        let known = self.predicates.iter().position(|known| known.to_string() == text);
        let index = known.unwrap_or_else(|| {
            self.predicates.push(tokens);
            self.predicates.len() - 1
        });
        vec![Tree::Leaf(self.written(format!("_{index}"), first.span()))]
    }

    fn branch(&self, group: &Group, open: &str, trees: Vec<Tree>, close: &str) -> Tree {
        Tree::Branch(Branch { open: self.written(open, group.span_open()), trees, close: self.written(close, group.span_close()) })
    }

    fn written(&self, text: impl Into<String>, span: Span) -> Leaf {
        match context(span) {
            own if self.own == Some(own) => Leaf::made(text),
            context => {
                let text = text.into();
                let extent = columns::place(span).filter(|_| span.source_text().is_some_and(|source| source == text));
                let extent = extent.map(|_| (span.start(), span.end()));
                Leaf { text, place: columns::place(span), extent, context: Some(context) }
            }
        }
    }
}

/// What is to be written for an attribute of which this is the bracket: a string of the macro's own.
fn text_of(brackets: &Group) -> Option<String> {
    syn::parse2::<LitStr>(brackets.stream()).ok().map(|text| text.value())
}

/// The operator or lifetime that starts with `first`, and how many of the trees behind are part of it. What is one token
/// for rustc's lexer is one here, since a macro takes it as one.
fn operator(first: &Punct, behind: &[TokenTree]) -> (String, usize) {
    if let (true, Some(TokenTree::Ident(name))) = (first.as_char() == '\'', behind.first()) {
        return (format!("'{name}"), 1);
    }
    let (mut text, mut last) = (first.as_char().to_string(), first);
    for tree in behind {
        let TokenTree::Punct(next) = tree else { break };
        let longer = format!("{text}{}", next.as_char());
        if last.spacing() == Spacing::Alone || !OPERATORS.contains(&longer.as_str()) || context(next.span()) != context(first.span()) {
            break;
        }
        (text, last) = (longer, next);
    }
    let more = text.len() - 1;
    (text, more)
}

/// The operators of more than one character. All but the first of each are reached by way of a shorter one.
const OPERATORS: [&str; 25] = [
    "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "<<", ">>", "..", "::", "->", "<-", "=>", "<<=",
    ">>=", "...", "..=",
];
