//! The dylib's bytes: everything that is kept, in its place, with the addresses of everything else written into it.

use super::bytes::put;
use super::elf::PAGE;
use super::frames::Function;
use super::layout::{Layout, Part, Place};
use super::object::Object;
use super::plan::{Fixup, Origin, Plan, Value, Width};
use super::symbol::Target;
use super::tables::Tables;
use super::{Refusal, dylib_headers, frame_index};

/// What fills the gaps between functions: an instruction that traps.
const TRAP: u8 = 0xcc;

/// The start of a stub: `jmp *slot(%rip)`, whose last four bytes say how far the slot is.
const STUB: [u8; 2] = [0xff, 0x25];

/// The size of that instruction.
const JUMP_SIZE: u64 = 6;

/// All that a dylib is made of.
pub(super) struct Linked<'l, 'a> {
    /// The object.
    pub(super) object: &'l Object<'a>,
    /// What is to be written into it.
    pub(super) plan: &'l Plan,
    /// What the loader reads.
    pub(super) tables: &'l Tables<'a>,
    /// Where everything stands.
    pub(super) layout: &'l Layout,
    /// The functions that have frame information.
    pub(super) functions: &'l [Function],
}

impl Linked<'_, '_> {
    /// The dylib's bytes.
    ///
    /// # Errors
    ///
    /// A number does not fit where it is to be written.
    pub(super) fn write(&self) -> Result<Vec<u8>, Refusal> {
        let size = usize::try_from(self.layout.mapped_size()?).map_err(|_| misfit())?;
        let mut file = Vec::with_capacity(size + PAGE as usize);
        file.resize(size, 0);
        self.write_sections(&mut file)?;
        for fixup in &self.plan.fixups {
            self.write_fixup(&mut file, fixup)?;
        }
        self.write_stubs_and_slots(&mut file)?;
        self.write_tables(&mut file)?;
        dylib_headers::write(&mut file, self.layout, self.functions.len())?;
        Ok(file)
    }

    /// Writes the sections as they stand in the object, and the instructions that change.
    fn write_sections(&self, file: &mut [u8]) -> Result<(), Refusal> {
        let code = self.layout.area(Part::Code)?;
        put(file, code.place.offset, &vec![TRAP; code.size as usize]).ok_or_else(misfit)?;
        for (section, place) in self.object.sections.iter().zip(&self.layout.sections) {
            if let Some(place) = place
                && !section.bytes.is_empty()
            {
                put(file, place.offset, &section.bytes).ok_or_else(misfit)?;
            }
        }
        for change in &self.plan.changes {
            let place = self.layout.section(change.section, change.offset)?;
            put(file, place.offset, change.bytes).ok_or_else(misfit)?;
        }
        Ok(())
    }

    /// Computes and writes a number.
    fn write_fixup(&self, file: &mut [u8], fixup: &Fixup) -> Result<(), Refusal> {
        let place = self.layout.section(fixup.section, fixup.offset)?;
        let value = match fixup.value {
            Value::Section { section, offset } => self.layout.section(section, offset)?.address,
            Value::Absolute(number) => number,
            Value::Slot(index) => self.layout.slot(index)?,
            Value::Stub(index) => self.layout.stub(index)?.address,
            Value::SlotTable => self.slot_table()?,
        };
        let origin = match fixup.origin {
            Origin::Zero => 0,
            Origin::Here => place.address,
            Origin::SlotTable => self.slot_table()?,
        };
        // Wide enough for every sum of these.
        let number = i128::from(value) + i128::from(fixup.addend) - i128::from(origin);
        let written = match fixup.width {
            Width::Signed32 => i32::try_from(number).ok().map(|number| put(file, place.offset, &number.to_le_bytes())),
            Width::Unsigned32 => u32::try_from(number).ok().map(|number| put(file, place.offset, &number.to_le_bytes())),
            // An address and its addend wrap around, as they do in the machine.
            Width::Whole => Some(put(file, place.offset, &(number as u64).to_le_bytes())),
        };
        written.ok_or_else(|| Refusal::unsupported("a reference that is too far for its place"))?.ok_or_else(misfit)
    }

    fn slot_table(&self) -> Result<u64, Refusal> {
        Ok(self.layout.area(Part::Slots)?.place.address)
    }

    /// Writes the jumps, and the slots that the loader does not fill.
    fn write_stubs_and_slots(&self, file: &mut [u8]) -> Result<(), Refusal> {
        for (index, slot) in self.plan.stubs.iter().enumerate() {
            let Place { address, offset } = self.layout.stub(index)?;
            let distance = self.layout.slot(*slot)?.checked_signed_diff(address + JUMP_SIZE);
            let distance = distance.and_then(|distance| i32::try_from(distance).ok()).ok_or_else(misfit)?;
            put(file, offset, &STUB).ok_or_else(misfit)?;
            put(file, offset + STUB.len() as u64, &distance.to_le_bytes()).ok_or_else(misfit)?;
            put(file, offset + JUMP_SIZE, &[TRAP; 2]).ok_or_else(misfit)?;
        }
        let slots = self.layout.area(Part::Slots)?.place;
        for (index, target) in self.plan.slots.iter().enumerate() {
            if let Target::Absolute(number) = target {
                let offset = self.layout.slot(index)? - slots.address + slots.offset;
                put(file, offset, &number.to_le_bytes()).ok_or_else(misfit)?;
            }
        }
        Ok(())
    }

    /// Writes what the loader and the unwinder read.
    fn write_tables(&self, file: &mut [u8]) -> Result<(), Refusal> {
        let mut write = |part, bytes: &[u8]| put(file, self.layout.area(part)?.place.offset, bytes).ok_or_else(misfit);
        let (relocations, dynamic) = self.tables.relocations_and_dynamic(self.plan, self.layout)?;
        write(Part::Hash, &self.tables.hash)?;
        write(Part::Symbols, &self.tables.symbols(self.layout)?)?;
        write(Part::Names, &self.tables.names)?;
        write(Part::Relocations, &relocations)?;
        write(Part::Dynamic, &dynamic)?;
        if !self.functions.is_empty() {
            write(Part::FrameIndex, &frame_index::make(self.functions, self.layout)?)?;
        }
        Ok(())
    }
}

fn misfit() -> Refusal {
    Refusal::damaged("its parts do not fit into their places")
}
