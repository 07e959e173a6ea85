//! The invisible groups that `macro_rules!` puts around what it passes on: as text, they may need delimiters one can see.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::{Expr, Type};

use crate::tree::{Branch, Leaf, Tree};

/// The trees of an invisible group, in delimiters if they would be read as something else without them.
pub(crate) fn made_visible(group: &Group, trees: Vec<Tree>, before: Option<&Tree>, behind: &[TokenTree]) -> Vec<Tree> {
    let attribute = matches!(before, Some(Tree::Leaf(leaf)) if leaf.text == "#");
    let next = match behind.first() {
        Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
        _ => None,
    };
    let path = matches!(behind, [TokenTree::Punct(first), TokenTree::Punct(second), ..] if first.as_char() == ':' && second.as_char() == ':');
    let (open, close) = if path {
        ("<", ">")
    } else if !attribute && needs_parentheses(group.stream(), next) {
        ("(", ")")
    } else {
        return trees;
    };
    if open == "<" {
        let inside = [Tree::Leaf(Leaf::made("<"))].into_iter().chain(trees);
        return inside.chain([Tree::Leaf(Leaf::made(">"))]).collect();
    }
    vec![Tree::Branch(Branch { open: Leaf::made(open), trees, close: Leaf::made(close) })]
}

/// Whether what stands around `tokens` could bind stronger than what stands in them.
fn needs_parentheses(tokens: TokenStream, next: Option<char>) -> bool {
    if let Ok(expression) = syn::parse2::<Expr>(tokens.clone()) {
        return match expression {
            Expr::Assign(_) | Expr::Binary(_) | Expr::Break(_) | Expr::Cast(_) | Expr::Closure(_) | Expr::Range(_) => true,
            Expr::RawAddr(_) | Expr::Reference(_) | Expr::Return(_) | Expr::Struct(_) | Expr::Unary(_) => true,
            Expr::If(_) | Expr::Match(_) | Expr::Loop(_) | Expr::Unsafe(_) | Expr::Block(_) | Expr::Const(_) => {
                next.is_some_and(|next| next != ';' && next != ',')
            }
            _ => false,
        };
    }
    match syn::parse2::<Type>(tokens) {
        Ok(Type::TraitObject(object)) => object.bounds.len() > 1,
        _ => false,
    }
}
