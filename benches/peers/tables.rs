//! The tables at the end: the medians that criterion found in this run, each against this crate's.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// What was measured, in order.
pub(crate) struct Tables {
    estimates: PathBuf,
    tables: Vec<Table>,
}

/// The ways to one end; criterion has a group for them.
pub(crate) struct Table {
    title: String,
    group: String,
    base: &'static str,
    unit: Unit,
    rows: Vec<(String, Option<&'static str>)>,
}

/// In what times are shown.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Microseconds,
    Nanoseconds,
}

impl Tables {
    /// Of what criterion will write to this folder.
    pub(crate) fn new(estimates: PathBuf) -> Tables {
        Tables { estimates, tables: Vec::new() }
    }

    /// Another table, of a group of criterion's; `base` is the row that the others are compared with.
    pub(crate) fn add(&mut self, title: String, group: &str, unit: Unit, base: &'static str) -> &mut Table {
        self.tables.push(Table { title, group: group.to_owned(), base, unit, rows: Vec::new() });
        let last = self.tables.len() - 1;
        &mut self.tables[last]
    }

    /// Prints those of which anything was measured.
    pub(crate) fn print(&self) {
        let measured = |table: &&Table| table.rows.iter().any(|(row, _)| self.median(table, row).is_some());
        self.tables.iter().filter(measured).for_each(|table| self.print_table(table));
    }

    fn print_table(&self, table: &Table) {
        let (unit, nanoseconds, digits) = table.unit.shown();
        let base = self.median(table, table.base);
        println!("\n{:<64}{unit:>12}{:>10}", table.title, "ratio");
        for (row, note) in &table.rows {
            match (note, self.median(table, row)) {
                (Some(note), _) => println!("  {row:<40}{note:>46}"),
                (None, Some(median)) => {
                    let ratio = base.map_or_else(String::new, |base| format!("{:.2}", median / base));
                    println!("  {row:<62}{:>12.digits$}{ratio:>10}", median / nanoseconds);
                }
                (None, None) => println!("  {row:<62}{:>22}", "not measured"),
            }
        }
    }

    /// The median in nanoseconds, if the way was measured in this run.
    fn median(&self, table: &Table, row: &str) -> Option<f64> {
        let path = self.estimates.join(&table.group).join(row).join("new/estimates.json");
        let estimates: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        estimates["median"]["point_estimate"].as_f64()
    }
}

impl Table {
    /// A row, by the name of criterion's function.
    pub(crate) fn row(&mut self, name: &str) {
        self.rows.push((name.to_owned(), None));
    }

    /// A row that says why there is nothing to measure.
    pub(crate) fn note(&mut self, name: &str, note: &'static str) {
        self.rows.push((name.to_owned(), Some(note)));
    }
}

impl Unit {
    /// Its name, how many nanoseconds it has, and how many digits are shown behind the point.
    fn shown(self) -> (&'static str, f64, usize) {
        match self {
            Unit::Microseconds => ("us", 1e3, 0),
            Unit::Nanoseconds => ("ns/call", 1.0, 2),
        }
    }
}
