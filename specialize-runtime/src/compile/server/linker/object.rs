//! An object: the sections that may come into memory, with their relocations and groups, and the symbols.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Refusal;
use super::bytes::{u32_at, u64_at};
use super::elf::*;
use super::object_headers::{self, Header};
use super::symbol::{self, Symbol};

/// The largest alignment of a section: the loader gives no more than pages.
const LARGEST_ALIGNMENT: u64 = PAGE;

/// Names of sections whose contents would run or be registered when the dylib is loaded.
const STARTUP: [&str; 7] = [".init", ".fini", ".ctors", ".dtors", ".preinit_array", ".init_array", ".fini_array"];

/// An object, read and checked as far as all of its uses need it.
#[derive(Debug)]
pub(super) struct Object<'a> {
    /// The sections by their index in the file, and after them one for each common symbol.
    pub(super) sections: Vec<Section<'a>>,
    /// The members of each group, which are kept or left out together.
    pub(super) groups: Vec<Vec<usize>>,
    /// The symbols by their index.
    pub(super) symbols: Vec<Symbol<'a>>,
}

/// A section.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// One of `SHT_*`.
    pub(super) kind: u32,
    /// Some of `SHF_*`.
    pub(super) flags: u64,
    /// What it starts with; what is missing up to its size is zeros.
    pub(super) bytes: Cow<'a, [u8]>,
    /// How many bytes of memory it takes.
    pub(super) size: u64,
    /// What its address must be a multiple of: a power of two, at most a page.
    pub(super) alignment: u64,
    /// What is to be written into it.
    pub(super) relocations: Vec<Relocation>,
    /// The index of its group.
    pub(super) group: Option<usize>,
}

impl Section<'_> {
    /// Whether the section is to be in memory.
    pub(super) fn is_loaded(&self) -> bool {
        self.flags & SHF_ALLOC != 0
    }
}

/// Something to be written into a section, which depends on the address of a symbol.
#[derive(Clone, Copy, Debug)]
pub(super) struct Relocation {
    /// Where in the section.
    pub(super) offset: u64,
    /// One of `R_X86_64_*`.
    pub(super) kind: u32,
    /// The index of the symbol.
    pub(super) symbol: usize,
    /// What is added.
    pub(super) addend: i64,
}

impl<'a> Object<'a> {
    /// Reads an object.
    ///
    /// # Errors
    ///
    /// The object is damaged, or has sections that this linker does not know.
    pub(super) fn read(file: &'a [u8]) -> Result<Object<'a>, Refusal> {
        let headers = object_headers::read(file)?;
        let sections = headers.iter().map(read_section).collect::<Result<_, _>>()?;
        let mut object = Object { sections, groups: Vec::new(), symbols: Vec::new() };
        let mut tables = headers.iter().enumerate().filter(|(_, header)| header.kind == SHT_SYMTAB);
        let (Some((symbols, header)), None) = (tables.next(), tables.next()) else {
            return Err(Refusal::damaged("it does not have one table of symbols"));
        };
        let names = header_at(&headers, header.link).ok_or_else(|| Refusal::damaged("its symbols have no names"))?;
        object.symbols = symbol::read(header.bytes, names.bytes)?;
        object.give_place_to_common()?;
        for header in &headers {
            object.read_relocations(&headers, header, symbols)?;
        }
        object.read_groups(&headers)?;
        Ok(object)
    }

    /// Gives each common symbol a section of its own.
    fn give_place_to_common(&mut self) -> Result<(), Refusal> {
        for symbol in self.symbols.iter_mut().filter(|symbol| symbol.section == SHN_COMMON) {
            let section = Section {
                name: "COMMON",
                kind: SHT_NOBITS,
                flags: SHF_ALLOC | SHF_WRITE,
                bytes: Cow::default(),
                size: symbol.size,
                // Of a common symbol, the value is the alignment.
                alignment: checked_alignment("COMMON", symbol.value.max(1))?,
                relocations: Vec::new(),
                group: None,
            };
            symbol.common = Some(self.sections.len());
            symbol.value = 0;
            self.sections.push(section);
        }
        Ok(())
    }

    /// Takes in the relocations that `header` holds for a section in memory.
    fn read_relocations(&mut self, headers: &[Header<'_>], header: &Header<'_>, symbols: usize) -> Result<(), Refusal> {
        if !matches!(header.kind, SHT_RELA | SHT_REL | SHT_RELR | SHT_CREL) {
            return Ok(());
        }
        let Some(target) = header_at(headers, header.info) else {
            return Err(Refusal::damaged(format_args!("`{}` relocates no section", header.name)));
        };
        if !target.is_loaded() {
            return Ok(());
        }
        if header.kind != SHT_RELA {
            return Err(Refusal::unsupported(format_args!("relocations without addends in `{}`", header.name)));
        }
        let (entries, rest) = header.bytes.as_chunks::<{ RELOCATION_SIZE as usize }>();
        let section = usize::try_from(header.info).ok().and_then(|index| self.sections.get_mut(index));
        match section {
            Some(section) if rest.is_empty() && section.relocations.is_empty() && header.link as usize == symbols => {
                section.relocations = entries.iter().filter_map(read_relocation).collect();
                Ok(())
            }
            _ => Err(Refusal::damaged(format_args!("`{}` is not the relocations of one section", header.name))),
        }
    }

    /// Takes in the groups. Each of an object is its own, since nothing else is linked with it.
    fn read_groups(&mut self, headers: &[Header<'_>]) -> Result<(), Refusal> {
        let mut signatures = BTreeSet::new();
        for header in headers.iter().filter(|header| header.kind == SHT_GROUP) {
            let damaged = |what| Refusal::damaged(format_args!("the group in `{}` {what}", header.name));
            let (words, rest) = header.bytes.as_chunks::<4>();
            let (Some((flags, members)), []) = (words.split_first(), rest) else {
                return Err(damaged("is not whole"));
            };
            if u32::from_le_bytes(*flags) & !GRP_COMDAT != 0 {
                return Err(Refusal::unsupported(format_args!("a group of an unknown kind in `{}`", header.name)));
            }
            if !signatures.insert(header.info) {
                return Err(damaged("is there twice"));
            }
            let group = self.groups.len();
            let members: Vec<usize> = members.iter().map(|member| u32::from_le_bytes(*member) as usize).collect();
            for member in &members {
                match self.sections.get_mut(*member) {
                    Some(section) if section.group.is_none() => section.group = Some(group),
                    _ => return Err(damaged("has a member that is none, or another group's")),
                }
            }
            self.groups.push(members);
        }
        Ok(())
    }
}

/// The header of an index that was read.
fn header_at<'h, 'a>(headers: &'h [Header<'a>], index: u32) -> Option<&'h Header<'a>> {
    headers.get(usize::try_from(index).ok()?)
}

/// Takes in a section, and refuses it if its very presence means what this linker does not do.
fn read_section<'a>(header: &Header<'a>) -> Result<Section<'a>, Refusal> {
    let mut alignment = 1;
    if header.is_loaded() {
        if !matches!(header.kind, SHT_PROGBITS | SHT_NOBITS | SHT_NOTE | SHT_X86_64_UNWIND) {
            return Err(Refusal::unsupported(format_args!("section `{}` of type {:#x}", header.name, header.kind)));
        }
        let starts = |name: &&str| header.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if STARTUP.iter().any(starts) {
            return Err(Refusal::unsupported(format_args!("code that runs when it is loaded, in `{}`", header.name)));
        }
        alignment = checked_alignment(header.name, header.alignment)?;
    }
    Ok(Section {
        name: header.name,
        kind: header.kind,
        flags: header.flags,
        bytes: Cow::Borrowed(header.bytes),
        size: header.size,
        alignment,
        relocations: Vec::new(),
        group: None,
    })
}

/// An alignment that the loader can give.
fn checked_alignment(name: &str, alignment: u64) -> Result<u64, Refusal> {
    if !alignment.is_power_of_two() {
        return Err(Refusal::damaged(format_args!("`{name}` is aligned to {alignment}, which is no power of two")));
    }
    if alignment > LARGEST_ALIGNMENT {
        return Err(Refusal::unsupported(format_args!("`{name}` is aligned to {alignment} bytes, more than a page")));
    }
    Ok(alignment)
}

/// A relocation out of its bytes.
fn read_relocation(entry: &[u8; RELOCATION_SIZE as usize]) -> Option<Relocation> {
    Some(Relocation {
        offset: u64_at(entry, 0)?,
        kind: u32_at(entry, 8)?,
        symbol: usize::try_from(u32_at(entry, 12)?).ok()?,
        addend: u64_at(entry, 16)?.cast_signed(),
    })
}
