//! The tables that the loader reads: symbols, their names and hashes, relocations, and the dynamic section.
//!
//! The formats are the gABI's, "Dynamic Linking" (chapter 5); that of the hash table is GNU's, as glibc reads it in
//! `elf/dl-lookup.c`: a filter of bits, a bucket for each remainder of the hash, and the hashes of the symbols of each bucket.

use std::collections::BTreeMap;

use super::Refusal;
use super::elf::*;
use super::layout::{Layout, Part};
use super::object::Object;
use super::plan::Plan;
use super::symbol::{Export, Target};

/// By how many bits the second bit of a hash in the filter is shifted.
const FILTER_SHIFT: u32 = 6;

/// More than the names of any variant's symbols.
const LARGEST_NAMES: usize = 16 << 20;

/// The tables, as far as they can be made before anything has an address.
#[derive(Debug)]
pub(super) struct Tables<'a> {
    /// The names of the symbols and of the needed library.
    pub(super) names: Vec<u8>,
    /// The hash table.
    pub(super) hash: Vec<u8>,
    /// Where the needed library's name stands.
    needed: u64,
    /// The undefined symbols: their index, where the name stands, and the binding.
    imports: Vec<(usize, u32, u8)>,
    /// The place of each undefined symbol among the dylib's.
    import_places: BTreeMap<usize, u32>,
    /// The defined symbols in the order of the hash table, and where the name stands.
    exports: Vec<(Export<'a>, u32)>,
    /// How many relocations there will be.
    relocations: usize,
}

impl<'a> Tables<'a> {
    /// Makes the tables.
    ///
    /// # Errors
    ///
    /// An undefined symbol is damaged.
    pub(super) fn make(object: &Object<'a>, plan: &Plan, exports: Vec<Export<'a>>, needed: &str) -> Result<Tables<'a>, Refusal> {
        if needed.contains('\0') {
            return Err(Refusal::unsupported("a library whose name has a zero byte in it"));
        }
        let filled = plan.slots.iter().filter(|target| !matches!(target, Target::Absolute(_))).count();
        let mut tables = Tables {
            names: vec![0],
            hash: Vec::new(),
            needed: 0,
            imports: Vec::new(),
            import_places: BTreeMap::new(),
            exports: Vec::new(),
            relocations: plan.pointers.len() + filled,
        };
        tables.needed = tables.add_name(needed)?.into();
        for target in plan.pointers.iter().map(|pointer| &pointer.target).chain(&plan.slots) {
            if let Target::Undefined(symbol) = target {
                tables.add_import(object, *symbol)?;
            }
        }
        tables.add_exports(exports)?;
        Ok(tables)
    }

    fn add_name(&mut self, name: &str) -> Result<u32, Refusal> {
        let place = u32::try_from(self.names.len()).ok().filter(|_| self.names.len() < LARGEST_NAMES);
        self.names.extend_from_slice(name.as_bytes());
        self.names.push(0);
        place.ok_or_else(|| Refusal::unsupported("symbols with names of more than 16 MB"))
    }

    fn add_import(&mut self, object: &Object<'_>, index: usize) -> Result<(), Refusal> {
        let Some(symbol) = object.symbols.get(index).filter(|_| !self.import_places.contains_key(&index)) else {
            return Ok(());
        };
        let name = self.add_name(symbol.name()?)?;
        self.imports.push((index, name, symbol.binding));
        // The first symbol stands for none.
        self.import_places.insert(index, self.imports.len() as u32);
        Ok(())
    }

    /// Adds the symbols that the dylib shows, and makes the hash table, in whose order they stand.
    fn add_exports(&mut self, exports: Vec<Export<'a>>) -> Result<(), Refusal> {
        let buckets = exports.len().max(1) as u32;
        let mut exports: Vec<(u32, Export<'_>)> = exports.into_iter().map(|export| (hash_of(export.name), export)).collect();
        exports.sort_by_key(|(hash, _)| hash % buckets);
        let first = self.imports.len() as u32 + 1;
        let filter = exports.iter().fold(0u64, |filter, (hash, _)| filter | 1 << (hash % 64) | 1 << ((hash >> FILTER_SHIFT) % 64));
        let mut table = Words(Vec::new());
        table.put([buckets, first, 1, FILTER_SHIFT, filter as u32, (filter >> 32) as u32]);
        let hashes: Vec<u32> = exports.iter().map(|(hash, _)| *hash).collect();
        let starts = (0..buckets).map(|bucket| {
            let start = hashes.iter().position(|hash| hash % buckets == bucket);
            start.map_or(0, |start| first + start as u32)
        });
        table.put(starts);
        // The lowest bit marks the last of a bucket.
        let next = hashes.iter().skip(1).map(Some).chain([None]);
        table.put(hashes.iter().zip(next).map(|(hash, next)| {
            let last = next.is_none_or(|next| next % buckets != hash % buckets);
            hash & !1 | u32::from(last)
        }));
        self.hash = table.0;
        for (_, export) in exports {
            let name = self.add_name(export.name)?;
            self.exports.push((export, name));
        }
        Ok(())
    }

    /// The size of the table of symbols.
    pub(super) fn symbols_size(&self) -> u64 {
        (1 + self.imports.len() + self.exports.len()) as u64 * SYMBOL_SIZE
    }

    /// The size of the table of relocations.
    pub(super) fn relocations_size(&self) -> u64 {
        self.relocations as u64 * RELOCATION_SIZE
    }

    /// The size of the dynamic section.
    pub(super) fn dynamic_size(&self) -> u64 {
        (if self.relocations == 0 { 8 } else { 12 }) * DYNAMIC_SIZE
    }

    /// The table of symbols.
    pub(super) fn symbols(&self, layout: &Layout) -> Result<Vec<u8>, Refusal> {
        let mut table = vec![0; SYMBOL_SIZE as usize];
        let mut put = |name: u32, information: u8, section: u16, address: u64, size: u64| {
            table.extend_from_slice(&name.to_le_bytes());
            table.extend_from_slice(&[information, STV_DEFAULT]);
            table.extend_from_slice(&section.to_le_bytes());
            table.extend_from_slice(&address.to_le_bytes());
            table.extend_from_slice(&size.to_le_bytes());
        };
        for (_, name, binding) in &self.imports {
            put(*name, binding << 4 | STT_NOTYPE, SHN_UNDEF, 0, 0);
        }
        for (export, name) in &self.exports {
            let address = layout.section(export.section, export.offset)?.address;
            put(*name, STB_GLOBAL << 4 | export.kind, layout.header_index(address), address, export.size);
        }
        Ok(table)
    }

    /// The table of relocations, and how many at its start only need to know where the dylib is loaded.
    fn relocation_list(&self, plan: &Plan, layout: &Layout) -> Result<(Vec<[u64; 3]>, usize), Refusal> {
        let (mut relative, mut symbolic) = (Vec::new(), Vec::new());
        let mut add = |kind: u32, address: u64, target: Target, addend: i64| {
            match target {
                Target::Undefined(symbol) => {
                    let place = self.import_places.get(&symbol).copied().unwrap_or_default();
                    symbolic.push([address, u64::from(place) << 32 | u64::from(kind), addend.cast_unsigned()]);
                }
                Target::Section { section, offset } => {
                    let target = layout.section(section, offset)?.address.wrapping_add_signed(addend);
                    relative.push([address, R_X86_64_RELATIVE.into(), target]);
                }
                Target::Absolute(_) | Target::SlotTable => {}
            }
            Ok(())
        };
        for pointer in &plan.pointers {
            add(R_X86_64_64, layout.section(pointer.section, pointer.offset)?.address, pointer.target, pointer.addend)?;
        }
        for (index, target) in plan.slots.iter().enumerate() {
            add(R_X86_64_GLOB_DAT, layout.slot(index)?, *target, 0)?;
        }
        // One symbol after the other, since the loader remembers the last that it found.
        symbolic.sort_by_key(|[address, symbol, _]| (*symbol, *address));
        let count = relative.len();
        relative.append(&mut symbolic);
        Ok((relative, count))
    }

    /// The table of relocations and the dynamic section.
    pub(super) fn relocations_and_dynamic(&self, plan: &Plan, layout: &Layout) -> Result<(Vec<u8>, Vec<u8>), Refusal> {
        let (list, relative) = self.relocation_list(plan, layout)?;
        let address = |part| Ok(layout.area(part)?.place.address);
        let mut entries = vec![
            [DT_NEEDED, self.needed],
            [DT_GNU_HASH, address(Part::Hash)?],
            [DT_STRTAB, address(Part::Names)?],
            [DT_SYMTAB, address(Part::Symbols)?],
            [DT_STRSZ, self.names.len() as u64],
            [DT_SYMENT, SYMBOL_SIZE],
        ];
        if self.relocations != 0 {
            let (table, size) = (address(Part::Relocations)?, self.relocations_size());
            entries.extend([[DT_RELA, table], [DT_RELASZ, size], [DT_RELAENT, RELOCATION_SIZE], [DT_RELACOUNT, relative as u64]]);
        }
        entries.extend([[DT_FLAGS_1, DF_1_NOW], [DT_NULL, 0]]);
        Ok((to_bytes(list.as_flattened()), to_bytes(entries.as_flattened())))
    }
}

/// The bytes of 64-bit numbers.
fn to_bytes(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Bytes made of 32-bit numbers.
struct Words(Vec<u8>);

impl Words {
    fn put(&mut self, numbers: impl IntoIterator<Item = u32>) {
        self.0.extend(numbers.into_iter().flat_map(u32::to_le_bytes));
    }
}

/// The hash of a symbol's name.
fn hash_of(name: &str) -> u32 {
    name.bytes().fold(5381, |hash: u32, byte| hash.wrapping_mul(33).wrapping_add(byte.into()))
}
