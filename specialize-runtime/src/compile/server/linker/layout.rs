//! Where everything stands: in the file, and in memory from where the dylib is loaded on.
//!
//! The dylib has two segments: what is read and run, and what is written. In the file they follow each other without a gap;
//! in memory the second starts on the next page, at the same place in its page as in the file, so that the loader can map both.

use super::Refusal;
use super::bytes::align;
use super::elf::*;
use super::object::{Object, Section};
use super::plan::Plan;
use super::reach::Reached;
use super::tables::Tables;
use super::{dylib_headers, frame_index};

/// More than any variant has, and small enough that every near reference reaches.
const LARGEST: u64 = 1 << 30;

/// How many bytes a slot takes.
pub(super) const SLOT_SIZE: u64 = 8;

/// How many bytes a stub takes.
pub(super) const STUB_SIZE: u64 = 8;

/// What a section of an object may be, and still be one that this linker knows.
const KNOWN_FLAGS: u64 =
    SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_MERGE | SHF_STRINGS | SHF_INFO_LINK | SHF_LINK_ORDER | SHF_GROUP | SHF_GNU_RETAIN;

/// The parts of a dylib in their order: those of the first segment, then those of the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The hash table by which the loader finds symbols.
    Hash,
    /// The symbols.
    Symbols,
    /// Their names.
    Names,
    /// The pointers that the loader fills.
    Relocations,
    /// The code.
    Code,
    /// Jumps to code that is elsewhere: the PLT.
    Stubs,
    /// Constants.
    Constants,
    /// What is to be cleaned up when a panic passes: the LSDAs.
    Cleanups,
    /// The index of the frame information.
    FrameIndex,
    /// The frame information.
    Frames,
    /// Constants with pointers.
    Pointers,
    /// Slots: pointers that code reads, the GOT.
    Slots,
    /// What the loader starts from.
    Dynamic,
    /// Variables.
    Data,
    /// Variables that are zero at first.
    Zeros,
}

impl Part {
    /// The first part of the second segment.
    const FIRST_WRITTEN: Part = Part::Pointers;

    /// All parts in their order.
    const ALL: [Part; 15] = [
        Part::Hash,
        Part::Symbols,
        Part::Names,
        Part::Relocations,
        Part::Code,
        Part::Stubs,
        Part::Constants,
        Part::Cleanups,
        Part::FrameIndex,
        Part::Frames,
        Part::Pointers,
        Part::Slots,
        Part::Dynamic,
        Part::Data,
        Part::Zeros,
    ];

    /// The part that a section belongs to.
    fn of(section: &Section<'_>) -> Result<Part, Refusal> {
        let writable = section.flags & SHF_WRITE != 0;
        let executable = section.flags & SHF_EXECINSTR != 0;
        let named = |name: &str| section.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let part = match (section.kind, writable, executable) {
            (SHT_PROGBITS, false, true) => Part::Code,
            (SHT_PROGBITS | SHT_X86_64_UNWIND, false, false) if section.name == ".eh_frame" => Part::Frames,
            (SHT_PROGBITS, false, false) if named(".gcc_except_table") => Part::Cleanups,
            (SHT_PROGBITS, false, false) => Part::Constants,
            (SHT_PROGBITS, true, false) if named(".data.rel.ro") => Part::Pointers,
            (SHT_PROGBITS, true, false) => Part::Data,
            (SHT_NOBITS, _, false) => Part::Zeros,
            _ => return Err(unknown(section)),
        };
        // The order of clean-ups does not matter, and that of other sections which must have one may.
        let ordered = section.flags & SHF_LINK_ORDER != 0 && part != Part::Cleanups;
        if section.flags & !KNOWN_FLAGS != 0 || ordered { Err(unknown(section)) } else { Ok(part) }
    }
}

fn unknown(section: &Section<'_>) -> Refusal {
    let Section { name, kind, flags, .. } = section;
    Refusal::unsupported(format_args!("section `{name}` of type {kind:#x} with flags {flags:#x}"))
}

/// A part in its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    /// The part.
    pub(super) part: Part,
    /// Where it stands.
    pub(super) place: Place,
    /// How many bytes of memory it takes.
    pub(super) size: u64,
    /// What its address is a multiple of.
    pub(super) alignment: u64,
    /// Whether anything is in it.
    pub(super) used: bool,
}

/// Where something stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// In memory, from where the dylib is loaded on.
    pub(super) address: u64,
    /// In the file.
    pub(super) offset: u64,
}

/// Where everything stands.
#[derive(Debug)]
pub(super) struct Layout {
    /// The parts in their order.
    pub(super) areas: Vec<Area>,
    /// The place of each section that is kept, by its index.
    pub(super) sections: Vec<Option<Place>>,
}

impl Layout {
    /// Gives everything that is kept its place. `functions` is how many functions the index of the frame information names, and
    /// `shift` how many bytes the code stands behind the first line of the cache where it could: a short loop feels where it stands.
    ///
    /// # Errors
    ///
    /// A section is of a kind that this linker does not know, or all of it is too large.
    pub(super) fn make(
        object: &Object<'_>,
        reached: &Reached,
        plan: &Plan,
        tables: &Tables<'_>,
        functions: usize,
        shift: u64,
    ) -> Result<Layout, Refusal> {
        let mut kept = Vec::new();
        for (index, (section, _)) in object.sections.iter().zip(&reached.sections).enumerate().filter(|(_, (_, kept))| **kept) {
            kept.push((Part::of(section)?, index, section));
        }
        let mut layout = Layout { areas: Vec::new(), sections: vec![None; object.sections.len()] };
        let mut end = Place { address: dylib_headers::size(functions), offset: dylib_headers::size(functions) };
        for part in Part::ALL {
            if part == Part::FIRST_WRITTEN && !end.address.is_multiple_of(PAGE) {
                end.address = end.address.saturating_add(PAGE);
            }
            if part == Part::Code {
                let start = end.address.next_multiple_of(super::LINE) + shift;
                end = Place { address: start, offset: end.offset + (start - end.address) };
            }
            let of_part = kept.iter().filter(|(of, ..)| *of == part).map(|(_, index, section)| (*index, *section));
            let made = made_part(part, plan, tables, functions);
            let area = layout.place(part, end, made, of_part).ok_or_else(|| Refusal::unsupported("a dylib of more than a gigabyte"))?;
            end.address = area.place.address + area.size;
            end.offset = area.place.offset + if part == Part::Zeros { 0 } else { area.size };
            layout.areas.push(area);
        }
        Ok(layout)
    }

    /// Places a part behind what is there: what this linker makes, of a size and an alignment, or sections of the object.
    fn place<'s, 'a: 's>(
        &mut self,
        part: Part,
        end: Place,
        (made, alignment): (u64, u64),
        sections: impl Iterator<Item = (usize, &'s Section<'a>)> + Clone,
    ) -> Option<Area> {
        let alignment = sections.clone().map(|(_, section)| section.alignment).fold(alignment, u64::max);
        let address = align(end.address, alignment)?;
        let place = Place { address, offset: end.offset.checked_add(address.checked_sub(end.address)?)? };
        let mut area = Area { part, place, size: made, alignment, used: made != 0 };
        for (index, section) in sections {
            let start = align(area.size, section.alignment)?;
            area.size = start.checked_add(section.size)?;
            area.used = true;
            *self.sections.get_mut(index)? = Some(Place { address: address.checked_add(start)?, offset: place.offset.checked_add(start)? });
        }
        (address.checked_add(area.size)? <= LARGEST).then_some(area)
    }

    /// A part in its place.
    pub(super) fn area(&self, part: Part) -> Result<&Area, Refusal> {
        self.areas.iter().find(|area| area.part == part).ok_or_else(|| Refusal::damaged("it has no room for a part"))
    }

    /// Where a place in a section that is kept stands.
    pub(super) fn section(&self, section: usize, offset: u64) -> Result<Place, Refusal> {
        let start = self.sections.get(section).copied().flatten();
        let place =
            start.and_then(|start| Some(Place { address: start.address.checked_add(offset)?, offset: start.offset.checked_add(offset)? }));
        place.ok_or_else(|| Refusal::damaged("it refers to what it left out"))
    }

    /// The address of a slot.
    pub(super) fn slot(&self, index: usize) -> Result<u64, Refusal> {
        Ok(self.area(Part::Slots)?.place.address + index as u64 * SLOT_SIZE)
    }

    /// Where a stub stands.
    pub(super) fn stub(&self, index: usize) -> Result<Place, Refusal> {
        let Place { address, offset } = self.area(Part::Stubs)?.place;
        Ok(Place { address: address + index as u64 * STUB_SIZE, offset: offset + index as u64 * STUB_SIZE })
    }
}

/// The size and the alignment of a part that this linker makes.
fn made_part(part: Part, plan: &Plan, tables: &Tables<'_>, functions: usize) -> (u64, u64) {
    match part {
        Part::Hash => (tables.hash.len() as u64, 8),
        Part::Symbols => (tables.symbols_size(), 8),
        Part::Names => (tables.names.len() as u64, 1),
        Part::Relocations => (tables.relocations_size(), 8),
        Part::Stubs => (plan.stubs.len() as u64 * STUB_SIZE, 8),
        Part::FrameIndex => (frame_index::size(functions), 4),
        Part::Slots => (plan.slots.len() as u64 * SLOT_SIZE, 8),
        Part::Dynamic => (tables.dynamic_size(), 8),
        _ => (0, 1),
    }
}
