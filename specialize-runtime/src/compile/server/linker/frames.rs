//! The frame information in `.eh_frame`, by which the unwinder walks through the code: reading it, and leaving out what is
//! of functions that are left out.
//!
//! The format is that of the LSB, "Exception Frames" (LSB-Core-generic, 10.6.1): records for many functions (CIEs), and records for
//! one function each (FDEs), which say how far before them one of the former stands.

use std::borrow::Cow;

use super::Refusal;
use super::bytes::{Reader, put, slice, u32_at};
use super::elf::*;
use super::object::{Object, Relocation, Section};
use super::symbol::Target;

/// The name of the section.
const SECTION: &str = ".eh_frame";

/// Where in a record of a function the address of its code stands, and behind it the length.
const CODE: u64 = 8;

/// Pointers as compilers write them for position-independent code: four bytes with a sign, from where they stand...
const NEAR: u8 = 0x1b;

/// ...and the same to a place that holds the pointer.
const NEAR_INDIRECT: u8 = 0x9b;

/// The frame information of an object.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// The index of the section, if there is one.
    pub(super) section: Option<usize>,
    /// The records in their order.
    pub(super) records: Vec<Record>,
}

/// A record.
#[derive(Debug)]
pub(super) struct Record {
    /// Where in the section it starts.
    start: u64,
    /// Where it ends.
    end: u64,
    /// What it is about.
    pub(super) about: About,
    /// What is to be written into it.
    pub(super) relocations: Vec<Relocation>,
}

/// What a record is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum About {
    /// What many functions have in common: a CIE.
    Many,
    /// One function: an FDE.
    One {
        /// The index of the record that it has in common with others.
        common: usize,
        /// The function's code.
        code: Code,
    },
}

/// The code of a function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code {
    /// The index of the section.
    pub(super) section: usize,
    /// Where in the section it starts.
    pub(super) offset: u64,
    /// How many bytes it takes.
    pub(super) length: u64,
}

/// A function and the record that is kept of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Function {
    /// Where in the new section the record starts.
    pub(super) record: u64,
    /// The code.
    pub(super) code: Code,
}

impl Frames {
    /// Reads the frame information of an object.
    ///
    /// # Errors
    ///
    /// It is damaged, or not as compilers write it for position-independent code.
    pub(super) fn read(object: &Object<'_>) -> Result<Frames, Refusal> {
        let mut sections = object.sections.iter().enumerate().filter(|(_, section)| section.is_loaded() && section.name == SECTION);
        let Some((index, section)) = sections.next() else {
            return Ok(Frames::default());
        };
        if sections.next().is_some() {
            return Err(Refusal::unsupported("frame information in several sections"));
        }
        let mut relocations = section.relocations.clone();
        relocations.sort_by_key(|relocation| relocation.offset);
        let mut frames = Frames { section: Some(index), records: Vec::new() };
        let mut start = 0;
        while start < section.bytes.len() as u64 {
            let end = record_end(section, start)?;
            if end == start {
                break;
            }
            let before = relocations.partition_point(|relocation| relocation.offset < end);
            let record = frames.read_record(object, section, start..end, relocations.drain(..before).collect())?;
            frames.records.push(record);
            start = end;
        }
        match relocations.first() {
            Some(relocation) => Err(misplaced(relocation)),
            None => Ok(frames),
        }
    }

    /// Reads a record. Those it refers to stand before it.
    fn read_record(
        &self,
        object: &Object<'_>,
        section: &Section<'_>,
        place: std::ops::Range<u64>,
        relocations: Vec<Relocation>,
    ) -> Result<Record, Refusal> {
        let (start, end) = (place.start, place.end);
        let damaged = || Refusal::damaged(format_args!("the frame information at {start:#x} is not whole"));
        let record = slice(&section.bytes, start, end.saturating_sub(start)).ok_or_else(damaged)?;
        let back = u32_at(record, 4).ok_or_else(damaged)?;
        let about = if back == 0 {
            check_common(record.get(CODE as usize..).unwrap_or_default(), start)?;
            About::Many
        } else {
            let common = start.checked_add(4).and_then(|place| place.checked_sub(back.into())).ok_or_else(damaged)?;
            let common = self.records.binary_search_by_key(&common, |record| record.start).map_err(|_| damaged())?;
            if !matches!(self.records.get(common), Some(Record { about: About::Many, .. })) {
                return Err(damaged());
            }
            let length = u32_at(record, CODE + 4).ok_or_else(damaged)?;
            About::One { common, code: read_code(object, &relocations, start, length)? }
        };
        let record = Record { start, end, about, relocations };
        record.check_relocations()?;
        Ok(record)
    }

    /// Leaves out the records that are not `kept`, and gives back the functions of those that are.
    ///
    /// # Errors
    ///
    /// The frame information is damaged.
    pub(super) fn keep(&self, object: &mut Object<'_>, kept: &[bool]) -> Result<Vec<Function>, Refusal> {
        let Some(section) = self.section.and_then(|index| object.sections.get_mut(index)) else {
            return Ok(Vec::new());
        };
        let damaged = || Refusal::damaged("its frame information is not whole");
        let (mut bytes, mut relocations, mut functions) = (Vec::new(), Vec::new(), Vec::new());
        let mut places = Vec::new();
        for (record, kept) in self.records.iter().zip(kept) {
            let place = bytes.len() as u64;
            places.push(place);
            if !kept {
                continue;
            }
            bytes.extend_from_slice(slice(&section.bytes, record.start, record.end.saturating_sub(record.start)).ok_or_else(damaged)?);
            if let About::One { common, code } = record.about {
                let back = (place + 4).checked_sub(*places.get(common).ok_or_else(damaged)?).ok_or_else(damaged)?;
                let back = u32::try_from(back).map_err(|_| damaged())?;
                put(&mut bytes, place + 4, &back.to_le_bytes()).ok_or_else(damaged)?;
                functions.push(Function { record: place, code });
            }
            relocations.extend(record.relocations.iter().map(|relocation| {
                let offset = relocation.offset.saturating_sub(record.start).saturating_add(place);
                Relocation { offset, ..*relocation }
            }));
        }
        if !bytes.is_empty() {
            // The end, for those who read on without knowing the size.
            bytes.extend_from_slice(&[0; 4]);
        }
        section.size = bytes.len() as u64;
        section.bytes = Cow::Owned(bytes);
        section.relocations = relocations;
        // A function without code is left out: two records of the index must not be about the same place.
        functions.retain(|function| function.code.length != 0);
        Ok(functions)
    }
}

impl Record {
    /// Checks that all that is to be written into it are its pointers, each near and whole.
    fn check_relocations(&self) -> Result<(), Refusal> {
        let pointers = self.start.saturating_add(CODE)..=self.end.saturating_sub(4);
        let is_pointer = |relocation: &&Relocation| relocation.kind == R_X86_64_PC32 && pointers.contains(&relocation.offset);
        match self.relocations.iter().find(|relocation| !is_pointer(relocation)) {
            Some(relocation) => Err(misplaced(relocation)),
            None => Ok(()),
        }
    }
}

/// Where the record that starts at a place ends; there, if it marks the end of all.
fn record_end(section: &Section<'_>, start: u64) -> Result<u64, Refusal> {
    let length = match u32_at(&section.bytes, start) {
        Some(0) => return Ok(start),
        Some(u32::MAX) => return Err(Refusal::unsupported("frame information with records of more than 4 GB")),
        length => length.and_then(|length| start.checked_add(4)?.checked_add(length.into())),
    };
    match length {
        Some(end) if end <= section.bytes.len() as u64 => Ok(end),
        _ => Err(Refusal::damaged(format_args!("the frame information at {start:#x} is not whole"))),
    }
}

/// The code that the record of a function is about.
fn read_code(object: &Object<'_>, relocations: &[Relocation], start: u64, length: u32) -> Result<Code, Refusal> {
    let place = start.checked_add(CODE);
    let mut of_code = relocations.iter().filter(|relocation| Some(relocation.offset) == place);
    if let (Some(relocation), None) = (of_code.next(), of_code.next())
        && let Target::Section { section, offset } = object.target_of(relocation)?
        && let Some(offset) = offset.checked_add_signed(relocation.addend)
    {
        return Ok(Code { section, offset, length: length.into() });
    }
    Err(Refusal::damaged(format_args!("the frame information at {start:#x} is about no function")))
}

/// Checks that a record about many functions says what this linker knows: how pointers are written. `rest` is what
/// follows its length and its mark.
fn check_common(rest: &[u8], start: u64) -> Result<(), Refusal> {
    let mut reader = Reader(rest);
    let known = check_augmentation(&mut reader);
    match known {
        Some(true) => Ok(()),
        Some(false) => Err(Refusal::unsupported(format_args!("frame information of an unknown kind at {start:#x}"))),
        None => Err(Refusal::damaged(format_args!("the frame information at {start:#x} is not whole"))),
    }
}

/// Whether the version and the augmentation are known ones; nothing if they are not whole.
fn check_augmentation(reader: &mut Reader<'_>) -> Option<bool> {
    let version = reader.byte()?;
    let letters = reader.until_zero()?;
    let (Some(b'z'), 1) = (letters.first(), version) else {
        return Some(false);
    };
    // The units of code and data, the column of the return address, and the length of what follows.
    reader.skip_number()?;
    reader.skip_number()?;
    reader.byte()?;
    reader.skip_number()?;
    let mut near_code = false;
    for letter in letters.get(1..)? {
        match letter {
            b'R' => near_code = reader.byte()? == NEAR,
            b'L' if reader.byte()? == NEAR => {}
            b'P' if matches!(reader.byte()?, NEAR | NEAR_INDIRECT) => reader.skip(4)?,
            b'S' => {}
            _ => return Some(false),
        }
    }
    Some(near_code)
}

fn misplaced(relocation: &Relocation) -> Refusal {
    Refusal::unsupported(format_args!("{} in the frame information at {:#x}", relocation_name(relocation.kind), relocation.offset))
}
