//! What is to be written where, as far as it can be said before anything has an address: each relocation of the sections
//! that are kept becomes a number to write, or a pointer for the loader to fill.
//!
//! What the relocations mean is the psABI's, "Relocation Types" (4.4.1) and "Optimize GOTPCRELX Relocations" (B.2).

use std::collections::BTreeMap;

use super::Refusal;
use super::bytes::array;
use super::elf::*;
use super::object::{Object, Relocation, Section};
use super::reach::Reached;
use super::symbol::Target;

/// What is to be written where.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Numbers to write.
    pub(super) fixups: Vec<Fixup>,
    /// Instructions to change.
    pub(super) changes: Vec<Change>,
    /// Pointers for the loader to fill.
    pub(super) pointers: Vec<Pointer>,
    /// What each slot holds: a pointer for the loader to fill, which code reads.
    pub(super) slots: Vec<Target>,
    /// Jumps through slots, for calls to functions that are elsewhere: the index of each one's slot.
    pub(super) stubs: Vec<usize>,
    /// The slot of each symbol that has one.
    slot_of: BTreeMap<usize, usize>,
    /// The stub of each symbol that has one.
    stub_of: BTreeMap<usize, usize>,
}

/// A number to write: a value, plus an addend, minus an origin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fixup {
    /// The index of the section.
    pub(super) section: usize,
    /// Where in the section.
    pub(super) offset: u64,
    /// The value.
    pub(super) value: Value,
    /// The addend.
    pub(super) addend: i64,
    /// The origin.
    pub(super) origin: Origin,
    /// How the number is written.
    pub(super) width: Width,
}

/// What a number is computed from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    /// The address of a place in a section.
    Section {
        /// The index of the section.
        section: usize,
        /// Where in the section.
        offset: u64,
    },
    /// A number.
    Absolute(u64),
    /// The address of a slot, by its index.
    Slot(usize),
    /// The address of a stub, by its index.
    Stub(usize),
    /// The address of the table of slots.
    SlotTable,
}

/// What a number is measured from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    /// Zero.
    Zero,
    /// The place where it is written.
    Here,
    /// The table of slots.
    SlotTable,
}

/// How a number is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Width {
    /// In four bytes, with a sign.
    Signed32,
    /// In four bytes, without a sign.
    Unsigned32,
    /// In eight bytes.
    Whole,
}

impl Width {
    fn bytes(self) -> u64 {
        match self {
            Width::Signed32 | Width::Unsigned32 => 4,
            Width::Whole => 8,
        }
    }
}

/// An instruction to change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    /// The index of the section.
    pub(super) section: usize,
    /// Where in the section.
    pub(super) offset: u64,
    /// What takes the place of what is there.
    pub(super) bytes: &'static [u8],
}

/// A pointer for the loader to fill.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pointer {
    /// The index of the section.
    pub(super) section: usize,
    /// Where in the section.
    pub(super) offset: u64,
    /// What it points to.
    pub(super) target: Target,
    /// What is added.
    pub(super) addend: i64,
}

impl Plan {
    /// Plans the relocations of all sections that are kept.
    ///
    /// # Errors
    ///
    /// A relocation is damaged, or of a kind that this linker does not know.
    pub(super) fn make(object: &Object<'_>, reached: &Reached) -> Result<Plan, Refusal> {
        let mut plan = Plan::default();
        let kept = object.sections.iter().zip(&reached.sections).enumerate().filter(|(_, (_, kept))| **kept);
        for (index, (section, _)) in kept {
            for relocation in &section.relocations {
                Step { object, index, section, relocation, target: object.target_of(relocation)? }.plan(&mut plan)?;
            }
        }
        Ok(plan)
    }

    /// The slot of a symbol.
    fn slot(&mut self, symbol: usize, target: Target) -> usize {
        *self.slot_of.entry(symbol).or_insert_with(|| {
            self.slots.push(target);
            self.slots.len() - 1
        })
    }

    /// The stub of a symbol that is elsewhere.
    fn stub(&mut self, symbol: usize) -> usize {
        let slot = self.slot(symbol, Target::Undefined(symbol));
        *self.stub_of.entry(symbol).or_insert_with(|| {
            self.stubs.push(slot);
            self.stubs.len() - 1
        })
    }
}

/// One relocation to plan.
struct Step<'p, 'a> {
    object: &'p Object<'a>,
    index: usize,
    section: &'p Section<'a>,
    relocation: &'p Relocation,
    target: Target,
}

impl Step<'_, '_> {
    fn plan(&self, plan: &mut Plan) -> Result<(), Refusal> {
        let (value, origin, width) = match self.relocation.kind {
            R_X86_64_NONE => return Ok(()),
            R_X86_64_64 => match self.target {
                Target::Absolute(number) => (Value::Absolute(number), Origin::Zero, Width::Whole),
                target => return self.plan_pointer(plan, target),
            },
            R_X86_64_32 => (self.absolute()?, Origin::Zero, Width::Unsigned32),
            R_X86_64_32S => (self.absolute()?, Origin::Zero, Width::Signed32),
            R_X86_64_PC32 => (self.near()?, Origin::Here, Width::Signed32),
            R_X86_64_PC64 => (self.near()?, Origin::Here, Width::Whole),
            R_X86_64_PLT32 => match self.target {
                Target::Undefined(symbol) => (Value::Stub(plan.stub(symbol)), Origin::Here, Width::Signed32),
                _ => (self.near()?, Origin::Here, Width::Signed32),
            },
            R_X86_64_GOTPCREL | R_X86_64_GOTPCRELX | R_X86_64_REX_GOTPCRELX => return self.plan_slot(plan),
            R_X86_64_GOTOFF64 => (self.near()?, Origin::SlotTable, Width::Whole),
            R_X86_64_GOTPC32 => (Value::SlotTable, Origin::Here, Width::Signed32),
            R_X86_64_GOTPC64 => (Value::SlotTable, Origin::Here, Width::Whole),
            _ => return Err(self.unsupported("which this linker does not know")),
        };
        self.write(plan, self.relocation.offset, value, origin, width)
    }

    /// Plans a number at a place in the section, which must be within its bytes.
    fn write(&self, plan: &mut Plan, offset: u64, value: Value, origin: Origin, width: Width) -> Result<(), Refusal> {
        self.check_place(offset, width)?;
        plan.fixups.push(Fixup { section: self.index, offset, value, addend: self.relocation.addend, origin, width });
        Ok(())
    }

    /// Plans a pointer for the loader to fill.
    fn plan_pointer(&self, plan: &mut Plan, target: Target) -> Result<(), Refusal> {
        self.check_place(self.relocation.offset, Width::Whole)?;
        if self.section.flags & SHF_WRITE == 0 {
            return Err(self.unsupported("a pointer in a section that the loader must not change"));
        }
        let Relocation { offset, addend, .. } = *self.relocation;
        plan.pointers.push(Pointer { section: self.index, offset, target, addend });
        Ok(())
    }

    /// Plans the use of a slot, or of what the slot would point to where the instruction can be changed so.
    fn plan_slot(&self, plan: &mut Plan) -> Result<(), Refusal> {
        if let Target::Section { section, offset } = self.target
            && let Some((change, place)) = self.direct()
        {
            plan.changes.push(change);
            return self.write(plan, place, Value::Section { section, offset }, Origin::Here, Width::Signed32);
        }
        let slot = plan.slot(self.relocation.symbol, self.target);
        self.write(plan, self.relocation.offset, Value::Slot(slot), Origin::Here, Width::Signed32)
    }

    /// The change that makes an instruction use a near place itself and not through a slot, and where that place is written then.
    fn direct(&self) -> Option<(Change, u64)> {
        let Relocation { offset, kind, addend, .. } = *self.relocation;
        let start = offset.checked_sub(2)?;
        let [operation, operand] = array(&self.section.bytes, start)?;
        let (bytes, place): (&[u8], u64) = match (kind, operation, operand) {
            (R_X86_64_GOTPCREL, ..) => return None,
            // mov slot(%rip), register: lea place(%rip), register
            (_, 0x8b, operand) if operand & 0xc7 == 0x05 => (&[0x8d], offset),
            // call *slot(%rip): call place, with a prefix that fills the space
            (R_X86_64_GOTPCRELX, 0xff, 0x15) => (&[0x67, 0xe8], offset),
            // jmp *slot(%rip): jmp place, and a nop
            (R_X86_64_GOTPCRELX, 0xff, 0x25) => (&[0xe9, 0, 0, 0, 0, 0x90], start.checked_add(1)?),
            _ => return None,
        };
        (addend == -4).then_some((Change { section: self.index, offset: start, bytes }, place))
    }

    /// The target as a place that is as far from here in every process.
    fn near(&self) -> Result<Value, Refusal> {
        match self.target {
            Target::Section { section, offset } => Ok(Value::Section { section, offset }),
            _ => Err(self.unsupported("whose target is not in the object")),
        }
    }

    /// The target as a number that is the same in every process.
    fn absolute(&self) -> Result<Value, Refusal> {
        match self.target {
            Target::Absolute(number) => Ok(Value::Absolute(number)),
            _ => Err(self.unsupported("which is too short for an address")),
        }
    }

    fn check_place(&self, offset: u64, width: Width) -> Result<(), Refusal> {
        match self.relocation.offset.max(offset).checked_add(width.bytes()) {
            Some(end) if end <= self.section.bytes.len() as u64 => Ok(()),
            _ => Err(Refusal::damaged(format_args!("{} is outside of its section", self.described()))),
        }
    }

    fn unsupported(&self, why: &str) -> Refusal {
        Refusal::unsupported(format_args!("{}, {why}", self.described()))
    }

    fn described(&self) -> String {
        let kind = relocation_name(self.relocation.kind);
        let target = self.object.shown_name(self.relocation.symbol);
        format!("{kind} against `{target}` at {:#x} of `{}`", self.relocation.offset, self.section.name)
    }
}
