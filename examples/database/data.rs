//! Tables: columns of whole numbers, fractions or words, read from CSV files or from the file system.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::shared;

/// How many rows a block has.
pub(crate) const LANES: usize = 64;

/// What a column holds; a cell is the bits of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Whole,
    Fraction,
    /// Words, by their number.
    Words(HashMap<String, u64>),
}

impl Kind {
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Kind::Whole => "whole numbers",
            Kind::Fraction => "numbers",
            Kind::Words(_) => "words",
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
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| &**name)
    }

    /// Reads a CSV file. A column holds what its cell in the first row is, and every other cell must fit.
    pub(crate) fn read(file: &Path) -> Result<Table, String> {
        let name = file.display();
        let length = fs::metadata(file).map_err(|error| format!("{name} cannot be read: {error}"))?.len();
        let mut reader = csv::Reader::from_path(file).map_err(|error| format!("{name} cannot be read: {error}"))?;
        let headers = reader.headers().map_err(|error| malformed(file, &error))?.clone();
        let progress = shared::progress(length, "reading");
        let mut table = Table { columns: Vec::new(), rows: 0, cells: Vec::new() };
        for record in reader.records() {
            let record = record.map_err(|error| malformed(file, &error))?;
            let (line, byte) = record.position().map_or((0, 0), |position| (position.line(), position.byte()));
            if table.rows == 0 {
                table.columns = headers.iter().zip(&record).map(|(name, cell)| (name.trim().to_owned(), kind_of(cell.trim()))).collect();
            }
            table.push(record.iter().map(str::trim)).map_err(|message| format!("{name}, line {line}: {message}"))?;
            progress.set_position(byte);
        }
        progress.finish_and_clear();
        if table.rows == 0 {
            return Err(format!("{name} has no rows"));
        }
        if table.columns.len() > usize::from(u8::MAX) {
            return Err(format!("{name} has {} columns, and 255 are as many as there may be", table.columns.len()));
        }
        Ok(table)
    }

    /// One row for each file below the folder of the `rustc` in use.
    pub(crate) fn of_the_rust_installation() -> Result<Table, String> {
        let output = Command::new("rustc").args(["--print", "sysroot"]).output();
        let output = output.map_err(|error| format!("there is no Rust installation to look at, name a CSV file: {error}"))?;
        let root = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        let columns = [("kind", Kind::Words(HashMap::new())), ("size", Kind::Whole), ("depth", Kind::Whole), ("age", Kind::Whole)];
        let columns = columns.map(|(name, kind)| (name.to_owned(), kind)).to_vec();
        let mut table = Table { columns, rows: 0, cells: Vec::new() };
        let (progress, mut folders) = (shared::progress(0, "reading"), vec![root]);
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                let (path, Ok(about)) = (entry.path(), entry.metadata()) else { continue };
                if about.is_dir() {
                    folders.push(path);
                } else {
                    table.push(file_as_row(&path, &about).iter().map(|cell| &**cell))?;
                    progress.inc(1);
                }
            }
        }
        progress.finish_and_clear();
        if table.rows == 0 { Err("the Rust installation has no files: name a CSV file".to_owned()) } else { Ok(table) }
    }

    fn push<'a>(&mut self, row: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let (block, lane) = (self.rows / LANES * self.columns.len() * LANES, self.rows % LANES);
        if lane == 0 {
            self.cells.resize(block + self.columns.len() * LANES, 0);
        }
        for (index, ((name, kind), cell)) in self.columns.iter_mut().zip(row).enumerate() {
            let bits = match kind {
                Kind::Whole => cell.parse::<i64>().ok().map(|number| number as u64),
                Kind::Fraction => cell.parse::<f64>().ok().map(f64::to_bits),
                Kind::Words(words) => {
                    let next = words.len() as u64;
                    Some(*words.entry(cell.to_owned()).or_insert(next))
                }
            };
            let bits = bits.ok_or_else(|| format!("`{cell}` does not fit into the column `{name}`, which holds {}", kind.noun()))?;
            self.cells[block + index * LANES + lane] = bits;
        }
        self.rows += 1;
        Ok(())
    }
}

fn kind_of(cell: &str) -> Kind {
    match (cell.parse::<i64>(), cell.parse::<f64>()) {
        (Ok(_), _) => Kind::Whole,
        (_, Ok(_)) => Kind::Fraction,
        _ => Kind::Words(HashMap::new()),
    }
}

fn file_as_row(path: &Path, about: &fs::Metadata) -> [String; 4] {
    let kind = path.extension().map_or_else(String::new, |extension| extension.to_string_lossy().into_owned());
    let modified = about.modified().ok().and_then(|then| SystemTime::now().duration_since(then).ok());
    let days = modified.map_or(0, |age| age.as_secs() / 86_400);
    [kind, about.len().to_string(), path.components().count().to_string(), days.to_string()]
}

fn malformed(file: &Path, error: &csv::Error) -> String {
    let line = error.position().map_or_else(String::new, |position| format!(", line {}", position.line()));
    let what = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("has {len} cells, and {expected_len} columns are named"),
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8".to_owned(),
        _ => error.to_string(),
    };
    format!("{}{line}: the row {what}", file.display())
}
