//! The article's way: a query is a tree of iterators over documents, each of which knows its children by an interface only.

use crate::Hit;
use crate::query::{Plan, Query};

/// There are no more documents.
const END: u32 = u32::MAX;

/// Documents in order, with their scores.
trait Documents {
    /// Where it stands.
    fn now(&self) -> u32;
    /// Goes to the first document from `target` on.
    fn advance(&mut self, target: u32) -> u32;
    /// The score of the document where it stands.
    fn score(&self) -> f32;
}

struct Word<'a> {
    documents: &'a [u32],
    scores: &'a [f32],
    place: usize,
}

impl Documents for Word<'_> {
    fn now(&self) -> u32 {
        self.documents.get(self.place).copied().unwrap_or(END)
    }

    fn advance(&mut self, target: u32) -> u32 {
        while self.now() < target {
            self.place += 1;
        }
        self.now()
    }

    fn score(&self) -> f32 {
        self.scores[self.place]
    }
}

struct And<'a>(Box<dyn Documents + 'a>, Box<dyn Documents + 'a>);

impl Documents for And<'_> {
    fn now(&self) -> u32 {
        self.0.now()
    }

    fn advance(&mut self, target: u32) -> u32 {
        let mut first = self.0.advance(target);
        loop {
            let second = self.1.advance(first);
            if first == second {
                return first;
            }
            first = self.0.advance(second);
            // Both have to end where one does.
            if first == second {
                return first;
            }
        }
    }

    fn score(&self) -> f32 {
        self.0.score() + self.1.score()
    }
}

/// OR, and DISMAX with its share.
struct Any<'a> {
    operands: Vec<Box<dyn Documents + 'a>>,
    share: Option<f32>,
    now: u32,
}

impl Documents for Any<'_> {
    fn now(&self) -> u32 {
        self.now
    }

    fn advance(&mut self, target: u32) -> u32 {
        self.now = self.operands.iter_mut().map(|operand| operand.advance(target)).min().unwrap_or(END);
        self.now
    }

    fn score(&self) -> f32 {
        let mut scores = self.operands.iter().map(|operand| if operand.now() == self.now { operand.score() } else { 0.0 });
        let Some(share) = self.share else { return scores.fold(0.0, |sum, score| sum + score) };
        let first = (scores.next().unwrap_or(0.0), 0.0);
        let better = |(best, rest): (f32, f32), score| if score > best { (score, rest + best) } else { (best, rest + score) };
        let (best, rest) = scores.fold(first, better);
        best + share * rest
    }
}

struct Not<'a>(Box<dyn Documents + 'a>, Box<dyn Documents + 'a>);

impl Documents for Not<'_> {
    fn now(&self) -> u32 {
        self.0.now()
    }

    fn advance(&mut self, target: u32) -> u32 {
        let mut now = self.0.advance(target);
        while now != END && self.1.advance(now) == now {
            now = self.0.advance(now + 1);
        }
        now
    }

    fn score(&self) -> f32 {
        self.0.score()
    }
}

struct Constant<'a>(Box<dyn Documents + 'a>, f32);

impl Documents for Constant<'_> {
    fn now(&self) -> u32 {
        self.0.now()
    }

    fn advance(&mut self, target: u32) -> u32 {
        self.0.advance(target)
    }

    fn score(&self) -> f32 {
        self.1
    }
}

/// The iterators of a query; `word` is the number of its first word, and of the first behind it.
fn iterators<'a>(query: &Query, plan: &'a Plan, word: &mut usize) -> Box<dyn Documents + 'a> {
    let mut of = |query: &Query| iterators(query, plan, word);
    match query {
        Query::And(first, second) => Box::new(And(of(first), of(second))),
        Query::Or(first, second) => Box::new(Any { operands: vec![of(first), of(second)], share: None, now: 0 }),
        Query::Not(first, second) => Box::new(Not(of(first), of(second))),
        Query::DisMax(share, operands) => Box::new(Any { operands: operands.iter().map(of).collect(), share: Some(*share), now: 0 }),
        Query::Constant(score, operand) => Box::new(Constant(of(operand), *score)),
        Query::Word(_) => {
            let (documents, scores) = plan.postings(*word);
            *word += 1;
            Box::new(Word { documents, scores, place: 0 })
        }
    }
}

/// Puts the best documents into `best`, best first, and gives how many there are in all.
pub(crate) fn search(plan: &Plan, query: &Query, best: &mut [Hit]) -> usize {
    let mut documents = iterators(query, plan, &mut 0);
    let (mut found, mut now) = (0, documents.advance(0));
    while now != END {
        let score = documents.score();
        let mut place = best.len().min(found);
        found += 1;
        while place > 0 && best[place - 1].1 < score {
            if place < best.len() {
                best[place] = best[place - 1];
            }
            place -= 1;
        }
        if place < best.len() {
            best[place] = (now, score);
        }
        now = documents.advance(now + 1);
    }
    found
}
