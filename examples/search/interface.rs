//! The query as the article "Interface Dispatch" has it: a tree of iterators over documents, each of which knows its children only by an
//! interface.

use super::engine::{END, Hit, keep};
use super::query::{Plan, Query};

/// Documents in order, with their scores.
trait Documents {
    /// Where it stands.
    fn now(&self) -> u32;
    /// Goes to the first document from `target` on.
    fn advance(&mut self, target: u32) -> u32;
    /// The score of the document where it stands.
    fn score(&self) -> f32;
}

/// An operand of which nothing is known but the interface.
type Operand<'a> = Box<dyn Documents + 'a>;

impl Documents for Operand<'_> {
    fn now(&self) -> u32 {
        (**self).now()
    }

    fn advance(&mut self, target: u32) -> u32 {
        (**self).advance(target)
    }

    fn score(&self) -> f32 {
        (**self).score()
    }
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

struct And<A, B>(A, B);

impl<A: Documents, B: Documents> Documents for And<A, B> {
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

struct Or<A, B>(A, B);

impl<A: Documents, B: Documents> Documents for Or<A, B> {
    fn now(&self) -> u32 {
        self.0.now().min(self.1.now())
    }

    fn advance(&mut self, target: u32) -> u32 {
        self.0.advance(target).min(self.1.advance(target))
    }

    fn score(&self) -> f32 {
        let (first, second) = (self.0.now(), self.1.now());
        let score_of = |stands, score: &dyn Fn() -> f32| if stands { score() } else { 0.0 };
        score_of(first <= second, &|| self.0.score()) + score_of(second <= first, &|| self.1.score())
    }
}

/// The best of several, and a share of the others.
struct DisMax<A> {
    operands: Vec<A>,
    share: f32,
    now: u32,
}

impl<A: Documents> Documents for DisMax<A> {
    fn now(&self) -> u32 {
        self.now
    }

    fn advance(&mut self, target: u32) -> u32 {
        self.now = self.operands.iter_mut().map(|operand| operand.advance(target)).min().unwrap_or(END);
        self.now
    }

    fn score(&self) -> f32 {
        let mut scores = self.operands.iter().map(|operand| if operand.now() == self.now { operand.score() } else { 0.0 });
        let first = (scores.next().unwrap_or(0.0), 0.0);
        let better = |(best, rest): (f32, f32), score| if score > best { (score, rest + best) } else { (best, rest + score) };
        let (best, rest) = scores.fold(first, better);
        best + self.share * rest
    }
}

struct Not<A, B>(A, B);

impl<A: Documents, B: Documents> Documents for Not<A, B> {
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

struct Constant<A>(A, f32);

impl<A: Documents> Documents for Constant<A> {
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

fn word(plan: &Plan, number: usize) -> Word<'_> {
    let (documents, scores) = plan.postings_of(number);
    Word { documents, scores, place: 0 }
}

/// The iterators of a query; `number` is the number of its first word, and of the first behind it.
fn iterators<'a>(query: &Query, plan: &'a Plan, number: &mut usize) -> Operand<'a> {
    let mut of = |query: &Query| iterators(query, plan, number);
    match query {
        Query::And(first, second) => Box::new(And(of(first), of(second))),
        Query::Or(first, second) => Box::new(Or(of(first), of(second))),
        Query::Not(first, second) => Box::new(Not(of(first), of(second))),
        Query::DisMax(share, operands) => Box::new(DisMax { operands: operands.iter().map(of).collect(), share: *share, now: 0 }),
        Query::Constant(score, operand) => Box::new(Constant(of(operand), *score)),
        Query::Word(_) => {
            *number += 1;
            Box::new(word(plan, *number - 1))
        }
    }
}

/// Puts the best documents into `best`, best first, and gives how many there are in all.
pub(crate) fn search(plan: &Plan, query: &Query, best: &mut [Hit]) -> usize {
    best_of(iterators(query, plan, &mut 0), best)
}

/// The default query by the same iterators, as it would have been written if it had been known: no type is behind an interface.
pub(crate) fn by_hand(plan: &Plan, best: &mut [Hit]) -> usize {
    let word = |number| word(plan, number);
    let chosen = DisMax { operands: vec![word(0), word(1), word(2)], share: plan.numbers[0], now: 0 };
    let restricted = Not(And(word(3), word(4)), word(5));
    best_of(Or(Or(chosen, restricted), Constant(word(6), plan.numbers[1])), best)
}

fn best_of(mut documents: impl Documents, best: &mut [Hit]) -> usize {
    let (mut found, mut now) = (0, documents.advance(0));
    while now != END {
        keep(best, found, (now, documents.score()));
        found += 1;
        now = documents.advance(now + 1);
    }
    found
}
