//! Text: a tokenizer with a set of delimiters, patterns of file names; and a program for a small stack machine.

use std::error::Error;

use globset::GlobBuilder;
use specialize::specialize;

use super::constants::{DELIMITERS, PATTERNS, program};
use super::stack_machine::run;
use super::{ByHand, Table, Ways};

/// Where tokens start that follow a delimiter, and how many do.
#[specialize(delimiters)]
fn tokenize(text: &[u8], delimiters: &[u8], starts: &mut [u32]) -> usize {
    let mut count = 0;
    for (index, byte) in text.iter().enumerate() {
        if delimiters.iter().any(|delimiter| delimiter == byte) {
            starts[count] = index as u32 + 1;
            count += 1;
        }
    }
    count
}

/// Whether a text fits a pattern, in which `*` stands for any bytes and `?` for one.
///
/// Each loop over the pattern stands for itself and compares without leaving early, so that it is unrolled.
#[specialize(pattern)]
fn matches(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
    let stars = pattern.iter().filter(|byte| **byte == b'*').count();
    // Where the star of a number stands.
    let star = |number: usize| {
        let (mut seen, mut place) = (0, pattern.len());
        for (index, byte) in pattern.iter().enumerate() {
            if *byte == b'*' {
                if seen == number {
                    place = index;
                }
                seen += 1;
            }
        }
        place
    };
    let fits = |text: &[u8], start: usize, end: usize| {
        let (text, segment) = (&text[..end - start], &pattern[start..end]);
        if segment.iter().filter(|byte| **byte == b'?').count() == 0 {
            return text == segment;
        }
        let differences = text.iter().zip(segment).map(|(byte, wanted)| if *wanted == b'?' { 0 } else { byte ^ wanted });
        differences.fold(0, |all, difference| all | difference) == 0
    };
    let first = star(0);
    if stars == 0 {
        return text.len() == first && fits(text, 0, first);
    }
    let last = star(stars - 1) + 1;
    let tail = pattern.len() - last;
    if text.len() < first + tail || !fits(text, 0, first) || !fits(&text[text.len() - tail..], last, pattern.len()) {
        return false;
    }
    let mut rest = &text[first..text.len() - tail];
    for number in 1..stars {
        let (start, end) = (star(number - 1) + 1, star(number));
        let Some(found) = (0..(rest.len() + 1).saturating_sub(end - start)).find(|place| fits(&rest[*place..], start, end)) else {
            return false;
        };
        rest = &rest[found + end - start..];
    }
    true
}

pub(crate) fn tokens(table: &mut Table, by_hand: &ByHand) -> Result<(), Box<dyn Error>> {
    let text = "let total = sum(a, b);\n\tname,street,4711,\"somewhere else\": none\n".repeat(64).into_bytes();
    for (delimiters, by_hand) in DELIMITERS.into_iter().zip(by_hand.tokenize) {
        let bound = tokenize::prepare(delimiters)?;
        let mut ways = Ways::of(
            |s: &mut (Vec<u8>, Vec<u32>, usize)| s.2 = tokenize::generic(&s.0, delimiters, &mut s.1),
            move |s| s.2 = bound.call(&s.0, &mut s.1),
            move |s| s.2 = by_hand(&s.0, &mut s.1),
        );
        if let [delimiter] = *delimiters {
            ways = ways.library("memchr", move |s| s.2 = note(memchr::memchr_iter(delimiter, &s.0), &mut s.1));
        } else if let [a, b, c] = *delimiters {
            ways = ways.library("memchr", move |s| s.2 = note(memchr::memchr3_iter(a, b, c, &s.0), &mut s.1));
        }
        let name = format!("tokens of {} bytes, {} delimiters", text.len(), delimiters.len());
        table.row(&name, (text.clone(), vec![0; text.len()], 0), ways);
    }
    Ok(())
}

fn note(found: impl Iterator<Item = usize>, starts: &mut [u32]) -> usize {
    found.zip(starts).map(|(index, start)| *start = index as u32 + 1).count()
}

pub(crate) fn patterns(table: &mut Table, by_hand: &ByHand) -> Result<(), Box<dyn Error>> {
    let texts =
        ["src/lib.rs", "specialize-runtime/src/compile/server/main_io.rs", "src/a/b/compile/server/main_io.rs", "src/x.c", "README.md"];
    let texts = texts.map(str::to_owned);
    for (pattern, by_hand) in PATTERNS.into_iter().zip(by_hand.matches) {
        let bound = matches::prepare(pattern)?;
        let glob = GlobBuilder::new(pattern).literal_separator(false).build()?.compile_matcher();
        let ways = Ways::of(
            |s: &mut ([String; 5], [bool; 5])| s.1 = s.0.each_ref().map(|text| matches::generic(text, pattern)),
            move |s| s.1 = s.0.each_ref().map(|text| bound.call(text)),
            move |s| s.1 = s.0.each_ref().map(|text| by_hand(text)),
        )
        .library("globset", move |s| s.1 = s.0.each_ref().map(|text| glob.is_match(text)));
        table.row(&format!("{pattern} over 5 names"), (texts.clone(), [false; 5]), ways);
    }
    Ok(())
}

pub(crate) fn programs(table: &mut Table, by_hand: &ByHand) -> Result<(), Box<dyn Error>> {
    let program = program();
    let (bound, by_hand) = (run::prepare(&program)?, by_hand.run);
    let ways = Ways::of(|s: &mut u64| *s = run::generic(*s, &program), move |s| *s = bound.call(*s), move |s| *s = by_hand(*s));
    table.row(&format!("program of {} instructions", program.len()), 5, ways);
    Ok(())
}
