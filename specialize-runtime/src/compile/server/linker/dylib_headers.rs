//! The headers of the dylib: of the file, of its segments for the loader, and of its sections for debuggers and profilers.

use super::Refusal;
use super::bytes::{align, put};
use super::elf::*;
use super::layout::{Area, Layout, Part};

/// How a part is shown as a section: its name, its type, its flags, and the size of its entries.
struct Form(&'static str, u32, u64, u64);

impl Form {
    fn of(part: Part) -> Form {
        const CODE: u64 = SHF_ALLOC | SHF_EXECINSTR;
        const WRITTEN: u64 = SHF_ALLOC | SHF_WRITE;
        match part {
            Part::Hash => Form(".gnu.hash", SHT_GNU_HASH, SHF_ALLOC, 0),
            Part::Symbols => Form(".dynsym", SHT_DYNSYM, SHF_ALLOC, SYMBOL_SIZE),
            Part::Names => Form(".dynstr", SHT_STRTAB, SHF_ALLOC, 0),
            Part::Relocations => Form(".rela.dyn", SHT_RELA, SHF_ALLOC, RELOCATION_SIZE),
            Part::Code => Form(".text", SHT_PROGBITS, CODE, 0),
            Part::Stubs => Form(".plt", SHT_PROGBITS, CODE, 0),
            Part::Constants => Form(".rodata", SHT_PROGBITS, SHF_ALLOC, 0),
            Part::Cleanups => Form(".gcc_except_table", SHT_PROGBITS, SHF_ALLOC, 0),
            Part::FrameIndex => Form(".eh_frame_hdr", SHT_PROGBITS, SHF_ALLOC, 0),
            Part::Frames => Form(".eh_frame", SHT_X86_64_UNWIND, SHF_ALLOC, 0),
            Part::Pointers => Form(".data.rel.ro", SHT_PROGBITS, WRITTEN, 0),
            Part::Slots => Form(".got", SHT_PROGBITS, WRITTEN, 8),
            Part::Dynamic => Form(".dynamic", SHT_DYNAMIC, WRITTEN, DYNAMIC_SIZE),
            Part::Data => Form(".data", SHT_PROGBITS, WRITTEN, 0),
            Part::Zeros => Form(".bss", SHT_NOBITS, WRITTEN, 0),
        }
    }
}

/// The size of the headers at the start of the file.
pub(super) fn size(functions: usize) -> u64 {
    FILE_HEADER_SIZE + segment_count(functions) * PROGRAM_HEADER_SIZE
}

/// The two that are mapped, the dynamic section, the stack, and the index of the frame information if there is one.
fn segment_count(functions: usize) -> u64 {
    if functions == 0 { 4 } else { 5 }
}

impl Layout {
    /// The parts that have a section header, in the order of these.
    fn shown(&self) -> impl Iterator<Item = &Area> {
        self.areas.iter().filter(|area| area.used)
    }

    /// The index of the section header of a part; that of none if it has none.
    fn index_of(&self, part: Part) -> u32 {
        self.shown().position(|area| area.part == part).map_or(0, |index| index as u32 + 1)
    }

    /// The index of the section header of the part at an address.
    pub(super) fn header_index(&self, address: u64) -> u16 {
        let before = self.shown().filter(|area| area.place.address <= address).count();
        before as u16
    }

    /// How many bytes of the file the loader maps.
    pub(super) fn mapped_size(&self) -> Result<u64, Refusal> {
        let last = self.area(Part::Data)?;
        Ok(last.place.offset + last.size)
    }
}

/// Writes the headers at the start of the file, and appends those of the sections.
///
/// # Errors
///
/// The layout lacks a part.
pub(super) fn write(file: &mut Vec<u8>, layout: &Layout, functions: usize) -> Result<(), Refusal> {
    let (names, places) = section_names(layout);
    file.extend_from_slice(&names);
    let headers = align(file.len() as u64, 8).unwrap_or_default();
    file.resize(headers as usize, 0);
    let names_offset = layout.mapped_size()?;
    append_section_headers(file, layout, &places, (names_offset, names.len() as u64));
    let mut start = file_header(layout, functions, headers);
    for segment in segments(layout, functions)? {
        start.extend_from_slice(&segment);
    }
    put(file, 0, &start).ok_or_else(|| Refusal::damaged("it is smaller than its headers"))
}

/// The names of the sections, and where each stands; the last is that of the names themselves.
fn section_names(layout: &Layout) -> (Vec<u8>, Vec<u32>) {
    let (mut names, mut places) = (vec![0], Vec::new());
    for name in layout.shown().map(|area| Form::of(area.part).0).chain([".shstrtab"]) {
        places.push(names.len() as u32);
        names.extend_from_slice(name.as_bytes());
        names.push(0);
    }
    (names, places)
}

fn append_section_headers(file: &mut Vec<u8>, layout: &Layout, places: &[u32], (names_offset, names_size): (u64, u64)) {
    file.extend_from_slice(&[0; SECTION_HEADER_SIZE as usize]);
    let mut append = |name: u32, kind: u32, link: [u32; 2], words: [u64; 4], tail: [u64; 2]| {
        let [flags, address, offset, size] = words.map(u64::to_le_bytes);
        for word in [name, kind] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        file.extend_from_slice([flags, address, offset, size].as_flattened());
        file.extend_from_slice(link.map(u32::to_le_bytes).as_flattened());
        file.extend_from_slice(tail.map(u64::to_le_bytes).as_flattened());
    };
    let mut places = places.iter().copied();
    for (area, name) in layout.shown().zip(places.by_ref()) {
        let Form(_, kind, flags, entry_size) = Form::of(area.part);
        let link = match area.part {
            Part::Hash | Part::Relocations => [layout.index_of(Part::Symbols), 0],
            // One symbol, the first, is local.
            Part::Symbols => [layout.index_of(Part::Names), 1],
            Part::Dynamic => [layout.index_of(Part::Names), 0],
            _ => [0, 0],
        };
        append(name, kind, link, [flags, area.place.address, area.place.offset, area.size], [area.alignment, entry_size]);
    }
    append(places.next().unwrap_or_default(), SHT_STRTAB, [0, 0], [0, 0, names_offset, names_size], [1, 0]);
}

fn file_header(layout: &Layout, functions: usize, section_headers: u64) -> Vec<u8> {
    let sections = layout.shown().count() as u16 + 2;
    let mut header = IDENTIFICATION.to_vec();
    header.resize(16, 0);
    header.extend_from_slice([ET_DYN, EM_X86_64].map(u16::to_le_bytes).as_flattened());
    header.extend_from_slice(&EV_CURRENT.to_le_bytes());
    // No entry; the program headers follow at once.
    header.extend_from_slice([0, FILE_HEADER_SIZE, section_headers].map(u64::to_le_bytes).as_flattened());
    header.extend_from_slice(&0u32.to_le_bytes());
    let counts = [
        FILE_HEADER_SIZE as u16,
        PROGRAM_HEADER_SIZE as u16,
        segment_count(functions) as u16,
        SECTION_HEADER_SIZE as u16,
        sections,
        sections - 1,
    ];
    header.extend_from_slice(counts.map(u16::to_le_bytes).as_flattened());
    header
}

/// The segments.
fn segments(layout: &Layout, functions: usize) -> Result<Vec<[u8; PROGRAM_HEADER_SIZE as usize]>, Refusal> {
    let (frames, pointers, zeros) = (layout.area(Part::Frames)?, layout.area(Part::Pointers)?, layout.area(Part::Zeros)?);
    let (index, dynamic) = (layout.area(Part::FrameIndex)?, layout.area(Part::Dynamic)?);
    let code_end = frames.place.address + frames.size;
    let written = pointers.place;
    let (in_file, in_memory) = (layout.mapped_size()? - written.offset, zeros.place.address + zeros.size - written.address);
    let mut segments = vec![
        segment(PT_LOAD, PF_R | PF_X, [0, 0, code_end, code_end, PAGE]),
        segment(PT_LOAD, PF_R | PF_W, [written.offset, written.address, in_file, in_memory, PAGE]),
        segment(PT_DYNAMIC, PF_R | PF_W, [dynamic.place.offset, dynamic.place.address, dynamic.size, dynamic.size, 8]),
        segment(PT_GNU_STACK, PF_R | PF_W, [0, 0, 0, 0, 16]),
    ];
    if functions != 0 {
        segments.push(segment(PT_GNU_EH_FRAME, PF_R, [index.place.offset, index.place.address, index.size, index.size, 4]));
    }
    Ok(segments)
}

/// A segment's header: the numbers are its place in the file and in memory, its size in both, and its alignment.
fn segment(kind: u32, flags: u32, [offset, address, in_file, in_memory, alignment]: [u64; 5]) -> [u8; PROGRAM_HEADER_SIZE as usize] {
    let mut header = [0; PROGRAM_HEADER_SIZE as usize];
    let (start, rest) = header.split_at_mut(8);
    start.copy_from_slice([kind, flags].map(u32::to_le_bytes).as_flattened());
    rest.copy_from_slice([offset, address, address, in_file, in_memory, alignment].map(u64::to_le_bytes).as_flattened());
    header
}
