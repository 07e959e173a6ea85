//! Tables in memory: columns of whole numbers, fractions or words.

use std::collections::HashMap;

use super::engine::LANES;

/// What a column holds; a cell is the bits of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Whole,
    Fraction,
    /// Words, by their number.
    Words(HashMap<String, u64>),
}

/// A cell as a source has it.
#[derive(Debug)]
pub(crate) enum Cell<'a> {
    /// What it is depends on how it reads.
    Text(&'a str),
    Whole(i64),
    Fraction(f64),
    Word(&'a str),
    /// Something that no column can hold, in words.
    Other(String),
}

impl Kind {
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Kind::Whole => "whole numbers",
            Kind::Fraction => "numbers",
            Kind::Words(_) => "words",
        }
    }

    /// What a column holds whose first cell this is.
    fn of(cell: &Cell<'_>) -> Option<Kind> {
        match cell {
            Cell::Whole(_) => Some(Kind::Whole),
            Cell::Fraction(_) => Some(Kind::Fraction),
            Cell::Text(text) if text.parse::<i64>().is_ok() => Some(Kind::Whole),
            Cell::Text(text) if text.parse::<f64>().is_ok() => Some(Kind::Fraction),
            Cell::Text(_) | Cell::Word(_) => Some(Kind::Words(HashMap::new())),
            Cell::Other(_) => None,
        }
    }

    /// The bits of a cell, if it fits.
    fn bits(&mut self, cell: &Cell<'_>) -> Option<u64> {
        match (self, cell) {
            (Kind::Whole, Cell::Whole(number)) => Some(*number as u64),
            (Kind::Whole, Cell::Text(text)) => text.parse::<i64>().ok().map(|number| number as u64),
            (Kind::Fraction, Cell::Fraction(number)) => Some(number.to_bits()),
            (Kind::Fraction, Cell::Text(text)) => text.parse::<f64>().ok().map(f64::to_bits),
            (Kind::Words(words), Cell::Text(word) | Cell::Word(word)) => {
                let next = words.len() as u64;
                Some(*words.entry((*word).to_owned()).or_insert(next))
            }
            _ => None,
        }
    }
}

/// A table in memory: its cells in blocks of rows, column after column in each; the last block is filled up with zeros.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<(String, Kind)>,
    pub(crate) rows: usize,
    pub(crate) cells: Vec<u64>,
}

impl Table {
    /// A table of columns that hold what is in a first row, which is not pushed yet.
    pub(crate) fn new<'a>(columns: impl Iterator<Item = (&'a str, Cell<'a>)>) -> Result<Table, String> {
        let column = |(name, cell): (&str, Cell<'_>)| match Kind::of(&cell) {
            Some(kind) => Ok((name.to_owned(), kind)),
            None => Err(format!("{} in the column `{name}` is neither a number nor a word", shown(&cell))),
        };
        let columns = columns.map(column).collect::<Result<Vec<_>, String>>()?;
        match columns.len() {
            0 => Err("there are no columns".to_owned()),
            1..=255 => Ok(Table { columns, rows: 0, cells: Vec::new() }),
            many => Err(format!("there are {many} columns, and 255 are as many as there may be")),
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| &**name)
    }

    /// Appends a row, each of whose cells must fit into its column.
    pub(crate) fn push<'a>(&mut self, row: impl Iterator<Item = Cell<'a>>) -> Result<(), String> {
        let (block, lane) = (self.rows / LANES * self.columns.len() * LANES, self.rows % LANES);
        if lane == 0 {
            self.cells.resize(block + self.columns.len() * LANES, 0);
        }
        for (index, ((name, kind), cell)) in self.columns.iter_mut().zip(row).enumerate() {
            let bits = kind.bits(&cell);
            let misfit = || format!("{} does not fit into the column `{name}`, which holds {}", shown(&cell), kind.noun());
            self.cells[block + index * LANES + lane] = bits.ok_or_else(misfit)?;
        }
        self.rows += 1;
        Ok(())
    }
}

fn shown(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Text(text) | Cell::Word(text) => format!("`{text}`"),
        Cell::Whole(number) => format!("`{number}`"),
        Cell::Fraction(number) => format!("`{number}`"),
        Cell::Other(words) => words.clone(),
    }
}
