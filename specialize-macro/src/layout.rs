//! Laying out trees as text, at the lines and columns where they stand in the user's file.

use proc_macro2::LineColumn;

use crate::columns;
use crate::tree::{Leaf, Tree};

/// A piece of a function's text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where its first character stands.
    pub(crate) place: Place,
    /// What it says.
    pub(crate) text: String,
}

/// Where a piece of text stands in the user's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// At a position.
    At(LineColumn),
    /// Where the outermost macro around the function was called.
    Call,
    /// Behind the piece before.
    Next,
}

impl Piece {
    /// A piece behind the one before.
    pub(crate) fn next(text: impl Into<String>) -> Piece {
        Piece { place: Place::Next, text: text.into() }
    }
}

/// The text of trees at their places.
pub(crate) fn positioned(trees: &[Tree]) -> Piece {
    let mut page = Page::default();
    page.trees(trees);
    Piece { place: page.start.map_or(Place::Next, Place::At), text: page.text }
}

/// The text of trees on one line, wherever they stand.
pub(crate) fn plain(trees: &[Tree]) -> String {
    let mut page = Page { only_line: true, ..Page::default() };
    page.trees(trees);
    page.text
}

/// Text that is being laid out.
#[derive(Default)]
struct Page {
    text: String,
    only_line: bool,
    /// Where the text starts in the user's file.
    start: Option<LineColumn>,
    /// Where it ends.
    end: Option<LineColumn>,
    /// Where the last token ends in the user's file, by characters, if it stands there as it does here.
    last: Option<LineColumn>,
}

impl Page {
    fn trees(&mut self, trees: &[Tree]) {
        for tree in trees {
            match tree {
                Tree::Leaf(leaf) => self.put(leaf),
                Tree::Branch(branch) => {
                    self.put(&branch.open);
                    self.trees(&branch.trees);
                    self.put(&branch.close);
                }
            }
        }
    }

    /// Puts a token where it stands, or as soon behind the one before as it can.
    fn put(&mut self, leaf: &Leaf) {
        let gap = self.last.zip(leaf.extent).and_then(|(last, (start, _))| columns::gap(last, start));
        self.last = leaf.extent.map(|(_, end)| end);
        match (self.end, leaf.place.filter(|_| !self.only_line)) {
            (Some(_), Some(place)) if gap.is_some() => {
                self.text.extend(gap);
                self.end = Some(place);
            }
            (Some(end), Some(place)) if (place.line, place.column) >= (end.line, end.column) => {
                let lines = place.line - end.line;
                let spaces = if lines == 0 { place.column - end.column } else { place.column };
                self.text.extend(std::iter::repeat_n('\n', lines).chain(std::iter::repeat_n(' ', spaces)));
                self.end = Some(place);
            }
            (None, Some(place)) if self.text.is_empty() => (self.start, self.end) = (Some(place), Some(place)),
            // What has no place of its own stands on the line before.
            (None, Some(place)) if place.line > 1 => {
                self.start = Some(LineColumn { line: place.line - 1, column: 0 });
                self.text.push('\n');
                self.text.extend(std::iter::repeat_n(' ', place.column));
                self.end = Some(place);
            }
            _ if self.text.is_empty() => {}
            _ => self.add(" "),
        }
        self.add(&leaf.text);
    }

    /// Adds text, and moves the end behind it.
    fn add(&mut self, text: &str) {
        self.text.push_str(text);
        let Some(end) = &mut self.end else { return };
        match text.rsplit_once('\n') {
            Some((before, last)) => {
                end.line += before.matches('\n').count() + 1;
                end.column = columns::width(last);
            }
            None => end.column += columns::width(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Reader;

    fn read(text: &str) -> Piece {
        positioned(&Reader::new().read(text.parse().expect("tokens")))
    }

    #[test]
    fn text_keeps_its_lines_and_columns() {
        let text = "fn f<'a>(x: &'a [u8]) -> u8 {\n\n    let é = \"two\n  lines\"; // gone\n\tx[0] >>= -1 ..= x.0.1 && !y\n}";
        let expected = text.replace("// gone", "").replace('\t', " ").replace("; \n", ";\n");
        let piece = read(text);
        assert_eq!(piece.text, expected);
        assert_eq!(piece.place, Place::At(LineColumn { line: 1, column: 0 }));
    }

    #[test]
    fn a_piece_starts_where_its_first_token_stands() {
        let piece = read("\n   x + y");
        assert_eq!(piece, Piece { place: Place::At(LineColumn { line: 2, column: 3 }), text: "x + y".to_owned() });
    }

    #[test]
    fn predicates_get_private_names_in_their_places() {
        let mut reader = Reader::new();
        let text = "#[cfg(feature = \"x\")] a; cfg!(unix) + b; #[cfg_attr(unix, cfg(test), c)] d; #[rustfmt::skip] e; #[doc = \"\"] f";
        let piece = positioned(&reader.read(text.parse().expect("tokens")));
        let expected = "#[cfg(_0           )] a; cfg!(_1  ) + b; #[cfg_attr(_1  , cfg(_2  ), c)] d;                  e; #[doc = \"\"] f";
        assert_eq!(piece.text, expected);
        let predicates: Vec<String> = reader.predicates.iter().map(ToString::to_string).collect();
        assert_eq!(predicates, ["feature = \"x\"", "unix", "test"]);
    }

    #[test]
    fn plain_text_is_one_line() {
        assert_eq!(plain(&Reader::new().read("a\n  ::b( 'c' )".parse().expect("tokens"))), "a :: b ( 'c' )");
    }
}
