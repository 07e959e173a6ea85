//! A small full-text engine, whose queries are objects behind an interface, or values.
//!
//! `cargo run --release --example search -- 'borrow AND (mutable OR shared) NOT unsafe'` searches the Rust documentation on this machine;
//! `--folder` names another folder with text. A query is made of words, `AND`, `OR`, `NOT` (after what it restricts), parentheses,
//! `DISMAX(0.1, a, b)` (the best of several, and a tenth of the others) and `CONSTANT(2, a)` (matches of `a`, all with a score of 2).
//!
//! The value is the query's *shape*: its operations, in order. Its words and numbers stay ordinary arguments. What is gained is what it
//! takes to combine documents; a query such as `borrow AND lifetime`, which mostly skips them, gains less.

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
use engine::{Hit, search};
use index::Index;
use query::{Plan, Query};
use shared::{BY_HAND, DISPATCHER, GENERIC, HANDLE, INTERFACE, Meter, Way, compare};
use specialize::specialize;

/// What is specialized: the search, on the query's shape.
#[specialize]
mod engine {
    /// How many words a query may have, and how deep it may be.
    pub(crate) const WORDS: usize = 16;

    /// There are no more documents.
    pub(crate) const END: u32 = u32::MAX;

    /// A document and its score.
    pub(crate) type Hit = (u32, f32);

    /// One of a query's operations, in which operands come first.
    #[derive(Clone, Copy, Debug, specialize::Value)]
    pub(crate) enum Step {
        /// The word of a number.
        Word(u8),
        And,
        Or,
        Not,
        /// One more for DISMAX to choose from.
        Choose,
        /// The end of a DISMAX, with the share of the others in the numbers.
        Share(u8),
        /// A score that is in the numbers.
        Constant(u8),
    }

    /// What is searched: the documents of a word, and the word's scores in them, are `words[word]..words[word + 1]` of both.
    #[derive(Clone, Copy)]
    pub(crate) struct Postings<'a> {
        pub(crate) documents: &'a [u32],
        pub(crate) scores: &'a [f32],
        pub(crate) words: &'a [u32],
    }

    /// How many documents a word passes over at once, where it can.
    const STRIDE: usize = 16;

    /// Where each word stands and ends, in which document that is, and its score there.
    struct Cursors {
        places: [usize; WORDS],
        ends: [usize; WORDS],
        now: [u32; WORDS],
        scores: [f32; WORDS],
    }

    impl Cursors {
        #[inline(always)]
        fn stand(&mut self, postings: &Postings<'_>, word: u8, place: usize) {
            let word = word as usize % WORDS;
            self.places[word] = place;
            let is_there = place < self.ends[word];
            self.now[word] = if is_there { postings.documents[place] } else { END };
            self.scores[word] = if is_there { postings.scores[place] } else { 0.0 };
        }

        /// Brings a word nearer to a document, if it stands before it, and says whether it does so still.
        #[inline(always)]
        fn approach(&mut self, postings: &Postings<'_>, word: u8, document: u32) -> bool {
            if self.now[word as usize % WORDS] < document {
                let (place, end) = (self.places[word as usize % WORDS], self.ends[word as usize % WORDS]);
                let far = place + STRIDE;
                let is_far = far < end && postings.documents[far] < document;
                self.stand(postings, word, if is_far { far } else { place + 1 });
            }
            self.now[word as usize % WORDS] < document
        }
    }

    /// The least document that can match, from where each word stands: for AND the greater of its operands, for OR the lesser.
    #[inline(always)]
    fn next_document(cursors: &Cursors, steps: &[Step]) -> u32 {
        let (mut nexts, mut top) = ([END; WORDS], 0usize);
        for step in steps {
            match *step {
                Step::Word(word) => {
                    nexts[top % WORDS] = cursors.now[word as usize % WORDS];
                    top += 1;
                }
                Step::Share(_) | Step::Constant(_) => {}
                operation => {
                    top -= 1;
                    let (first, second) = (nexts[(top - 1) % WORDS], nexts[top % WORDS]);
                    nexts[(top - 1) % WORDS] = match operation {
                        Step::And => {
                            if first > second {
                                first
                            } else {
                                second
                            }
                        }
                        Step::Not => first,
                        _ => {
                            if first < second {
                                first
                            } else {
                                second
                            }
                        }
                    };
                }
            }
        }
        nexts[0]
    }

    /// Whether a part of a query matches, with its score; and of a DISMAX, the sum of all that are not the best.
    #[derive(Clone, Copy)]
    struct Match {
        matches: bool,
        score: f32,
        rest: f32,
    }

    /// What does not match adds nothing further up.
    const NO_MATCH: Match = Match { matches: false, score: 0.0, rest: 0.0 };

    #[inline(always)]
    fn matched(matches: bool, score: f32, rest: f32) -> Match {
        if matches { Match { matches, score, rest } } else { NO_MATCH }
    }

    #[inline(always)]
    fn combined(operation: Step, first: Match, second: Match) -> Match {
        let either = first.matches | second.matches;
        match operation {
            Step::And => matched(first.matches & second.matches, first.score + second.score, 0.0),
            Step::Or => matched(either, first.score + second.score, 0.0),
            Step::Not => matched(first.matches & !second.matches, first.score, 0.0),
            _ if second.score > first.score => matched(either, second.score, first.rest + first.score),
            _ => matched(either, first.score, first.rest + second.score),
        }
    }

    /// The score of a document, if the query matches it.
    #[inline(always)]
    fn score_of(document: u32, cursors: &Cursors, numbers: &[f32], steps: &[Step]) -> Match {
        let (mut stack, mut top) = ([NO_MATCH; WORDS], 0usize);
        for step in steps {
            match *step {
                Step::Word(word) => {
                    stack[top % WORDS] =
                        matched(cursors.now[word as usize % WORDS] == document, cursors.scores[word as usize % WORDS], 0.0);
                    top += 1;
                }
                Step::Share(number) => {
                    let best = stack[(top - 1) % WORDS];
                    stack[(top - 1) % WORDS] = matched(best.matches, best.score + numbers[number as usize] * best.rest, 0.0);
                }
                Step::Constant(number) => {
                    stack[(top - 1) % WORDS] = matched(stack[(top - 1) % WORDS].matches, numbers[number as usize], 0.0);
                }
                operation => {
                    top -= 1;
                    stack[(top - 1) % WORDS] = combined(operation, stack[(top - 1) % WORDS], stack[top % WORDS]);
                }
            }
        }
        stack[0]
    }

    /// Puts a hit where it belongs among the best of those found before; among equals the first stays before.
    pub(crate) fn keep(best: &mut [Hit], found: usize, hit: Hit) {
        let mut place = best.len().min(found);
        while place > 0 && best[place - 1].1 < hit.1 {
            if place < best.len() {
                best[place] = best[place - 1];
            }
            place -= 1;
        }
        if place < best.len() {
            best[place] = hit;
        }
    }

    /// Puts the best documents of a query into `best`, best first, and gives how many there are in all.
    ///
    /// Each loop over the steps has neither a loop nor a call in it: only then does LLVM look at what the steps make of it, and unrolls it.
    #[specialize(steps)]
    pub(crate) fn search(postings: &Postings<'_>, numbers: &[f32], best: &mut [Hit], steps: &[Step]) -> usize {
        let mut cursors = Cursors { places: [0; WORDS], ends: [0; WORDS], now: [END; WORDS], scores: [0.0; WORDS] };
        for step in steps {
            if let Step::Word(word) = *step {
                cursors.ends[word as usize % WORDS] = postings.words[word as usize + 1] as usize;
                cursors.stand(postings, word, postings.words[word as usize] as usize);
            }
        }
        let mut found = 0;
        loop {
            let document = next_document(&cursors, steps);
            if document == END {
                return found;
            }
            let mut is_behind = false;
            for step in steps {
                if let Step::Word(word) = *step {
                    is_behind |= cursors.approach(postings, word, document);
                }
            }
            if is_behind {
                continue;
            }
            let hit = score_of(document, &cursors, numbers, steps);
            if hit.matches {
                keep(best, found, (document, hit.score));
                found += 1;
            }
            for step in steps {
                if let Step::Word(word) = *step {
                    let place = cursors.places[word as usize % WORDS] + (cursors.now[word as usize % WORDS] == document) as usize;
                    cursors.stand(postings, word, place);
                }
            }
        }
    }
}

/// What is searched for where nothing is asked for.
const QUERY: &str = "DISMAX(0.1, borrow, reference, pointer) OR (mutable AND lifetime NOT unsafe) OR CONSTANT(0.5, move)";

/// A small full-text engine, whose queries are objects behind an interface, or values.
#[derive(Arguments)]
pub(crate) struct Settings {
    /// What to search for.
    #[arg(default_value = QUERY)]
    query: String,
    /// A folder with text (`.txt`, `.md`, `.rs`, `.html`), instead of the Rust documentation.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// How many documents are read at most.
    #[arg(long, default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(1..))]
    documents: u32,
    /// How many of the best are shown.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    best: u32,
}

fn main() -> ExitCode {
    shared::main(|settings| run(settings, &mut shared::table))
}

pub(crate) fn run(settings: Settings, meter: &mut Meter<'_>) -> Result<(), String> {
    let query = query::query(&settings.query)?;
    let folder = match &settings.folder {
        Some(folder) => folder.clone(),
        None => index::rust_documentation()?,
    };
    let index = Index::of(&folder, settings.documents as usize)?;
    println!("{} documents of {}, {} words", index.names.len(), folder.display(), index.words.len());
    show(&index, &query, &settings, meter)
}

fn show(index: &Index, query: &Query, settings: &Settings, meter: &mut Meter<'_>) -> Result<(), String> {
    let plan = &Plan::new(query, index)?;
    let (bound, took) = shared::ready(|| search::prepare(&plan.steps), || search::bind(&plan.steps));
    let hits = |run: &dyn Fn(&mut [Hit]) -> usize| {
        let mut hits = vec![(0, 0.0); settings.best as usize];
        let found = run(&mut hits);
        hits.truncate(found);
        // Scores agree to the bit.
        (found, hits.into_iter().map(|(document, score)| (document, score.to_bits())).collect::<Vec<_>>())
    };
    let (postings, numbers, steps) = (&plan.postings(), &plan.numbers[..], &plan.steps[..]);
    let (found, first) = hits(&|best| search::generic(postings, numbers, best, steps));
    println!("{}: {found} documents", settings.query);
    for (document, score) in &first {
        println!("  {:>8.4}  {}", f32::from_bits(*score), index.names[*document as usize]);
    }
    shared::arrived(search::table(), bound.tier(), took);
    let mut ways: Vec<Way<'_, _>> = vec![
        (INTERFACE, "iterators behind an interface", Box::new(|| hits(&|best| interface::search(plan, query, best)))),
        (GENERIC, "the query interpreted for each document", {
            Box::new(|| hits(&|best| search::generic(postings, numbers, best, black_box(steps))))
        }),
        (DISPATCHER, "specialized on the query's shape", { Box::new(|| hits(&|best| search(postings, numbers, best, black_box(steps)))) }),
        (HANDLE, "specialized on the query's shape", Box::new(|| hits(&|best| bound.call(postings, numbers, best)))),
    ];
    if settings.query == QUERY {
        ways.push((BY_HAND, "iterators of types that are known", Box::new(|| hits(&|best| interface::by_hand(plan, best)))));
    }
    compare(meter, &format!("search: {} steps", steps.len()), "posting", plan.documents.len().max(1) as f64, ways)
}
