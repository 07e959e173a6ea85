//! One object of an archive, and what can be cut out of it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::fs::File;
use std::ops::Range;

use object::elf::{self, RelocationType, SectionFlags};
use object::read::ReadCacheRange;
use object::read::elf::{ElfFile64, ElfSection64, ElfSymbol64, SectionHeader as _};
use object::{
    LittleEndian, Object as _, ObjectSection as _, ObjectSymbol as _, RelocationFlags, RelocationTarget, SectionIndex, SymbolIndex,
};

use super::frames::{self, Frame, LINK};
use crate::user_code;

type File64<'a> = ElfFile64<'a, LittleEndian, ReadCacheRange<'a, File>>;
type Symbol<'a, 'b> = ElfSymbol64<'a, 'b, LittleEndian, ReadCacheRange<'a, File>>;
type Section<'a, 'b> = ElfSection64<'a, 'b, LittleEndian, ReadCacheRange<'a, File>>;

/// The relocations that can be written down, and whether they are about an entry of the table that the linker makes for a symbol.
const RELOCATIONS: [(RelocationType, &str, bool); 7] = [
    (elf::R_X86_64_64, "R_X86_64_64", false),
    (elf::R_X86_64_PC32, "R_X86_64_PC32", false),
    (elf::R_X86_64_PC64, "R_X86_64_PC64", false),
    (elf::R_X86_64_PLT32, "R_X86_64_PLT32", false),
    (elf::R_X86_64_GOTPCREL, "R_X86_64_GOTPCREL", true),
    (elf::R_X86_64_GOTPCRELX, "R_X86_64_GOTPCRELX", true),
    (elf::R_X86_64_REX_GOTPCRELX, "R_X86_64_REX_GOTPCRELX", true),
];

/// The flags of sections that can be written down. All others say that something is special.
const FLAGS: u64 = elf::SHF_ALLOC.0 | elf::SHF_EXECINSTR.0 | elf::SHF_WRITE.0 | elf::SHF_MERGE.0 | elf::SHF_STRINGS.0;

/// One object, and what is wanted of it.
pub(super) struct Object<'a> {
    file: File64<'a>,
    /// The symbols that others define.
    provided: &'a HashSet<String>,
    /// The symbols to be cut out.
    wanted: BTreeMap<usize, &'a str>,
    /// The table of unwind entries, and whose they are.
    unwind: Option<usize>,
    frames: BTreeMap<usize, Vec<Frame>>,
    may_have_state: bool,
}

/// A place that the linker fills in.
struct Reference<'a> {
    at: usize,
    relocation: &'static str,
    target: Target<'a>,
    addend: i64,
}

/// What goes there.
enum Target<'a> {
    /// What others define.
    Provided(&'a str),
    /// A wanted symbol, and the section that it is in.
    Wanted(&'a str, usize),
    /// An address in a section.
    Address(usize, u64),
}

impl<'a> Object<'a> {
    /// Reads an object of which those symbols are wanted that are not `provided` and for which `is_wanted` says so. Its data that can be
    /// written to are cut out only if it `may_have_state`.
    pub(super) fn read(
        data: ReadCacheRange<'a, File>,
        provided: &'a HashSet<String>,
        is_wanted: impl Fn(&str) -> bool,
        may_have_state: bool,
    ) -> object::Result<Object<'a>> {
        let file = File64::parse(data)?;
        let definitions = file.symbols().filter(|symbol| symbol.is_definition() && symbol.is_global());
        let known = definitions.filter(|symbol| matches!(symbol.elf_symbol().st_type(), elf::STT_FUNC | elf::STT_OBJECT));
        let named = known.filter_map(|symbol| Some((symbol.index().0, symbol.name().ok()?)));
        let wanted = named.filter(|(_, name)| can_be_written(name) && !provided.contains(*name) && is_wanted(name)).collect();
        let unwind = file.sections().find(|section| section.elf_section_header().sh_type(LittleEndian) == elf::SHT_X86_64_UNWIND);
        let unwind = unwind.map(|section| section.index().0);
        let mut object = Object { file, provided, wanted, unwind, frames: BTreeMap::new(), may_have_state };
        object.frames = object.read_frames().unwrap_or_default();
        Ok(object)
    }

    fn read_frames(&self) -> Option<BTreeMap<usize, Vec<Frame>>> {
        let table = self.section(self.unwind?)?;
        let mut places = BTreeMap::new();
        for (at, relocation) in table.relocations() {
            if let RelocationTarget::Symbol(symbol) = relocation.target() {
                places.insert(usize::try_from(at).ok()?, symbol.0);
            }
        }
        frames::read(table.data().ok()?, |at| Some(self.symbol(*places.get(&at)?)?.section_index()?.0))
    }

    /// All that is wanted and that can be cut out, with what it refers to, as assembly, in which `number` tells this object from others;
    /// and the symbols that the assembly defines.
    pub(super) fn cut(&self, number: usize) -> (String, Vec<&'a str>) {
        let mut sections = BTreeSet::new();
        for (symbol, name) in &self.wanted {
            match self.needs(*symbol) {
                Some(needed) => sections.extend(needed),
                None => user_code::event!(trace, "specialize::compile", name, "an instance of the sysroot cannot be cut out"),
            }
        }
        let Some(text) = self.write(&sections, number) else {
            return (String::new(), Vec::new());
        };
        let symbols = sections.iter().flat_map(|section| self.wanted_in(*section)).map(|(_, name)| name).collect();
        (text, symbols)
    }

    /// The sections that a symbol needs, its own among them. `None` if they cannot all be had.
    fn needs(&self, symbol: usize) -> Option<BTreeSet<usize>> {
        let mut found = BTreeSet::new();
        let mut open = vec![self.symbol(symbol)?.section_index()?.0];
        while let Some(section) = open.pop() {
            if found.insert(section) {
                open.extend(self.references(section)?.iter().filter_map(Reference::section));
            }
        }
        Some(found)
    }

    /// All references of a section, and of the unwind entries of its functions, if it can be cut out.
    fn references(&self, section: usize) -> Option<Vec<Reference<'a>>> {
        let content = self.section(section)?;
        let _ = self.directive(&content)?;
        let mut references = self.references_in(section, 0..usize::try_from(content.size()).ok()?)?;
        if is_set(flags(&content), elf::SHF_EXECINSTR) {
            // A panic could not pass a function without unwind entries.
            for frame in self.frames.get(&section)? {
                references.extend(self.references_in(self.unwind?, frame.own.clone())?);
                references.extend(self.references_in(self.unwind?, frame.common.clone())?);
            }
        }
        Some(references)
    }

    /// The references in a part of a section.
    fn references_in(&self, section: usize, part: Range<usize>) -> Option<Vec<Reference<'a>>> {
        let mut references = Vec::new();
        for (at, relocation) in self.section(section)?.relocations() {
            let at = usize::try_from(at).ok()?;
            if part.contains(&at) {
                let (RelocationFlags::Elf { r_type }, RelocationTarget::Symbol(symbol)) = (relocation.flags(), relocation.target()) else {
                    return None;
                };
                let (_, name, is_by_table) = RELOCATIONS.into_iter().find(|(known, ..)| *known == r_type)?;
                let target = self.target(symbol.0, is_by_table)?;
                references.push(Reference { at, relocation: name, target, addend: relocation.addend() });
            }
        }
        Some(references)
    }

    fn target(&self, index: usize, is_by_table: bool) -> Option<Target<'a>> {
        let symbol = self.symbol(index)?;
        if symbol.is_global() && self.provided.contains(symbol.name().ok()?) {
            return symbol.name().ok().filter(|name| can_be_written(name)).map(Target::Provided);
        }
        let section = symbol.section_index()?.0;
        match (self.wanted.get(&index), is_by_table) {
            (Some(name), true) => Some(Target::Wanted(name, section)),
            // The linker would make an entry for the start of the section.
            (None, true) => None,
            (_, false) => Some(Target::Address(section, symbol.address())),
        }
    }

    fn section(&self, index: usize) -> Option<Section<'a, '_>> {
        self.file.section_by_index(SectionIndex(index)).ok()
    }

    fn symbol(&self, index: usize) -> Option<Symbol<'a, '_>> {
        self.file.symbol_by_index(SymbolIndex(index)).ok()
    }

    /// The wanted symbols that a section defines, by place.
    fn wanted_in(&self, section: usize) -> Vec<(usize, &'a str)> {
        let symbols = self.wanted.iter().filter_map(|(index, name)| Some((self.symbol(*index)?, *name)));
        let here = symbols.filter(|(symbol, _)| symbol.section_index() == Some(SectionIndex(section)));
        let mut places: Vec<_> = here.filter_map(|(symbol, name)| Some((usize::try_from(symbol.address()).ok()?, name))).collect();
        places.sort_unstable();
        places
    }
}

/// Writing down.
impl Object<'_> {
    /// The sections as assembly.
    fn write(&self, sections: &BTreeSet<usize>, number: usize) -> Option<String> {
        let mut text = String::new();
        for section in sections {
            self.write_section(&mut text, *section, number)?;
        }
        let functions = sections.iter().filter_map(|section| self.frames.get(section)).flatten();
        for (index, frame) in functions.enumerate() {
            self.write_frame(&mut text, frame, &format!("{number}_{index}"), number)?;
        }
        Some(text)
    }

    fn write_section(&self, text: &mut String, index: usize, number: usize) -> Option<()> {
        let section = self.section(index)?;
        let (size, bytes) = (usize::try_from(section.size()).ok()?, section.data().ok()?);
        let (directive, align, own) = (self.directive(&section)?, section.align().max(1), label(number, index));
        // Writing to a `String` does not fail.
        let _ = writeln!(text, "{directive}\n.balign {align}\n{own}:");
        let mut written = 0;
        for (place, symbol) in self.wanted_in(index) {
            write_bytes(text, bytes, written..place)?;
            let kind = if is_set(flags(&section), elf::SHF_EXECINSTR) { "function" } else { "object" };
            let _ = writeln!(text, ".globl {symbol}\n.type {symbol},@{kind}\n.size {symbol},{}\n{symbol}:", size.checked_sub(place)?);
            written = place;
        }
        write_bytes(text, bytes, written..size)?;
        write_references(text, &self.references_in(index, 0..size)?, &own, 0, number);
        Some(())
    }

    /// Writes a function's unwind entry, after a copy of the one that it shares.
    fn write_frame(&self, text: &mut String, frame: &Frame, name: &str, number: usize) -> Option<()> {
        let unwind = self.unwind?;
        let table = self.section(unwind)?.data().ok()?;
        let (common, own) = (format!(".Linstance_common_{name}"), format!(".Linstance_frame_{name}"));
        let _ = writeln!(text, ".section .eh_frame,\"a\",@unwind\n{common}:");
        write_bytes(text, table, frame.common.clone())?;
        let _ = writeln!(text, "{own}:");
        write_bytes(text, table, frame.own.start..frame.own.start + LINK.start)?;
        let _ = writeln!(text, ".long . - {common}");
        write_bytes(text, table, frame.own.start + LINK.end..frame.own.end)?;
        write_references(text, &self.references_in(unwind, frame.common.clone())?, &common, frame.common.start, number);
        write_references(text, &self.references_in(unwind, frame.own.clone())?, &own, frame.own.start, number);
        Some(())
    }

    /// The directive for a section of this kind, if there is one.
    fn directive(&self, section: &Section<'_, '_>) -> Option<&'static str> {
        let (kind, flags) = (section.elf_section_header().sh_type(LittleEndian), flags(section));
        if flags.0 & !FLAGS != 0 || !is_set(flags, elf::SHF_ALLOC) {
            return None;
        }
        match (kind, is_set(flags, elf::SHF_EXECINSTR), is_set(flags, elf::SHF_WRITE)) {
            (elf::SHT_PROGBITS, true, false) => Some(".text"),
            (elf::SHT_PROGBITS, false, false) => Some(".section .rodata,\"a\",@progbits"),
            // Only the loader writes there.
            (elf::SHT_PROGBITS, false, true) if section.name().ok()?.starts_with(".data.rel.ro") => {
                Some(".section .data.rel.ro,\"aw\",@progbits")
            }
            (elf::SHT_PROGBITS, false, true) if self.may_have_state => Some(".data"),
            (elf::SHT_NOBITS, false, true) if self.may_have_state => Some(".bss"),
            _ => None,
        }
    }
}

impl Reference<'_> {
    /// The section of the same object that it refers to.
    fn section(&self) -> Option<usize> {
        match self.target {
            Target::Provided(_) => None,
            Target::Wanted(_, section) | Target::Address(section, _) => Some(section),
        }
    }
}

/// The label of a section's start.
fn label(number: usize, section: usize) -> String {
    format!(".Linstance_{number}_{}", section)
}

/// Writes a part of a section's bytes; a section without any is zero.
fn write_bytes(text: &mut String, bytes: &[u8], part: Range<usize>) -> Option<()> {
    if bytes.is_empty() {
        if !part.is_empty() {
            let _ = writeln!(text, ".zero {}", part.len());
        }
        return Some(());
    }
    for line in bytes.get(part)?.chunks(32) {
        let numbers: Vec<String> = line.iter().map(u8::to_string).collect();
        let _ = writeln!(text, ".byte {}", numbers.join(","));
    }
    Some(())
}

/// Writes the references of what stands after `label`, and stood at `start`.
fn write_references(text: &mut String, references: &[Reference<'_>], label: &str, start: usize, number: usize) {
    for Reference { at, relocation, target, addend } in references {
        let target = match target {
            Target::Provided(name) | Target::Wanted(name, _) => (*name).to_owned(),
            Target::Address(section, offset) => format!("{}+{offset}", self::label(number, *section)),
        };
        let _ = writeln!(text, ".reloc {label}+{},{relocation},{target}{addend:+}", at - start);
    }
}

/// Whether assembly can have this symbol as it stands.
fn can_be_written(symbol: &str) -> bool {
    symbol.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte))
}

fn flags(section: &Section<'_, '_>) -> SectionFlags {
    section.elf_section_header().sh_flags(LittleEndian)
}

fn is_set(flags: SectionFlags, flag: SectionFlags) -> bool {
    flags.0 & flag.0 != 0
}
