//! The functions that a host lends to its variants, by slot. The probe of a compiler lends them too.

use std::alloc::Layout;

use crate::artifact::slots::Slot;
use crate::record;

/// What goes into which slot.
pub(crate) fn lent() -> [(Slot, *const ()); 9] {
    [
        (Slot::Personality, record::rust_eh_personality as *const ()),
        (Slot::PanicEntry, record::begin_unwind as *const ()),
        (Slot::PanicWithLiteral, record::begin_panic as *const ()),
        (Slot::Allocate, allocate as *const ()),
        (Slot::Deallocate, deallocate as *const ()),
        (Slot::Reallocate, reallocate as *const ()),
        (Slot::AllocateZeroed, allocate_zeroed as *const ()),
        (Slot::AllocationError, allocation_error as *const ()),
        (Slot::AllocationShim, allocation_shim as *const ()),
    ]
}

/// A layout as `alloc` hands it to the allocator's entries.
///
/// # Safety
///
/// `size` and `align` come from a `Layout`.
unsafe fn layout(size: usize, align: usize) -> Layout {
    // SAFETY: the caller's promise.
    unsafe { Layout::from_size_align_unchecked(size, align) }
}

unsafe fn allocate(size: usize, align: usize) -> *mut u8 {
    // SAFETY: called in place of `__rust_alloc`, with its contract.
    unsafe { std::alloc::alloc(layout(size, align)) }
}

unsafe fn deallocate(pointer: *mut u8, size: usize, align: usize) {
    // SAFETY: called in place of `__rust_dealloc`, with its contract.
    unsafe { std::alloc::dealloc(pointer, layout(size, align)) }
}

unsafe fn reallocate(pointer: *mut u8, size: usize, align: usize, new_size: usize) -> *mut u8 {
    // SAFETY: called in place of `__rust_realloc`, with its contract.
    unsafe { std::alloc::realloc(pointer, layout(size, align), new_size) }
}

unsafe fn allocate_zeroed(size: usize, align: usize) -> *mut u8 {
    // SAFETY: called in place of `__rust_alloc_zeroed`, with its contract.
    unsafe { std::alloc::alloc_zeroed(layout(size, align)) }
}

unsafe fn allocation_error(size: usize, align: usize) -> ! {
    // SAFETY: called in place of `__rust_alloc_error_handler`, with its contract.
    std::alloc::handle_alloc_error(unsafe { layout(size, align) })
}

fn allocation_shim() {}
