//! The query as objects, each of which knows those it is made of only by their interface.

use super::Answer;
use super::data::Table;
use super::engine::{Aggregate, LANES, Step};
use super::query::Query;

/// A part of a filter.
pub(crate) trait Predicate {
    fn holds(&self, block: &[u64], lane: usize) -> bool;
}

impl<F: Fn(&[u64], usize) -> bool> Predicate for F {
    fn holds(&self, block: &[u64], lane: usize) -> bool {
        self(block, lane)
    }
}

fn object(holds: impl Fn(&[u64], usize) -> bool + 'static) -> Box<dyn Predicate> {
    Box::new(holds)
}

/// A comparison of the cells of a column, which knows how to compare since it was made.
fn comparison(column: u8, holds: impl Fn(u64) -> bool + 'static) -> Box<dyn Predicate> {
    object(move |block: &[u64], lane: usize| holds(block[usize::from(column) * LANES + lane]))
}

macro_rules! comparison_of {
    ($comparison:expr, $column:expr, $literal:expr, $number:expr) => {{
        use super::engine::Comparison::*;
        let literal = $number($literal);
        match $comparison {
            Equal => comparison($column, move |cell| $number(cell) == literal),
            NotEqual => comparison($column, move |cell| $number(cell) != literal),
            Less => comparison($column, move |cell| $number(cell) < literal),
            LessOrEqual => comparison($column, move |cell| $number(cell) <= literal),
            Greater => comparison($column, move |cell| $number(cell) > literal),
            GreaterOrEqual => comparison($column, move |cell| $number(cell) >= literal),
        }
    }};
}

/// The objects of a query's filter.
pub(crate) fn filter(query: &Query) -> Box<dyn Predicate> {
    let mut stack: Vec<Box<dyn Predicate>> = Vec::new();
    for step in &query.filter {
        let mut pop = || stack.pop().unwrap_or_else(|| object(|_, _| true));
        let predicate = match *step {
            Step::Whole(how, column, literal) => {
                comparison_of!(how, column, query.literals[usize::from(literal)], |cell: u64| cell as i64)
            }
            Step::Fraction(how, column, literal) => {
                comparison_of!(how, column, query.literals[usize::from(literal)], f64::from_bits)
            }
            Step::And => {
                let (second, first) = (pop(), pop());
                object(move |block, lane| first.holds(block, lane) && second.holds(block, lane))
            }
            Step::Or => {
                let (second, first) = (pop(), pop());
                object(move |block, lane| first.holds(block, lane) || second.holds(block, lane))
            }
            Step::Not => {
                let one = pop();
                object(move |block, lane| !one.holds(block, lane))
            }
        };
        stack.push(predicate);
    }
    stack.pop().unwrap_or_else(|| object(|_, _| true))
}

/// How cells are put together: what there is so far, and one more.
type Fold = Box<dyn Fn(u64, u64) -> u64>;

/// The answer of a query whose filter and aggregate are known by their interfaces.
pub(crate) fn answer(table: &Table, filter: &dyn Predicate, aggregate: Aggregate) -> Answer {
    let number = f64::from_bits;
    let (column, fold): (u8, Fold) = match aggregate {
        Aggregate::Count => (0, Box::new(|so_far, _| so_far)),
        Aggregate::Sum(column) => (column, Box::new(|so_far, cell| so_far.wrapping_add(cell))),
        Aggregate::Least(column) => (column, Box::new(|so_far, cell| (so_far as i64).min(cell as i64) as u64)),
        Aggregate::Greatest(column) => (column, Box::new(|so_far, cell| (so_far as i64).max(cell as i64) as u64)),
        Aggregate::SumOfFractions(column) => (column, Box::new(move |so_far, cell| (number(so_far) + number(cell)).to_bits())),
        Aggregate::LeastFraction(column) => {
            (column, Box::new(move |so_far, cell| if number(cell) < number(so_far) { cell } else { so_far }))
        }
        Aggregate::GreatestFraction(column) => {
            (column, Box::new(move |so_far, cell| if number(cell) > number(so_far) { cell } else { so_far }))
        }
    };
    let (mut found, mut so_far) = (0, aggregate.start());
    for (index, block) in table.cells.chunks_exact(table.columns.len() * LANES).enumerate() {
        for lane in 0..(table.rows - index * LANES).min(LANES) {
            if filter.holds(block, lane) {
                found += 1;
                so_far = fold(so_far, block[usize::from(column) * LANES + lane]);
            }
        }
    }
    (found, so_far)
}
