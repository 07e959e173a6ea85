//! Reading the headers of an object: what its file is, and which sections it has.

use super::Refusal;
use super::bytes::{array, slice, text_at, u16_at, u32_at, u64_at};
use super::elf::*;

/// The header of one section of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// One of `SHT_*`.
    pub(super) kind: u32,
    /// Some of `SHF_*`.
    pub(super) flags: u64,
    /// What stands in the file.
    pub(super) bytes: &'a [u8],
    /// How many bytes of memory it takes.
    pub(super) size: u64,
    /// The index of the section that it needs.
    pub(super) link: u32,
    /// The index of what it is about, which is a section or a symbol.
    pub(super) info: u32,
    /// What its address must be a multiple of.
    pub(super) alignment: u64,
}

impl Header<'_> {
    /// Whether the section is to be in memory.
    pub(super) fn is_loaded(&self) -> bool {
        self.flags & SHF_ALLOC != 0
    }
}

/// Reads the headers of all sections of an object.
///
/// # Errors
///
/// The file is not an object for x86-64, or is damaged.
pub(super) fn read(file: &[u8]) -> Result<Vec<Header<'_>>, Refusal> {
    check_file(file)?;
    let damaged = || Refusal::damaged("its section headers are not within the file");
    let (start, count) = (u64_at(file, 0x28).ok_or_else(damaged)?, u16_at(file, 0x3c).ok_or_else(damaged)?);
    if count == 0 {
        return Err(Refusal::unsupported("an object without sections, or with more than 65,279"));
    }
    let table = slice(file, start, u64::from(count) * SECTION_HEADER_SIZE).ok_or_else(damaged)?;
    let names_index = u16_at(file, 0x3e).ok_or_else(damaged)?;
    let names_header = slice(table, u64::from(names_index) * SECTION_HEADER_SIZE, SECTION_HEADER_SIZE).ok_or_else(damaged)?;
    let names = bytes_of(file, names_header).ok_or_else(|| Refusal::damaged("the names of its sections are not within the file"))?;
    let headers = table.chunks_exact(SECTION_HEADER_SIZE as usize).enumerate().map(|(index, header)| {
        parse(file, header, names).ok_or_else(|| Refusal::damaged(format_args!("section {index} is not within the file, or its name")))
    });
    let headers = headers.collect::<Result<Vec<_>, _>>()?;
    check_overlap(file, &headers)?;
    Ok(headers)
}

/// Checks that the file is an object for this machine.
fn check_file(file: &[u8]) -> Result<(), Refusal> {
    let system = file.get(7).copied();
    let shape = (array(file, 0), u16_at(file, 0x10), u16_at(file, 0x12), u16_at(file, 0x3a).map(u64::from));
    if shape != (Some(IDENTIFICATION), Some(ET_REL), Some(EM_X86_64), Some(SECTION_HEADER_SIZE)) {
        return Err(Refusal::damaged("it is no relocatable ELF file for x86-64"));
    }
    if !matches!(system, Some(ELFOSABI_NONE | ELFOSABI_GNU)) {
        return Err(Refusal::unsupported("an object for another system than GNU"));
    }
    Ok(())
}

/// What a section header is about, if it is all within the file.
fn parse<'a>(file: &'a [u8], header: &[u8], names: &'a [u8]) -> Option<Header<'a>> {
    Some(Header {
        name: text_at(names, u32_at(header, 0)?.into())?,
        kind: u32_at(header, 4)?,
        flags: u64_at(header, 8)?,
        bytes: bytes_of(file, header)?,
        size: u64_at(header, 0x20)?,
        link: u32_at(header, 0x28)?,
        info: u32_at(header, 0x2c)?,
        // None is as good as any.
        alignment: u64_at(header, 0x30)?.max(1),
    })
}

/// What stands in the file for a section.
fn bytes_of<'a>(file: &'a [u8], header: &[u8]) -> Option<&'a [u8]> {
    let in_memory_only = u32_at(header, 4)? == SHT_NOBITS;
    slice(file, u64_at(header, 0x18)?, if in_memory_only { 0 } else { u64_at(header, 0x20)? })
}

/// Checks that the sections take no more than the file has, so that neither does what is made of them.
fn check_overlap(file: &[u8], headers: &[Header<'_>]) -> Result<(), Refusal> {
    let total = headers.iter().try_fold(0usize, |total, header| total.checked_add(header.bytes.len()));
    match total {
        Some(total) if total <= file.len() => Ok(()),
        _ => Err(Refusal::damaged("its sections overlap")),
    }
}
