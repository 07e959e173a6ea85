//! The slots of the support library: what the host lends to its variants, by place.

/// The symbol of the table of slots.
pub(crate) const TABLE: &str = "specialize_slots";

/// A word of the table of slots. Each but the first holds the address that the support library's symbol jumps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Slot {
    /// Zero until one runtime instance claims the table by a compare-and-swap; nothing jumps here.
    Owner,
    /// `rust_eh_personality` of the host's std.
    Personality,
    /// `rust_begin_unwind` of the host's std: where a panic enters it.
    PanicEntry,
    /// `begin_panic::<&str>` of the host's std: what `panic!` with one literal calls before edition 2021.
    PanicWithLiteral,
    /// `__rust_alloc(size, align) -> *mut u8`.
    Allocate,
    /// `__rust_dealloc(pointer, size, align)`.
    Deallocate,
    /// `__rust_realloc(pointer, old size, align, new size) -> *mut u8`.
    Reallocate,
    /// `__rust_alloc_zeroed(size, align) -> *mut u8`.
    AllocateZeroed,
    /// `__rust_alloc_error_handler(size, align) -> !`.
    AllocationError,
    /// `__rust_no_alloc_shim_is_unstable_v2()`, which does nothing.
    AllocationShim,
}

impl Slot {
    /// Every slot in the order of the table.
    pub(crate) const ALL: [Slot; 10] = [
        Slot::Owner,
        Slot::Personality,
        Slot::PanicEntry,
        Slot::PanicWithLiteral,
        Slot::Allocate,
        Slot::Deallocate,
        Slot::Reallocate,
        Slot::AllocateZeroed,
        Slot::AllocationError,
        Slot::AllocationShim,
    ];
}
