//! A sink for records, whose settings are values: where records go, and with which checksum. In the article "Interface Dispatch" (Borislav
//! Nikolov, REKKI), a database writes through a writer that can change at run time, so that no compiler ever inlines it.
//!
//! `cargo run --release --example writer -- FILE --checksum adler --to memory` writes the lines of a file as records: the checksum, the
//! length, and the bytes. Without a file, the records are the lines of this one.
//!
//! Much is gained over the interface, which can inline nothing, and little over the generic function, which looks at two settings for
//! each record and is well predicted: a value that is asked for seldom is hardly worth a variant. `--to nowhere` is another matter, since
//! a checksum that goes nowhere need not be computed, and the variant does not.

mod shared;

use std::hint::black_box;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValue;
use clap::{Parser as Arguments, ValueEnum};
use shared::{BY_HAND, DISPATCHER, GENERIC, HANDLE, INTERFACE, Meter, Way, compare};
use sink::{Checksum, Destination, write};
use specialize::specialize;

/// What is specialized: the sink, on where records go and with which checksum.
#[specialize]
mod sink {
    /// Where records go.
    #[derive(Clone, Copy, Debug, PartialEq, specialize::Value)]
    pub(crate) enum Destination {
        /// They are only counted.
        Nowhere,
        /// To the end of a growing piece of memory.
        Memory,
        /// Round and round in a piece of memory.
        Ring,
    }

    /// What stands before each record.
    #[derive(Clone, Copy, Debug, specialize::Value)]
    pub(crate) enum Checksum {
        None,
        Sum,
        Adler,
        Fnv,
    }

    impl Checksum {
        pub(crate) fn of(self, record: &[u8]) -> u32 {
            match self {
                Checksum::None => 0,
                Checksum::Sum => record.iter().fold(0u32, |sum, byte| sum.wrapping_add(*byte as u32)),
                Checksum::Adler => {
                    let (mut a, mut b) = (1u32, 0u32);
                    for byte in record {
                        a = (a + *byte as u32) % 65_521;
                        b = (b + a) % 65_521;
                    }
                    b << 16 | a
                }
                Checksum::Fnv => record.iter().fold(0x811c_9dc5, |sum: u32, byte| (sum ^ *byte as u32).wrapping_mul(0x0100_0193)),
            }
        }
    }

    /// Writes a part to the destination; a length that is known where this is called is worth as much as the destination. `place` is
    /// where the ring goes on.
    fn put(part: &[u8], out: &mut Vec<u8>, place: &mut usize, destination: Destination) {
        match destination {
            Destination::Nowhere => {}
            Destination::Memory => out.extend_from_slice(part),
            Destination::Ring => {
                for byte in part {
                    out[*place] = *byte;
                    *place = if *place + 1 == out.len() { 0 } else { *place + 1 };
                }
            }
        }
    }

    /// Writes records, which stand one after the other in `bytes` and end at `ends`: the checksum, the length, and the bytes. Gives how
    /// many bytes that makes.
    #[specialize(destination, checksum)]
    pub(crate) fn write(bytes: &[u8], ends: &[u32], out: &mut Vec<u8>, destination: Destination, checksum: Checksum) -> u64 {
        let (mut start, mut place, mut written) = (0, 0, 0u64);
        for end in ends {
            let record = &bytes[start..*end as usize];
            start = *end as usize;
            if !matches!(checksum, Checksum::None) {
                put(&checksum.of(record).to_le_bytes(), out, &mut place, destination);
                written += 4;
            }
            put(&(record.len() as u32).to_le_bytes(), out, &mut place, destination);
            put(record, out, &mut place, destination);
            written += 4 + record.len() as u64;
        }
        written
    }
}

/// A checksum behind an interface.
trait Sums {
    fn of(&self, record: &[u8]) -> Option<u32>;
}

macro_rules! sums {
    ($($sum:ident)*) => {
        $(struct $sum;

        impl Sums for $sum {
            fn of(&self, record: &[u8]) -> Option<u32> {
                Some(Checksum::$sum.of(record))
            }
        })*
    };
}

sums! { Sum Adler Fnv }

struct Nothing;

impl Sums for Nothing {
    fn of(&self, _: &[u8]) -> Option<u32> {
        None
    }
}

impl<S: Sums + ?Sized> Sums for Box<S> {
    fn of(&self, record: &[u8]) -> Option<u32> {
        (**self).of(record)
    }
}

/// The article's database: what it writes to is behind an interface, and so is its checksum; or both are known.
struct Database<W, S> {
    writer: W,
    checksum: S,
}

impl<W: Write, S: Sums> Database<W, S> {
    /// Writes all records, and gives how many bytes that makes.
    fn write(&mut self, bytes: &[u8], ends: &[u32]) -> io::Result<u64> {
        let (mut start, mut written) = (0, 0);
        for end in ends {
            let record = &bytes[start..*end as usize];
            start = *end as usize;
            if let Some(sum) = self.checksum.of(record) {
                self.writer.write_all(&sum.to_le_bytes())?;
                written += 4;
            }
            self.writer.write_all(&(record.len() as u32).to_le_bytes())?;
            self.writer.write_all(record)?;
            written += 4 + record.len() as u64;
        }
        Ok(written)
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

impl ValueEnum for Destination {
    fn value_variants<'a>() -> &'a [Destination] {
        &[Destination::Nowhere, Destination::Memory, Destination::Ring]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(["nowhere", "memory", "ring"][*self as usize]))
    }
}

impl ValueEnum for Checksum {
    fn value_variants<'a>() -> &'a [Checksum] {
        &[Checksum::None, Checksum::Sum, Checksum::Adler, Checksum::Fnv]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(["none", "sum", "adler", "fnv"][*self as usize]))
    }
}

/// A record sink whose destination and checksum can change at run time.
#[derive(Arguments)]
pub(crate) struct Settings {
    /// A file whose lines are the records.
    file: Option<PathBuf>,
    /// Where they go.
    #[arg(long, default_value = "memory")]
    to: Destination,
    /// Which checksum each has.
    #[arg(long, default_value = "sum")]
    checksum: Checksum,
}

fn main() -> ExitCode {
    shared::main(|settings| run(settings, &mut shared::table))
}

pub(crate) fn run(settings: Settings, meter: &mut Meter<'_>) -> Result<(), String> {
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
    show(&bytes, &ends, settings.to, settings.checksum, meter)?;
    // It can change while the program runs: another sink is another value.
    println!();
    show(&bytes, &ends, Destination::Ring, Checksum::None, meter)
}

/// How large the ring is.
const RING: usize = 4_096;

/// A way to write all records into memory, with its name and what it is in words.
type All<'a> = (&'static str, &'static str, Box<dyn Fn(&mut Vec<u8>) -> u64 + 'a>);

fn show(bytes: &[u8], ends: &[u32], to: Destination, checksum: Checksum, meter: &mut Meter<'_>) -> Result<(), String> {
    println!("to: {to:?}, checksum: {checksum:?}");
    let (bound, took) = shared::ready(|| write::prepare(to, checksum), || write::bind(to, checksum));
    shared::arrived(write::table(), bound.tier(), took);
    let place = || if to == Destination::Ring { vec![0; RING] } else { Vec::new() };
    let unknown = || black_box((to, checksum));
    let ways: [All<'_>; 5] = [
        (INTERFACE, "a writer behind an interface (io::Write)", Box::new(|out| by_interface(bytes, ends, out, to, checksum))),
        (GENERIC, "the settings asked for each record", { Box::new(|out| write::generic(bytes, ends, out, unknown().0, unknown().1)) }),
        (DISPATCHER, "specialized on the settings", Box::new(|out| write(bytes, ends, out, unknown().0, unknown().1))),
        (HANDLE, "specialized on the settings", Box::new(|out| bound.call(bytes, ends, out))),
        (BY_HAND, "a writer and a checksum that are known", Box::new(|out| by_hand(bytes, ends, out, to, checksum))),
    ];
    let mut expected = place();
    ways[0].2(&mut expected);
    for (way, _, write) in &ways {
        let mut out = place();
        write(&mut out);
        if out != expected {
            return Err(format!("`{way}` writes something else: this is a bug"));
        }
    }
    let ways = ways.into_iter().map(|way| into_memory(way, place(), to)).collect();
    compare(meter, &format!("writer: to {to:?}, {checksum:?}"), "record", ends.len() as f64, ways)
}

fn into_memory<'a>((name, words, write): All<'a>, mut out: Vec<u8>, to: Destination) -> Way<'a, u64> {
    let way = move || {
        if to == Destination::Memory {
            out.clear();
        }
        write(black_box(&mut out))
    };
    (name, words, Box::new(way))
}

/// A database of which nothing is known but the interfaces.
fn by_interface(bytes: &[u8], ends: &[u32], out: &mut Vec<u8>, to: Destination, checksum: Checksum) -> u64 {
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
    let checksum: Box<dyn Sums> = match checksum {
        Checksum::None => Box::new(Nothing),
        Checksum::Sum => Box::new(Sum),
        Checksum::Adler => Box::new(Adler),
        Checksum::Fnv => Box::new(Fnv),
    };
    black_box(Database { writer, checksum }).write(bytes, ends).unwrap_or(0)
}

/// As it would have been written if the settings had been known: one of all the pairs of types is chosen once.
fn by_hand(bytes: &[u8], ends: &[u32], out: &mut Vec<u8>, to: Destination, checksum: Checksum) -> u64 {
    fn to_writer(writer: impl Write, bytes: &[u8], ends: &[u32], checksum: Checksum) -> io::Result<u64> {
        match checksum {
            Checksum::None => Database { writer, checksum: Nothing }.write(bytes, ends),
            Checksum::Sum => Database { writer, checksum: Sum }.write(bytes, ends),
            Checksum::Adler => Database { writer, checksum: Adler }.write(bytes, ends),
            Checksum::Fnv => Database { writer, checksum: Fnv }.write(bytes, ends),
        }
    }
    let written = match to {
        Destination::Nowhere => to_writer(io::empty(), bytes, ends, checksum),
        Destination::Memory => to_writer(out, bytes, ends, checksum),
        Destination::Ring => to_writer(Ring { memory: out, place: 0 }, bytes, ends, checksum),
    };
    written.unwrap_or(0)
}
