//! The article's database writes through a writer that can change at run time, so that no compiler ever inlines it. Here the sink's
//! settings are values: where records go, and with which checksum.
//!
//! `cargo run --release --example writer -- FILE --checksum adler --to memory` writes the lines of a file as records: the checksum, the
//! length, and the bytes. Without a file, the records are the
//! lines of this one.
//!
//! Much is gained over the interface, and little over the generic function, which looks at two settings for each record and is well
//! predicted: a value that is asked for seldom is not worth a variant. `--to nowhere` is another matter, since a checksum that goes
//! nowhere need not be computed, and the variant does not.

mod shared;

use std::hint::black_box;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser as Arguments, ValueEnum};
use shared::compare;
use specialize::specialize;

/// Writes records, which stand one after the other in `bytes` and end at `ends`, and gives how many bytes that makes.
///
/// They go nowhere and are only counted (`destination` 0), to the end of `out` (1), or round and round in `out` as it is (2). The
/// checksum is none (0), the sum of the bytes (1), Adler's (2), or FNV's (3).
#[specialize(destination, checksum)]
fn write(bytes: &[u8], ends: &[u32], out: &mut Vec<u8>, destination: u8, checksum: u8) -> u64 {
    let (mut start, mut place, mut written) = (0, 0, 0u64);
    for end in ends {
        let record = &bytes[start..*end as usize];
        start = *end as usize;
        let sum = match checksum {
            0 => 0,
            1 => record.iter().fold(0u32, |sum, byte| sum.wrapping_add(*byte as u32)),
            2 => {
                let (mut a, mut b) = (1u32, 0u32);
                for byte in record {
                    a = (a + *byte as u32) % 65_521;
                    b = (b + a) % 65_521;
                }
                b << 16 | a
            }
            _ => record.iter().fold(0x811c_9dc5, |sum: u32, byte| (sum ^ *byte as u32).wrapping_mul(0x0100_0193)),
        };
        let length = (record.len() as u32).to_le_bytes();
        let sum = sum.to_le_bytes();
        let parts: [&[u8]; 3] = [if checksum == 0 { &[] } else { &sum }, &length, record];
        for part in parts {
            match destination {
                0 => {}
                1 => out.extend_from_slice(part),
                _ => {
                    for byte in part {
                        out[place] = *byte;
                        place = if place + 1 == out.len() { 0 } else { place + 1 };
                    }
                }
            }
            written += part.len() as u64;
        }
    }
    written
}

/// The article's database: what it writes to is behind an interface, and so is its checksum.
struct Database<'a> {
    writer: &'a mut dyn Write,
    checksum: Option<Box<dyn Checksum>>,
    written: u64,
}

trait Checksum {
    fn of(&self, record: &[u8]) -> u32;
}

struct Sum;
struct Adler;
struct Fnv;

impl Checksum for Sum {
    fn of(&self, record: &[u8]) -> u32 {
        record.iter().fold(0, |sum, byte| sum.wrapping_add(u32::from(*byte)))
    }
}

impl Checksum for Adler {
    fn of(&self, record: &[u8]) -> u32 {
        let (a, b) = record.iter().fold((1, 0), |(a, b), byte| {
            let a = (a + u32::from(*byte)) % 65_521;
            (a, (b + a) % 65_521)
        });
        b << 16 | a
    }
}

impl Checksum for Fnv {
    fn of(&self, record: &[u8]) -> u32 {
        record.iter().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
    }
}

impl Database<'_> {
    fn write(&mut self, record: &[u8]) -> io::Result<()> {
        if let Some(checksum) = &self.checksum {
            self.writer.write_all(&checksum.of(record).to_le_bytes())?;
            self.written += 4;
        }
        self.writer.write_all(&(record.len() as u32).to_le_bytes())?;
        self.written += 4 + record.len() as u64;
        self.writer.write_all(record)
    }
}

/// A writer into memory that begins again at its start when it is full.
struct Ring<'a> {
    memory: &'a mut [u8],
    place: usize,
}

impl Write for Ring<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            self.memory[self.place] = *byte;
            self.place = if self.place + 1 == self.memory.len() { 0 } else { self.place + 1 };
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where records go.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Destination {
    /// They are only counted.
    Nowhere,
    /// To the end of a growing piece of memory.
    Memory,
    /// Round and round in 4 KiB.
    Ring,
}

/// What stands before each record.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sort {
    None,
    Sum,
    Adler,
    Fnv,
}

/// A record sink whose destination and checksum can change at run time.
#[derive(Arguments)]
struct Settings {
    /// A file whose lines are the records.
    file: Option<PathBuf>,
    /// Where they go.
    #[arg(long, default_value = "memory")]
    to: Destination,
    /// Which checksum each has.
    #[arg(long, default_value = "sum")]
    checksum: Sort,
}

fn main() -> ExitCode {
    shared::main(run)
}

fn run(settings: Settings) -> Result<(), String> {
    let text = match &settings.file {
        Some(file) => std::fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?,
        None => include_str!("writer.rs").to_owned(),
    };
    let mut ends = Vec::new();
    let mut bytes = Vec::new();
    for line in text.lines() {
        bytes.extend_from_slice(line.as_bytes());
        ends.push(u32::try_from(bytes.len()).map_err(|_| "the records have more than 4 GiB".to_owned())?);
    }
    if ends.is_empty() {
        return Err("there are no records: the file is empty".to_owned());
    }
    println!("{} records of {} bytes", ends.len(), bytes.len());
    show(&bytes, &ends, settings.to, settings.checksum)?;
    // It can change while the program runs: another sink is another value.
    println!();
    show(&bytes, &ends, Destination::Ring, Sort::None)
}

/// How large the ring is.
const RING: usize = 4_096;

/// A way to write all records.
type All<'a> = Box<dyn Fn(&mut Vec<u8>) -> u64 + 'a>;

fn show(bytes: &[u8], ends: &[u32], to: Destination, checksum: Sort) -> Result<(), String> {
    println!("to: {to:?}, checksum: {checksum:?}");
    let values = (to as u8, checksum as u8);
    let (bound, took) = shared::ready(|| write::prepare(values.0, values.1), || write::bind(values.0, values.1));
    shared::arrived(write::table(), bound.tier(), took);
    let place = || if to == Destination::Ring { vec![0; RING] } else { Vec::new() };
    let ways: [(&str, All<'_>); 4] = [
        ("a writer behind an interface (dyn io::Write)", Box::new(|out| by_interface(bytes, ends, out, to, checksum).unwrap_or(0))),
        ("generic", Box::new(|out| write::generic(bytes, ends, out, black_box(values.0), black_box(values.1)))),
        (
            "specialized on the settings, by the dispatcher",
            Box::new(|out| write(bytes, ends, out, black_box(values.0), black_box(values.1))),
        ),
        ("specialized on the settings, by handle", Box::new(|out| bound.call(bytes, ends, out))),
    ];
    let mut expected = place();
    ways[0].1(&mut expected);
    for (way, write) in &ways {
        let mut out = place();
        write(&mut out);
        if out != expected {
            return Err(format!("`{way}` writes something else: this is a bug"));
        }
    }
    let mut ways = ways.map(|(name, write)| {
        let mut out = place();
        let way: Box<dyn FnMut() -> u64> = Box::new(move || {
            if to == Destination::Memory {
                out.clear();
            }
            write(black_box(&mut out))
        });
        (name, way)
    });
    compare("record", ends.len() as f64, &mut ways)
}

fn by_interface(bytes: &[u8], ends: &[u32], out: &mut Vec<u8>, to: Destination, checksum: Sort) -> io::Result<u64> {
    let (mut nowhere, mut ring);
    let writer: &mut dyn Write = match to {
        Destination::Nowhere => {
            nowhere = io::empty();
            &mut nowhere
        }
        Destination::Memory => out,
        Destination::Ring => {
            ring = Ring { memory: out, place: 0 };
            &mut ring
        }
    };
    let checksum: Option<Box<dyn Checksum>> = match checksum {
        Sort::None => None,
        Sort::Sum => Some(Box::new(Sum)),
        Sort::Adler => Some(Box::new(Adler)),
        Sort::Fnv => Some(Box::new(Fnv)),
    };
    let mut database = black_box(Database { writer, checksum, written: 0 });
    let mut start = 0;
    for end in ends {
        database.write(&bytes[start..*end as usize])?;
        start = *end as usize;
    }
    Ok(database.written)
}
