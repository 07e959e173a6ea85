//! Columns as the place of a panic counts them, which is as a terminal shows them: a tab takes four, a wide character two.
//!
//! A span counts characters instead. What stands in front of a token is read from the user's file.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use proc_macro2::{LineColumn, Span};
use unicode_width::UnicodeWidthChar;

thread_local! {
    /// The file that was read last: one function stands in one file.
    static LAST: RefCell<Option<(PathBuf, Vec<String>)>> = const { RefCell::new(None) };
}

/// Where a token starts; nothing if it stands nowhere.
pub(crate) fn place(span: Span) -> Option<LineColumn> {
    let start = span.start();
    if start.line == 0 {
        return None;
    }
    let column = front(span, start).map_or(start.column, |front| width(&front));
    Some(LineColumn { line: start.line, column })
}

/// How many columns `text` takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|character| if character == '\t' { 4 } else { character.width().unwrap_or(1) }).sum()
}

/// What stands in front of a token on its line, if the file is the one that is being compiled.
fn front(span: Span, start: LineColumn) -> Option<String> {
    let (path, text) = (span.local_file()?, span.source_text()?);
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(known, _)| *known != path) {
            let lines = fs::read_to_string(&path).ok()?.lines().map(str::to_owned).collect();
            *last = Some((path, lines));
        }
        let (_, lines) = last.as_ref()?;
        let line = lines.get(start.line - 1)?;
        let split = line.char_indices().nth(start.column).map_or(line.len(), |(index, _)| index);
        let (front, behind) = line.split_at(split);
        // The documentation's examples stand in another file than they seem to.
        behind.starts_with(text.lines().next()?).then(|| front.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_take_four_columns_and_wide_characters_two() {
        assert_eq!(width("a\tb"), 6);
        assert_eq!(width("é\u{301}"), 1);
        assert_eq!(width("漢"), 2);
    }
}
