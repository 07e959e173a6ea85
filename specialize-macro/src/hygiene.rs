//! Functions that macros wrote, laid out so that hygiene and positions stay as they are. What a macro wrote panics where the outermost
//! macro was called, what the user wrote panics where it stands, and the same name is another one in each macro. So the template has
//! macros too: one for every expansion that wrote a part of the function. The first is called where the user's outermost macro was, with
//! what the user wrote at its own positions, and each passes what is not of its own expansion on to the next.

use std::collections::BTreeSet;

use crate::layout::{self, Piece, Place};
use crate::tree::{Branch, Leaf, ROOT, Tree};

/// The definitions of macros and the pieces of text that a function consists of.
pub(crate) fn lay_out(mut trees: Vec<Tree>) -> (String, Vec<Piece>) {
    let contexts = contexts(&trees);
    let mut definitions = String::new();
    for (index, &context) in contexts.iter().enumerate() {
        // What follows the name of the one that is called at a place has its place too: the name is as short as can be.
        let last = index + 1 == contexts.len();
        let name = if last { "m".to_owned() } else { format!("m{index}") };
        let (definition, arguments) = Split::of(&trees, context);
        definitions.push_str(&format!("macro_rules! {name} {definition}\n"));
        if last {
            let call = Piece { place: Place::Call, text: format!("{name}!{{") };
            return (definitions, vec![call, layout::positioned(&arguments), Piece::next("}")]);
        }
        let arguments = Branch { open: Leaf::made("{"), trees: arguments, close: Leaf::made("}") };
        trees = vec![Tree::Leaf(Leaf::made(name)), Tree::Leaf(Leaf::made("!")), Tree::Branch(arguments)];
    }
    (definitions, vec![layout::positioned(&trees)])
}

/// Whether a macro wrote a `$`, which no macro of the template could write.
pub(crate) fn writes_dollar(trees: &[Tree]) -> bool {
    trees.iter().any(|tree| match tree {
        Tree::Leaf(leaf) => leaf.text == "$" && leaf.context != Some(ROOT),
        Tree::Branch(branch) => writes_dollar(&branch.trees),
    })
}

/// The expansions that wrote a part of `trees`.
fn contexts(trees: &[Tree]) -> BTreeSet<u32> {
    let mut contexts = BTreeSet::new();
    for tree in trees {
        match tree {
            Tree::Leaf(leaf) => contexts.extend(leaf.context),
            Tree::Branch(branch) => {
                contexts.extend(branch.open.context);
                contexts.extend(self::contexts(&branch.trees));
            }
        }
    }
    contexts.remove(&ROOT);
    contexts
}

/// Trees split into what one macro writes, and what it is given.
struct Split {
    context: u32,
    /// What the macro is given, each once.
    arguments: Vec<Tree>,
}

impl Split {
    /// The definition of the macro that writes what is of `context`, and the arguments for it in the order of their places.
    fn of(trees: &[Tree], context: u32) -> (String, Vec<Tree>) {
        let mut split = Split { context, arguments: Vec::new() };
        split.collect(trees);
        split.arguments.sort_by_key(|tree| first(tree).place.map(|place| (place.line, place.column)));
        split.arguments.dedup();
        let pattern: Vec<String> = (0..split.arguments.len()).map(|index| format!("$a{index}:tt")).collect();
        let written = layout::plain(&split.written(trees));
        (format!("{{ ({}) => {{ {written} }} }}", pattern.join(" ")), split.arguments)
    }

    fn collect(&mut self, trees: &[Tree]) {
        for tree in trees {
            match tree {
                _ if self.is_given(tree) => self.arguments.push(tree.clone()),
                Tree::Leaf(_) => {}
                Tree::Branch(branch) => self.collect(&branch.trees),
            }
        }
    }

    /// Whether nothing in a tree is of the context.
    fn is_given(&self, tree: &Tree) -> bool {
        first(tree).context.is_some_and(|context| context != self.context)
            && match tree {
                Tree::Leaf(_) => true,
                Tree::Branch(branch) => branch.trees.iter().all(|tree| self.is_given(tree)),
            }
    }

    /// The trees with names of arguments for what is given.
    fn written(&self, trees: &[Tree]) -> Vec<Tree> {
        let write = |tree: &Tree| match tree {
            Tree::Branch(Branch { open, trees, close }) if !self.is_given(tree) => {
                Tree::Branch(Branch { open: open.clone(), trees: self.written(trees), close: close.clone() })
            }
            tree => match self.arguments.iter().position(|argument| argument == tree) {
                Some(index) => Tree::Leaf(Leaf::made(format!("$a{index}"))),
                None => tree.clone(),
            },
        };
        trees.iter().map(write).collect()
    }
}

/// The token that a tree starts with.
fn first(tree: &Tree) -> &Leaf {
    match tree {
        Tree::Leaf(leaf) => leaf,
        Tree::Branch(branch) => &branch.open,
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::LineColumn;

    use super::*;
    use crate::tree::Reader;

    /// The trees of a text in which words of one letter are of the context that the letter stands for, and all else of `rest`.
    fn trees(text: &str, rest: u32) -> Vec<Tree> {
        let mut trees = Reader::new().read(text.parse().expect("tokens"));
        recontext(&mut trees, rest);
        trees
    }

    fn recontext(trees: &mut [Tree], rest: u32) {
        let set = |leaf: &mut Leaf| {
            leaf.context = match leaf.text.as_str() {
                "r" => Some(ROOT),
                "a" => Some(1),
                "b" => Some(2),
                _ => Some(rest),
            }
        };
        for tree in trees {
            match tree {
                Tree::Leaf(leaf) => set(leaf),
                Tree::Branch(branch) => {
                    set(&mut branch.open);
                    set(&mut branch.close);
                    recontext(&mut branch.trees, rest);
                }
            }
        }
    }

    #[test]
    fn what_the_user_wrote_is_one_piece() {
        let (definitions, pieces) = lay_out(trees("fn x() { r + 1 }", ROOT));
        assert_eq!(definitions, "");
        assert_eq!(pieces, [Piece { place: Place::At(LineColumn { line: 1, column: 0 }), text: "fn x() { r + 1 }".to_owned() }]);
    }

    #[test]
    fn what_a_macro_wrote_is_a_macro_that_is_given_the_rest() {
        let (definitions, pieces) = lay_out(trees("fn a() -> u8 { r + r }", 1));
        assert_eq!(definitions, "macro_rules! m { ($a0:tt $a1:tt) => { fn a ( ) -> u8 { $a0 + $a1 } } }\n");
        assert_eq!(pieces[0], Piece { place: Place::Call, text: "m!{".to_owned() });
        assert_eq!(pieces[1], Piece { place: Place::At(LineColumn { line: 1, column: 15 }), text: "r   r".to_owned() });
        assert_eq!(pieces[2], Piece::next("}"));
    }

    #[test]
    fn arguments_that_are_used_twice_are_given_once_and_in_the_order_of_their_places() {
        let mut trees = trees("a r ; r", 1);
        trees.swap(1, 3);
        trees.push(trees[1].clone());
        let (definitions, pieces) = lay_out(trees);
        assert_eq!(definitions, "macro_rules! m { ($a0:tt $a1:tt) => { a $a1 ; $a0 $a1 } }\n");
        assert_eq!(pieces[1].text, "r   r");
    }

    #[test]
    fn every_expansion_has_a_macro_of_its_own() {
        let (definitions, pieces) = lay_out(trees("a b r ( b ) ( a )", 1));
        let expected = "macro_rules! m0 { ($a0:tt $a1:tt $a2:tt) => { a $a0 $a1 ( $a2 ) ( a ) } }\n\
                        macro_rules! m { ($a0:tt) => { m0 ! { b $a0 b } } }\n";
        assert_eq!(definitions, expected);
        assert_eq!(pieces[1].text, "r");
    }

    #[test]
    fn operators_are_one_argument() {
        let mut trees = trees("a ..= a <<= a", ROOT);
        recontext(&mut trees, ROOT);
        let (definitions, _) = lay_out(trees);
        assert_eq!(definitions, "macro_rules! m { ($a0:tt $a1:tt) => { a $a0 a $a1 a } }\n");
    }
}
