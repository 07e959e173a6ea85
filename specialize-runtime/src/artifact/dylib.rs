//! What the file of a variant says of itself, before anything of it is loaded.

use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
use object::{LittleEndian, Object, ObjectSegment, ObjectSymbol, elf};

/// The symbol of a variant's code.
pub(crate) const ENTRY: &str = "specialize_entry";

/// The symbol of the sizes and alignments that a variant was compiled with.
pub(crate) const LAYOUT: &str = "SPECIALIZE_LAYOUT";

/// A variant as it stands in its file.
#[derive(Debug)]
pub(crate) struct Dylib<'a> {
    /// The bytes of the segment that holds the code, which the loader does not change.
    pub(crate) code: &'a [u8],
    /// Where in the file they begin.
    pub(crate) code_offset: u64,
    /// How many of them come before the entry.
    pub(crate) entry: usize,
    /// The size and alignment of each type in the signature.
    pub(crate) layout: Vec<[usize; 2]>,
}

impl Dylib<'_> {
    /// Reads a file that may hold anything; nothing if it is not a variant.
    pub(crate) fn examine(content: &[u8]) -> Option<Dylib<'_>> {
        let file = ElfFile64::<LittleEndian>::parse(content).ok()?;
        let segments = file.elf_header().program_headers(LittleEndian, content).ok()?;
        let is_code = |flags| flags == elf::PF_R | elf::PF_X;
        let is_mapped = |kind| kind == elf::PT_LOAD;
        let segment = segments.iter().find(|segment| is_mapped(segment.p_type(LittleEndian)) && is_code(segment.p_flags(LittleEndian)))?;
        let code = segment.data(LittleEndian, content).ok()?;
        let address = file.dynamic_symbols().find(|symbol| symbol.name() == Ok(ENTRY))?.address();
        let entry = usize::try_from(address.checked_sub(segment.p_vaddr(LittleEndian))?).ok().filter(|entry| *entry < code.len())?;
        Some(Dylib { code, code_offset: segment.p_offset(LittleEndian), entry, layout: layout(&file)? })
    }
}

fn layout(file: &ElfFile64<'_, LittleEndian>) -> Option<Vec<[usize; 2]>> {
    let symbol = file.dynamic_symbols().find(|symbol| symbol.name() == Ok(LAYOUT))?;
    let bytes = file.segments().find_map(|segment| segment.data_range(symbol.address(), symbol.size()).ok()?)?;
    let (numbers, rest) = bytes.as_chunks::<{ size_of::<usize>() }>();
    let numbers: Vec<usize> = numbers.iter().map(|number| usize::from_le_bytes(*number)).collect();
    let (pairs, odd) = numbers.as_chunks::<2>();
    (rest.is_empty() && odd.is_empty()).then(|| pairs.to_vec())
}
