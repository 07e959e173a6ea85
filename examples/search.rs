//! A small full-text engine, whose queries are objects behind an interface, or values.
//!
//! `cargo run --release --example search -- 'borrow AND (mutable OR shared) NOT unsafe'` searches the Rust documentation on this machine;
//! `--folder` names another folder with text. A query is made of words, `AND`, `OR`, `NOT` (after what it restricts), parentheses,
//! `DISMAX(0.1, a, b)` (the best of several, and a tenth of the others) and `CONSTANT(2, a)` (matches of `a`, all with a score of 2).
//!
//! The value is the query's *shape*: its operations, in order. Its words and numbers stay ordinary arguments. What is gained is what it
//! takes to combine documents; a query such as `borrow AND lifetime`, which mostly skips them, gains little.

#[path = "search/index.rs"]
mod index;
#[path = "search/interface.rs"]
mod interface;
#[path = "search/query.rs"]
mod query;
mod shared;

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as Arguments;
use index::Index;
use shared::{Way, compare};
use specialize::specialize;

/// A document and its score.
pub(crate) type Hit = (u32, f32);

/// Puts the best documents of a query into `best`, best first, and gives how many there are in all.
///
/// `shape` is a list of operations, operands first, each with a number: 0 is the word of that number, whose documents and scores are
/// `words[number]..words[number + 1]` of `documents` and `scores`; 1 is AND, 2 OR, 3 NOT, 4 adds one to what DISMAX chooses from, and 5
/// ends it, with the share of the others in `numbers`; 6 is CONSTANT, with its score in `numbers`.
#[specialize(shape)]
fn search(documents: &[u32], scores: &[f32], words: &[u32], numbers: &[f32], best: &mut [(u32, f32)], shape: &[(u8, u8)]) -> usize {
    const END: u32 = u32::MAX;

    /// The first place from `place` on whose document is not before `document`. Never inlined: LLVM looks at what a constant does to a
    /// loop only where there is no other loop in it.
    #[inline(never)]
    fn advance(documents: &[u32], mut place: usize, document: u32) -> usize {
        while place < documents.len() && documents[place] < document {
            place += 1;
        }
        place
    }

    let (mut places, mut now) = ([0usize; 16], [END; 16]);
    for &(operation, number) in shape {
        if operation == 0 {
            let word = number as usize;
            places[word % 16] = words[word] as usize;
            now[word % 16] = if words[word] < words[word + 1] { documents[words[word] as usize] } else { END };
        }
    }
    let mut found = 0;
    loop {
        // The least document that can match, from where each word stands: for AND the greatest of its operands, for OR the least.
        let (mut nexts, mut top) = ([END; 16], 0usize);
        for &(operation, number) in shape {
            match operation {
                0 => {
                    nexts[top % 16] = now[number as usize % 16];
                    top += 1;
                }
                1..=4 => {
                    top -= 1;
                    let (first, second) = (nexts[(top - 1) % 16], nexts[top % 16]);
                    nexts[(top - 1) % 16] = match operation {
                        1 => {
                            if first > second {
                                first
                            } else {
                                second
                            }
                        }
                        3 => first,
                        _ => {
                            if first < second {
                                first
                            } else {
                                second
                            }
                        }
                    };
                }
                _ => {}
            }
        }
        let document = nexts[0];
        if document == END {
            return found;
        }
        // Whether it does, and its score; of DISMAX, the best so far and the sum of the others.
        let (mut stack, mut top) = ([(false, 0f32, 0f32); 16], 0usize);
        for &(operation, number) in shape {
            match operation {
                0 => {
                    let word = number as usize % 16;
                    let end = words[word + 1] as usize;
                    if now[word] < document {
                        places[word] = advance(&documents[..end], places[word], document);
                        now[word] = if places[word] < end { documents[places[word]] } else { END };
                    }
                    let matches = now[word] == document;
                    stack[top % 16] = (matches, if matches { scores[places[word]] } else { 0.0 }, 0.0);
                    top += 1;
                    if matches {
                        places[word] += 1;
                        now[word] = if places[word] < end { documents[places[word]] } else { END };
                    }
                }
                1..=4 => {
                    top -= 1;
                    let ((first, score, rest), (second, other, _)) = (stack[(top - 1) % 16], stack[top % 16]);
                    stack[(top - 1) % 16] = match operation {
                        1 => (first & second, score + other, 0.0),
                        2 => (first | second, score + other, 0.0),
                        3 => (first & !second, score, 0.0),
                        _ if other > score => (first | second, other, rest + score),
                        _ => (first | second, score, rest + other),
                    };
                    // What does not match adds nothing further up.
                    if !stack[(top - 1) % 16].0 {
                        stack[(top - 1) % 16] = (false, 0.0, 0.0);
                    }
                }
                5 => {
                    let (matches, score, rest) = stack[(top - 1) % 16];
                    stack[(top - 1) % 16] = (matches, score + numbers[number as usize] * rest, 0.0);
                }
                _ => {
                    let matches = stack[(top - 1) % 16].0;
                    stack[(top - 1) % 16] = (matches, if matches { numbers[number as usize] } else { 0.0 }, 0.0);
                }
            }
        }
        let (matches, score, _) = stack[0];
        if matches {
            // Among equals the first stays before.
            let mut place = best.len().min(found);
            found += 1;
            while place > 0 && best[place - 1].1 < score {
                if place < best.len() {
                    best[place] = best[place - 1];
                }
                place -= 1;
            }
            if place < best.len() {
                best[place] = (document, score);
            }
        }
    }
}

/// A small full-text engine, whose queries are objects behind an interface, or values.
#[derive(Arguments)]
struct Settings {
    /// What to search for.
    #[arg(default_value = "DISMAX(0.1, borrow, reference, pointer) OR (mutable AND lifetime NOT unsafe) OR CONSTANT(0.5, move)")]
    query: String,
    /// A folder with text (`.txt`, `.md`, `.rs`, `.html`), instead of the Rust documentation.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// How many documents are read at most.
    #[arg(long, default_value_t = 4_000)]
    documents: usize,
    /// How many of the best are shown.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    best: u32,
}

fn main() -> ExitCode {
    shared::main(run)
}

fn run(settings: Settings) -> Result<(), String> {
    let query = query::query(&settings.query)?;
    let folder = match settings.folder {
        Some(folder) => folder,
        None => index::rust_documentation()?,
    };
    let index = Index::of(&folder, settings.documents)?;
    println!("{} documents of {}, {} words", index.names.len(), folder.display(), index.words.len());
    let plan = query::Plan::new(&query, &index)?;
    let best = settings.best as usize;

    let (bound, took) = shared::ready(|| search::prepare(&plan.shape), || search::bind(&plan.shape));
    let hits = |run: &dyn Fn(&mut [Hit]) -> usize| {
        let mut hits = vec![(0, 0.0); best];
        let found = run(&mut hits);
        hits.truncate(found);
        // Scores agree to the bit.
        (found, hits.into_iter().map(|(document, score)| (document, score.to_bits())).collect::<Vec<_>>())
    };
    let (documents, scores, words, numbers) = (&plan.documents[..], &plan.scores[..], &plan.words[..], &plan.numbers[..]);
    let (found, first) = hits(&|best| search::generic(documents, scores, words, numbers, best, &plan.shape));
    println!("{}: {found} documents", settings.query);
    for (document, score) in &first {
        println!("  {:>8.4}  {}", f32::from_bits(*score), index.names[*document as usize]);
    }
    shared::arrived(search::table(), bound.tier(), took);
    let mut ways: [Way<'_, _>; 4] = [
        ("iterators behind an interface (dyn)", Box::new(|| hits(&|best| interface::search(&plan, &query, best)))),
        (
            "generic, the query interpreted for each document",
            Box::new(|| hits(&|best| search::generic(documents, scores, words, numbers, best, black_box(&plan.shape)))),
        ),
        (
            "specialized on the query's shape, by the dispatcher",
            Box::new(|| hits(&|best| search(documents, scores, words, numbers, best, black_box(&plan.shape)))),
        ),
        ("specialized on the query's shape, by handle", Box::new(|| hits(&|best| bound.call(documents, scores, words, numbers, best)))),
    ];
    compare("posting", documents.len().max(1) as f64, &mut ways)
}
