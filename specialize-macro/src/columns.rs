//! Columns as the place of a panic counts them, which is as a terminal shows them: a tab takes four, a wide character two.
//!
//! A span counts characters instead, and so does `column!()`. What stands in front of a token is read from the user's file.

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

/// What stands between two tokens in the file that was read last, if that is nothing but white space and comments: copied behind the
/// first token, it puts the second one into its place, however columns are counted.
pub(crate) fn gap(from: LineColumn, to: LineColumn) -> Option<String> {
    LAST.with_borrow(|last| {
        let (_, lines) = last.as_ref()?;
        let mut gap = String::new();
        for number in from.line..=to.line {
            let line = lines.get(number - 1)?;
            let start = if number == from.line { byte(line, from.column)? } else { 0 };
            let end = if number == to.line { byte(line, to.column)? } else { line.len() };
            gap.push_str(line.get(start..end)?);
            if number < to.line {
                gap.push('\n');
            }
        }
        is_blank(&gap).then_some(gap)
    })
}

/// Where the character at `column` starts.
fn byte(line: &str, column: usize) -> Option<usize> {
    line.char_indices().map(|(index, _)| index).chain([line.len()]).nth(column)
}

/// Whether text is nothing but white space and whole comments that do not document anything.
fn is_blank(text: &str) -> bool {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let documents =
            |start: &str| rest.starts_with(start) && !rest.starts_with("/**/") && !rest.starts_with("////") && !rest.starts_with("/***");
        if ["///", "//!", "/**", "/*!"].into_iter().any(documents) {
            return false;
        }
        let end = if rest.starts_with("//") { rest.find('\n').map(|end| end + 1) } else { end_of_comment(rest) };
        let Some(behind) = end.and_then(|end| rest.get(end..)) else {
            return false;
        };
        rest = behind.trim_start();
    }
    true
}

/// Where the comment that `text` starts with ends; comments may stand in comments.
fn end_of_comment(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    loop {
        let rest = text.get(at..)?;
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if depth == 0 {
            return None;
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += rest.chars().next()?.len_utf8();
        }
    }
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

    #[test]
    fn white_space_and_comments_are_blank() {
        for text in ["", " \t\n", "/* a /* b */ 漢 */ // c\n  ", "/**/", "//// not documentation\n"] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["x", "/* open", "/ *", "/// documentation\n", "/** the same */", "#[attribute]", "// no end"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
