//! Where tables come from: CSV and Parquet files, and the file system.

use std::fs::{self, File};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use super::data::{Cell, Table};
use super::shared;

/// Reads a table: a Parquet file, which is known by its name or its first bytes, or else a CSV file.
pub(crate) fn read(path: &Path) -> Result<Table, String> {
    let name = path.display();
    let cannot = |error: std::io::Error| format!("{name} cannot be read: {error}");
    let mut file = File::open(path).map_err(cannot)?;
    let mut start = Vec::new();
    file.by_ref().take(4).read_to_end(&mut start).map_err(cannot)?;
    file.rewind().map_err(cannot)?;
    let table = if start == b"PAR1" || path.extension().is_some_and(|kind| kind == "parquet") {
        // The reader panics on a few damaged files, in which lengths are negative.
        catch_unwind(|| read_parquet(file)).unwrap_or_else(|_| Err((String::new(), "this Parquet file is damaged".to_owned())))
    } else {
        read_csv(&file)
    };
    let table = table.map_err(|(place, message)| format!("{name}{place}: {message}"))?;
    table.ok_or_else(|| format!("{name} has no rows"))
}

/// What is wrong, and where, in words to put behind a name.
type Misfit = (String, String);

/// A column holds what its cell in the first row is, and every other cell must fit.
fn read_csv(file: &File) -> Result<Option<Table>, Misfit> {
    let progress = shared::progress(file.metadata().map_or(0, |about| about.len()), "reading");
    let mut reader = csv::Reader::from_reader(file);
    let headers = reader.headers().map_err(|error| malformed(file, &error))?.clone();
    let mut table = None;
    for record in reader.records() {
        let record = record.map_err(|error| malformed(file, &error))?;
        let at_line = |message| (place(file, record.position()), message);
        let cells = || record.iter().map(|cell| Cell::Text(cell.trim()));
        push(&mut table, headers.iter().map(str::trim).zip(cells()), cells()).map_err(at_line)?;
        progress.set_position(record.position().map_or(0, csv::Position::byte));
    }
    progress.finish_and_clear();
    Ok(table)
}

/// The line in which a row begins: the reader says where it stood before the end of the line before, and blank lines.
fn place(mut file: &File, position: Option<&csv::Position>) -> String {
    let Some(position) = position.filter(|position| file.seek(SeekFrom::Start(position.byte())).is_ok()) else { return String::new() };
    let passed = BufReader::new(file).bytes().map_while(Result::ok).take_while(|byte| matches!(byte, b'\r' | b'\n'));
    format!(", line {}", position.line() + passed.filter(|byte| *byte == b'\n').count() as u64)
}

fn malformed(file: &File, error: &csv::Error) -> Misfit {
    let what = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("has {len} cells, and {expected_len} columns are named"),
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8".to_owned(),
        _ => error.to_string(),
    };
    (place(file, error.position()), format!("the row {what}"))
}

fn read_parquet(file: File) -> Result<Option<Table>, Misfit> {
    let damaged = |error| (String::new(), format!("this Parquet file cannot be used: {error}"));
    let reader = SerializedFileReader::new(file).map_err(damaged)?;
    let progress = shared::progress(reader.metadata().file_metadata().num_rows().unsigned_abs(), "reading");
    let mut table = None;
    for (index, row) in reader.get_row_iter(None).map_err(damaged)?.enumerate() {
        let row: Row = row.map_err(damaged)?;
        let columns = || row.get_column_iter().map(|(name, field)| (&**name, cell(field)));
        push(&mut table, columns(), columns().map(|(_, cell)| cell)).map_err(|message| (format!(", row {}", index + 1), message))?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(table)
}

fn cell(field: &Field) -> Cell<'_> {
    match field {
        Field::Bool(truth) => Cell::Word(if *truth { "true" } else { "false" }),
        Field::Byte(number) => Cell::Whole(i64::from(*number)),
        Field::Short(number) => Cell::Whole(i64::from(*number)),
        Field::Int(number) => Cell::Whole(i64::from(*number)),
        Field::Long(number) => Cell::Whole(*number),
        Field::UByte(number) => Cell::Whole(i64::from(*number)),
        Field::UShort(number) => Cell::Whole(i64::from(*number)),
        Field::UInt(number) => Cell::Whole(i64::from(*number)),
        Field::ULong(number) => {
            i64::try_from(*number).map_or_else(|_| Cell::Other(format!("`{number}`, which is too large,")), Cell::Whole)
        }
        Field::Float16(number) => Cell::Fraction(f64::from(*number)),
        Field::Float(number) => Cell::Fraction(f64::from(*number)),
        Field::Double(number) => Cell::Fraction(*number),
        Field::Str(word) => Cell::Word(word),
        Field::Bytes(bytes) => bytes.as_utf8().map_or_else(|_| Cell::Other("what is not UTF-8".to_owned()), Cell::Word),
        Field::Null => Cell::Other("a missing value".to_owned()),
        other => Cell::Other(format!("`{other}`")),
    }
}

/// Appends a row; the first makes the table.
fn push<'a>(
    table: &mut Option<Table>,
    columns: impl Iterator<Item = (&'a str, Cell<'a>)>,
    row: impl Iterator<Item = Cell<'a>>,
) -> Result<(), String> {
    let table = match table {
        Some(table) => table,
        None => table.insert(Table::new(columns)?),
    };
    table.push(row)
}

/// One row for each file below the folder of the `rustc` in use.
pub(crate) fn of_the_rust_installation() -> Result<Table, String> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output();
    let output = output.map_err(|error| format!("there is no Rust installation to look at, name a file: {error}"))?;
    let root = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let columns = [("kind", Cell::Word("")), ("size", Cell::Whole(0)), ("depth", Cell::Whole(0)), ("age", Cell::Whole(0))];
    let mut table = Table::new(columns.into_iter())?;
    let (progress, mut folders) = (shared::progress(0, "reading"), vec![root]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let (path, Ok(about)) = (entry.path(), entry.metadata()) else { continue };
            if about.is_dir() {
                folders.push(path);
            } else {
                push_file(&mut table, &path, &about)?;
                progress.inc(1);
            }
        }
    }
    progress.finish_and_clear();
    if table.rows == 0 { Err("the Rust installation has no files: name a file".to_owned()) } else { Ok(table) }
}

fn push_file(table: &mut Table, path: &Path, about: &fs::Metadata) -> Result<(), String> {
    let kind = path.extension().unwrap_or_default().to_string_lossy();
    let modified = about.modified().ok().and_then(|then| SystemTime::now().duration_since(then).ok());
    let days = modified.map_or(0, |age| age.as_secs() / 86_400);
    let numbers = [about.len() as i64, path.components().count() as i64, days as i64];
    table.push([Cell::Word(&kind)].into_iter().chain(numbers.map(Cell::Whole)))
}
