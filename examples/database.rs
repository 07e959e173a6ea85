//! A database engine that learns its query after it was built.
//!
//! `cargo run --release --example database -- FILE --filter 'price > 10 and not (kind = "tea" or year < 1990)' --aggregate 'sum(price)'`
//! reads a table, a CSV or Parquet file, and answers the query by the generic function, by an interface, and by a variant for the query.
//! Without a file, the table is one of the files of the Rust installation on this machine.
//!
//! The value is the query's *shape*: which comparisons of which columns, and how they are joined. Its literals stay ordinary arguments,
//! so that `price > 10` and `price > 20` share one variant: each new shape costs milliseconds, and a program that asks the same
//! question with other numbers should pay once.

#[path = "database/data.rs"]
mod data;
#[path = "database/interface.rs"]
mod interface;
#[path = "database/query.rs"]
mod query;
mod shared;
#[path = "database/sources.rs"]
mod sources;

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser as Arguments;
use data::Table;
use engine::{LANES, answer};
use query::Query;
use shared::{BY_HAND, DISPATCHER, GENERIC, HANDLE, INTERFACE, Meter, Way, compare};
use specialize::specialize;

/// What is specialized: the answer, on the query's shape.
#[specialize]
mod engine {
    /// How many rows a block has.
    pub(crate) const LANES: usize = 64;

    #[derive(Clone, Copy, Debug, specialize::Value)]
    pub(crate) enum Comparison {
        Equal,
        NotEqual,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
    }

    impl Comparison {
        pub(crate) fn holds<T: PartialOrd>(self, left: T, right: T) -> bool {
            match self {
                Comparison::Equal => left == right,
                Comparison::NotEqual => left != right,
                Comparison::Less => left < right,
                Comparison::LessOrEqual => left <= right,
                Comparison::Greater => left > right,
                Comparison::GreaterOrEqual => left >= right,
            }
        }
    }

    /// One of a filter's operations, in which operands come first.
    #[derive(Clone, Copy, Debug, specialize::Value)]
    pub(crate) enum Step {
        /// Compares whole numbers of a column with the literal of a number.
        Whole(Comparison, u8, u8),
        /// The same for fractions.
        Fraction(Comparison, u8, u8),
        And,
        Or,
        Not,
    }

    /// What to make of the rows.
    #[derive(Clone, Copy, Debug, specialize::Value)]
    pub(crate) enum Aggregate {
        Count,
        /// Of whole numbers of a column.
        Sum(u8),
        Least(u8),
        Greatest(u8),
        /// Of fractions of a column.
        SumOfFractions(u8),
        LeastFraction(u8),
        GreatestFraction(u8),
    }

    impl Aggregate {
        /// What there is before the first row.
        pub(crate) fn start(self) -> u64 {
            match self {
                Aggregate::Count | Aggregate::Sum(_) => 0,
                Aggregate::Least(_) => i64::MAX as u64,
                Aggregate::Greatest(_) => i64::MIN as u64,
                Aggregate::SumOfFractions(_) => 0f64.to_bits(),
                Aggregate::LeastFraction(_) => f64::INFINITY.to_bits(),
                Aggregate::GreatestFraction(_) => f64::NEG_INFINITY.to_bits(),
            }
        }

        /// What there is with one more row.
        fn with(self, so_far: u64, block: &[u64], lane: usize) -> u64 {
            let cell = |column: u8| block[column as usize * LANES + lane];
            let number = f64::from_bits;
            match self {
                Aggregate::Count => so_far,
                Aggregate::Sum(column) => so_far.wrapping_add(cell(column)),
                Aggregate::Least(column) if (cell(column) as i64) < so_far as i64 => cell(column),
                Aggregate::Greatest(column) if cell(column) as i64 > so_far as i64 => cell(column),
                Aggregate::SumOfFractions(column) => (number(so_far) + number(cell(column))).to_bits(),
                Aggregate::LeastFraction(column) if number(cell(column)) < number(so_far) => cell(column),
                Aggregate::GreatestFraction(column) if number(cell(column)) > number(so_far) => cell(column),
                _ => so_far,
            }
        }
    }

    /// Whether a row passes a filter: a stack of truths, one bit each, and no loop but the one over the filter, so that it is unrolled.
    fn passes(block: &[u64], lane: usize, literals: &[u64], filter: &[Step]) -> bool {
        let mut truths = 1u64;
        for step in filter {
            truths = match *step {
                Step::Whole(comparison, column, literal) => {
                    let (cell, literal) = (block[column as usize * LANES + lane], literals[literal as usize]);
                    truths << 1 | comparison.holds(cell as i64, literal as i64) as u64
                }
                Step::Fraction(comparison, column, literal) => {
                    let (cell, literal) = (block[column as usize * LANES + lane], literals[literal as usize]);
                    truths << 1 | comparison.holds(f64::from_bits(cell), f64::from_bits(literal)) as u64
                }
                Step::And => truths >> 1 & (truths | !1),
                Step::Or => truths >> 1 | truths & 1,
                Step::Not => truths ^ 1,
            };
        }
        truths & 1 == 1
    }

    /// Runs a query over cells that are kept by blocks of rows, column after column in each: how many rows pass, and the bits of what the
    /// aggregate makes of them.
    #[specialize(columns, filter, aggregate)]
    pub(crate) fn answer(
        cells: &[u64],
        rows: usize,
        literals: &[u64],
        columns: usize,
        filter: &[Step],
        aggregate: Aggregate,
    ) -> (u64, u64) {
        let (mut found, mut so_far) = (0, aggregate.start());
        for (index, block) in cells.chunks_exact(columns * LANES).enumerate() {
            for lane in 0..LANES.min(rows - index * LANES) {
                if passes(block, lane, literals, filter) {
                    found += 1;
                    so_far = aggregate.with(so_far, block, lane);
                }
            }
        }
        (found, so_far)
    }
}

/// The answer of a query: how many rows it found, and the bits of what it makes of them.
type Answer = (u64, u64);

/// What is asked of the Rust installation, and is written by hand below.
const FILTER: &str = "size > 20000 and depth <= 12 and not (kind = \"js\" or age < 2)";
const AGGREGATE: &str = "sum(size)";

/// A database engine that learns its query after it was built.
#[derive(Arguments)]
pub(crate) struct Settings {
    /// A table, as a Parquet file (`.parquet`) or a CSV file whose first line names the columns; without one, the files of the Rust
    /// installation.
    file: Option<PathBuf>,
    /// Which rows, such as `size > 1000 and not (name = "a" or depth <= 3)`.
    #[arg(long = "filter", alias = "where", default_value = FILTER)]
    filter: String,
    /// What of them: `count()`, or `sum`, `min`, `max` or `mean` of a column.
    #[arg(long, default_value = AGGREGATE)]
    aggregate: String,
}

fn main() -> ExitCode {
    shared::main(|settings| run(settings, &mut shared::table))
}

pub(crate) fn run(settings: Settings, meter: &mut Meter<'_>) -> Result<(), String> {
    let filter = query::filter(&settings.filter)?;
    let aggregate = query::aggregate(&settings.aggregate)?;
    let table = match &settings.file {
        Some(file) => sources::read(file)?,
        None => sources::of_the_rust_installation()?,
    };
    println!("{} rows of {}", table.rows, table.names().collect::<Vec<_>>().join(", "));
    let query = Query::new(&table, (&settings.filter, &filter), (&settings.aggregate, &aggregate))?;
    let is_written_by_hand = settings.file.is_none() && settings.filter == FILTER && settings.aggregate == AGGREGATE;
    let question = format!("{} where {}", settings.aggregate, settings.filter);
    show(&table, &query, &question, is_written_by_hand, meter)
}

fn show(table: &Table, query: &Query, question: &str, is_written_by_hand: bool, meter: &mut Meter<'_>) -> Result<(), String> {
    let (cells, rows, columns) = (&table.cells[..], table.rows, table.columns.len());
    let (literals, filter, aggregate) = (&query.literals[..], &query.filter[..], query.aggregate);
    let generic = || answer::generic(cells, rows, literals, columns, black_box(filter), aggregate);
    let started = Instant::now();
    let first = generic();
    let generic_took = started.elapsed();
    let started = Instant::now();
    let (bound, took) = shared::ready(|| answer::prepare(columns, filter, aggregate), || answer::bind(columns, filter, aggregate));
    if bound.call(cells, rows, literals) != first {
        return Err("the tiers answer differently: this is a bug".to_owned());
    }
    println!("{question}: {}\n", query.shown(first));
    println!("time to the first answer: generic {generic_took:.1?}, specialized {:.1?}", started.elapsed());
    shared::arrived(answer::table(), bound.tier(), took);

    let interface = interface::filter(query);
    let mut ways: Vec<Way<'_, Answer>> = vec![
        (INTERFACE, "an object for each operation", Box::new(|| interface::answer(table, &*interface, aggregate))),
        (GENERIC, "the filter interpreted for each row", Box::new(generic)),
        (DISPATCHER, "specialized on the query's shape", Box::new(|| answer(cells, rows, literals, columns, filter, aggregate))),
        (HANDLE, "specialized on the query's shape", Box::new(|| bound.call(black_box(cells), rows, literals))),
    ];
    if is_written_by_hand {
        let literals = [0, 1, 2, 3].map(|index| literals[index] as i64);
        ways.push((BY_HAND, "the same query written in Rust", Box::new(move || by_hand(black_box(cells), rows, columns, literals))));
    }
    compare(meter, &format!("database: {} steps", filter.len()), "row", rows as f64, ways)
}

/// `sum(size)` of the default query, as it would have been written if it had been known.
fn by_hand(cells: &[u64], rows: usize, columns: usize, [size, depth, kind, age]: [i64; 4]) -> Answer {
    let (mut found, mut sum) = (0, 0i64);
    for (index, block) in cells.chunks_exact(columns * LANES).enumerate() {
        let column = |column: usize| &block[column * LANES..][..LANES];
        let (kinds, sizes, depths, ages) = (column(0), column(1), column(2), column(3));
        for lane in 0..(rows - index * LANES).min(LANES) {
            let is_old = kinds[lane] as i64 != kind && ages[lane] as i64 >= age;
            if sizes[lane] as i64 > size && depths[lane] as i64 <= depth && is_old {
                found += 1;
                sum = sum.wrapping_add(sizes[lane] as i64);
            }
        }
    }
    (found, sum as u64)
}
