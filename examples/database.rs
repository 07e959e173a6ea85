//! A database engine that learns its query after it was built.
//!
//! `cargo run --release --example database -- FILE.csv --filter 'price > 10 and not (kind = "tea" or year < 1990)' --aggregate 'sum(price)'`
//! reads a table, and answers the query by the generic function, by an interface, and by a variant for the query. Without a file, the
//! table is one of the files of the Rust installation on this machine.
//!
//! The value is the query's *shape*: which comparisons of which columns, and how they are joined. Its literals stay ordinary arguments,
//! so that `price > 10` and `price > 20` share one variant: each new shape costs milliseconds, and a program that asks the same
//! question with other numbers should pay once.

#[path = "database/data.rs"]
mod data;
#[path = "database/query.rs"]
mod query;
mod shared;

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser as Arguments;
use data::{LANES, Table};
use query::Query;
use shared::{Way, compare};
use specialize::specialize;

/// The answer of a query: how many rows it found, and the bits of what it makes of them.
type Answer = (u64, u64);

/// Runs a query over cells that are kept by blocks of 64 rows, column after column in each.
///
/// `filter` is a list of operations, operands first: a comparison (0 to 5 of whole numbers, 6 to 11 of fractions: `=`, `!=`, `<`, `<=`,
/// `>`, `>=`) of the column with the literal of these numbers, or 12 for `and`, 13 for `or` and 14 for `not`. `aggregate` is 0 to count,
/// 1 and 2 to add up, 3 and 4 for the least, 5 and 6 for the greatest, odd for whole numbers, and the column.
#[specialize(columns, filter, aggregate)]
fn answer(cells: &[u64], rows: usize, literals: &[u64], columns: usize, filter: &[(u8, u8, u8)], aggregate: (u8, u8)) -> (u64, u64) {
    const LANES: usize = 64;
    let (mut found, mut whole, mut fraction) = (0u64, 0i64, 0f64);
    match aggregate.0 {
        3 => whole = i64::MAX,
        4 => fraction = f64::INFINITY,
        5 => whole = i64::MIN,
        6 => fraction = f64::NEG_INFINITY,
        _ => {}
    }
    for (index, block) in cells.chunks_exact(columns * LANES).enumerate() {
        let lanes = (rows - index * LANES).min(LANES);
        for lane in 0..lanes {
            // A stack of truths, one bit each.
            let mut truths = 1u64;
            for &(operation, column, literal) in filter {
                if operation < 12 {
                    let (left, right) = (block[column as usize * LANES + lane], literals[literal as usize]);
                    let (a, b, c, d) = (left as i64, right as i64, f64::from_bits(left), f64::from_bits(right));
                    let truth = match operation {
                        0 => a == b,
                        1 => a != b,
                        2 => a < b,
                        3 => a <= b,
                        4 => a > b,
                        5 => a >= b,
                        6 => c == d,
                        7 => c != d,
                        8 => c < d,
                        9 => c <= d,
                        10 => c > d,
                        _ => c >= d,
                    };
                    truths = truths << 1 | truth as u64;
                } else if operation == 14 {
                    truths ^= 1;
                } else {
                    let (first, second) = (truths >> 1, truths & 1);
                    truths = if operation == 12 { first & (second | !1) } else { first | second };
                }
            }
            if truths & 1 == 1 {
                found += 1;
                let cell = block[aggregate.1 as usize * LANES + lane];
                match aggregate.0 {
                    1 => whole = whole.wrapping_add(cell as i64),
                    2 => fraction += f64::from_bits(cell),
                    3 => whole = if (cell as i64) < whole { cell as i64 } else { whole },
                    4 => fraction = if f64::from_bits(cell) < fraction { f64::from_bits(cell) } else { fraction },
                    5 => whole = if (cell as i64) > whole { cell as i64 } else { whole },
                    6 => fraction = if f64::from_bits(cell) > fraction { f64::from_bits(cell) } else { fraction },
                    _ => {}
                }
            }
        }
    }
    (found, if aggregate.0 % 2 == 1 { whole as u64 } else { fraction.to_bits() })
}

/// What is asked of the Rust installation, and is written by hand below.
const FILTER: &str = "size > 20000 and depth <= 12 and not (kind = \"js\" or age < 2)";
const AGGREGATE: &str = "sum(size)";

/// A database engine that learns its query after it was built.
#[derive(Arguments)]
struct Settings {
    /// A CSV file whose first line names the columns; without one, the files of the Rust installation.
    file: Option<PathBuf>,
    /// Which rows, such as `size > 1000 and not (name = "a" or depth <= 3)`.
    #[arg(long = "filter", alias = "where", default_value = FILTER)]
    filter: String,
    /// What of them: `count()`, or `sum`, `min`, `max` or `mean` of a column.
    #[arg(long, default_value = AGGREGATE)]
    aggregate: String,
}

fn main() -> ExitCode {
    shared::main(run)
}

fn run(settings: Settings) -> Result<(), String> {
    let filter = query::filter(&settings.filter)?;
    let aggregate = query::aggregate(&settings.aggregate)?;
    let table = match &settings.file {
        Some(file) => Table::read(file)?,
        None => Table::of_the_rust_installation()?,
    };
    println!("{} rows of {}", table.rows, table.names().collect::<Vec<_>>().join(", "));
    let query = Query::new(&table, (&settings.filter, &filter), (&settings.aggregate, &aggregate))?;
    let (cells, rows, columns) = (&table.cells[..], table.rows, table.columns.len());
    let generic = |query: &Query| answer::generic(cells, rows, &query.literals, columns, &query.filter, query.aggregate);

    let started = Instant::now();
    let first = generic(&query);
    let generic_took = started.elapsed();
    let started = Instant::now();
    let prepare = || answer::prepare(columns, &query.filter, query.aggregate);
    let (bound, took) = shared::ready(prepare, || answer::bind(columns, &query.filter, query.aggregate));
    if bound.call(cells, rows, &query.literals) != first {
        return Err("the tiers answer differently: this is a bug".to_owned());
    }
    println!("{} where {}: {}\n", settings.aggregate, settings.filter, query.shown(first));
    println!("time to the first answer: generic {generic_took:.1?}, specialized {:.1?}", started.elapsed());
    shared::arrived(answer::table(), bound.tier(), took);

    let interface = query::interface(&query);
    let by_interface = || query::answer_by_interface(&table, &*interface, query.aggregate);
    let mut ways: Vec<Way<'_, Answer>> = vec![
        ("generic, the filter interpreted for each row", Box::new(|| generic(black_box(&query)))),
        ("an object for each operation (dyn)", Box::new(by_interface)),
        ("specialized on the query's shape, by handle", Box::new(|| bound.call(black_box(cells), rows, &query.literals))),
    ];
    if settings.file.is_none() && settings.filter == FILTER && settings.aggregate == AGGREGATE {
        let [size, depth, kind, age] = [0, 1, 2, 3].map(|index| query.literals[index] as i64);
        ways.push((
            "the same query written in Rust by hand",
            Box::new(move || by_hand(black_box(cells), rows, columns, [size, depth, kind, age])),
        ));
    }
    compare("row", rows as f64, &mut ways)
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
