//! Symbols: reading them, and finding out where they stand.

use super::Refusal;
use super::bytes::{text_at, u16_at, u32_at, u64_at};
use super::elf::*;
use super::object::{Object, Relocation};

/// The name by which objects mean the table of slots.
const SLOT_TABLE: &str = "_GLOBAL_OFFSET_TABLE_";

/// Names that linkers give a meaning where an object leaves them undefined, and this one does not.
const RESERVED: [&str; 12] = [
    SLOT_TABLE,
    "_DYNAMIC",
    "__ehdr_start",
    "__executable_start",
    "__dso_handle",
    "__bss_start",
    "_end",
    "end",
    "_etext",
    "etext",
    "_edata",
    "edata",
];

/// How names begin to which linkers give the bounds of a section as their meaning.
const RESERVED_STARTS: [&str; 2] = ["__start_", "__stop_"];

/// A symbol of an object.
#[derive(Debug)]
pub(super) struct Symbol<'a> {
    /// The names of all symbols.
    names: &'a [u8],
    /// Where in these the name stands.
    name: u32,
    /// One of `STB_*`.
    pub(super) binding: u8,
    /// One of `STT_*`.
    pub(super) kind: u8,
    /// One of `STV_*`.
    visibility: u8,
    /// The index of the section that defines it, or one of `SHN_*`.
    pub(super) section: u16,
    /// The section that was made for it, if it is common.
    pub(super) common: Option<usize>,
    /// Where in the section it stands.
    pub(super) value: u64,
    /// How many bytes it takes.
    pub(super) size: u64,
}

impl<'a> Symbol<'a> {
    /// The name.
    ///
    /// # Errors
    ///
    /// It is not within the object, or no text.
    pub(super) fn name(&self) -> Result<&'a str, Refusal> {
        text_at(self.names, self.name.into()).ok_or_else(|| Refusal::damaged("a symbol's name is not within the file"))
    }
}

/// What a relocation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A place in a section of the object.
    Section {
        /// The index of the section.
        section: usize,
        /// Where in the section.
        offset: u64,
    },
    /// A number that does not depend on where the dylib is loaded.
    Absolute(u64),
    /// What the loader finds elsewhere: the index of the symbol.
    Undefined(usize),
    /// The table of slots.
    SlotTable,
}

/// A symbol that the dylib shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Export<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// One of `STT_*`.
    pub(super) kind: u8,
    /// How many bytes it takes.
    pub(super) size: u64,
    /// The index of its section.
    pub(super) section: usize,
    /// Where in the section.
    pub(super) offset: u64,
}

/// Reads a table of symbols.
pub(super) fn read<'a>(table: &'a [u8], names: &'a [u8]) -> Result<Vec<Symbol<'a>>, Refusal> {
    let (entries, rest) = table.as_chunks::<{ SYMBOL_SIZE as usize }>();
    let symbols = entries.iter().map(|entry| parse(entry, names)).collect::<Option<Vec<_>>>();
    symbols.filter(|_| rest.is_empty()).ok_or_else(|| Refusal::damaged("its table of symbols is not whole"))
}

fn parse<'a>(entry: &[u8; SYMBOL_SIZE as usize], names: &'a [u8]) -> Option<Symbol<'a>> {
    let [information, other] = [*entry.get(4)?, *entry.get(5)?];
    Some(Symbol {
        names,
        name: u32_at(entry, 0)?,
        binding: information >> 4,
        kind: information & 0xf,
        visibility: other & 3,
        section: u16_at(entry, 6)?,
        common: None,
        value: u64_at(entry, 8)?,
        size: u64_at(entry, 16)?,
    })
}

/// Finds the symbols that the dylib is to show.
///
/// # Errors
///
/// One of them is not defined.
pub(super) fn exports<'a>(object: &Object<'a>, names: &[&str]) -> Result<Vec<Export<'a>>, Refusal> {
    names.iter().map(|name| export(object, name)).collect()
}

fn export<'a>(object: &Object<'a>, name: &str) -> Result<Export<'a>, Refusal> {
    let shows = |symbol: &Symbol<'_>| symbol.binding != STB_LOCAL && symbol.section != SHN_UNDEF && symbol.name() == Ok(name);
    let found = object.symbols.iter().position(shows);
    let Some((index, symbol)) = found.and_then(|index| Some((index, object.symbols.get(index)?))) else {
        return Err(Refusal::damaged(format_args!("it does not define `{name}`")));
    };
    match (object.target(index)?, symbol.kind) {
        (Target::Section { section, offset }, kind @ (STT_NOTYPE | STT_OBJECT | STT_FUNC)) => {
            Ok(Export { name: symbol.name()?, kind, size: symbol.size, section, offset })
        }
        _ => Err(Refusal::unsupported(format_args!("`{name}`, which is neither code nor data"))),
    }
}

impl<'a> Object<'a> {
    /// The name of a symbol for a message, or of its section if it has none.
    pub(super) fn shown_name(&self, index: usize) -> &'a str {
        let Some(symbol) = self.symbols.get(index) else {
            return "?";
        };
        let section = || self.sections.get(usize::from(symbol.section)).map_or("?", |section| section.name);
        symbol.name().ok().filter(|name| !name.is_empty()).unwrap_or_else(section)
    }

    /// What a relocation is about.
    ///
    /// # Errors
    ///
    /// Its symbol is damaged, or of a kind that this linker does not know.
    pub(super) fn target_of(&self, relocation: &Relocation) -> Result<Target, Refusal> {
        match relocation.kind {
            R_X86_64_GOTPC32 | R_X86_64_GOTPC64 => Ok(Target::SlotTable),
            _ => self.target(relocation.symbol),
        }
    }

    /// Where a symbol stands.
    fn target(&self, index: usize) -> Result<Target, Refusal> {
        let Some(symbol) = self.symbols.get(index) else {
            return Err(Refusal::damaged(format_args!("symbol {index} is named and is not there")));
        };
        let refused = |what: &str| Err(Refusal::unsupported(format_args!("`{}`, {what}", self.shown_name(index))));
        match symbol.kind {
            STT_NOTYPE | STT_OBJECT | STT_FUNC | STT_SECTION | STT_COMMON => {}
            STT_TLS => return refused("which is thread-local"),
            STT_GNU_IFUNC => return refused("which is chosen when it is loaded"),
            _ => return refused("a symbol of an unknown type"),
        }
        if !matches!(symbol.binding, STB_LOCAL | STB_GLOBAL | STB_WEAK) {
            return refused("a symbol of an unknown binding");
        }
        match symbol.section {
            SHN_UNDEF => self.undefined_target(index, symbol),
            SHN_ABS => Ok(Target::Absolute(symbol.value)),
            SHN_COMMON | ..SHN_LORESERVE => self.section_target(index, symbol),
            _ => refused("in a special section"),
        }
    }

    /// A symbol that a section defines.
    fn section_target(&self, index: usize, symbol: &Symbol<'_>) -> Result<Target, Refusal> {
        let name = self.shown_name(index);
        let section = symbol.common.unwrap_or(symbol.section.into());
        match self.sections.get(section) {
            Some(found) if !found.is_loaded() => {
                Err(Refusal::unsupported(format_args!("`{name}` in `{}`, which is not loaded", found.name)))
            }
            Some(found) if symbol.value <= found.size => Ok(Target::Section { section, offset: symbol.value }),
            _ => Err(Refusal::damaged(format_args!("`{name}` is outside of its section"))),
        }
    }

    /// A symbol that the object does not define.
    fn undefined_target(&self, index: usize, symbol: &Symbol<'_>) -> Result<Target, Refusal> {
        if index == 0 {
            // The first symbol stands for none, and for the address zero.
            return Ok(Target::Absolute(0));
        }
        let name = symbol.name()?;
        if name.is_empty() || symbol.binding == STB_LOCAL {
            return Err(Refusal::damaged(format_args!("symbol {index} is neither defined nor to be found elsewhere")));
        }
        if RESERVED.contains(&name) || RESERVED_STARTS.iter().any(|start| name.starts_with(start)) {
            return Err(Refusal::unsupported(format_args!("`{name}`, which a linker defines")));
        }
        match (symbol.visibility, symbol.binding) {
            (STV_DEFAULT, _) => Ok(Target::Undefined(index)),
            // Nobody else may define it, so that it is nowhere.
            (_, STB_WEAK) => Ok(Target::Absolute(0)),
            _ => Err(Refusal::unsupported(format_args!("`{name}`, which is hidden and not defined"))),
        }
    }
}
