//! The index of the frame information, `.eh_frame_hdr`, in which the unwinder searches for a function.
//!
//! The format is that of the LSB, "DWARF Extensions" (LSB-Core-generic, 10.6.2): how the rest is written, where the frame
//! information starts, how many functions there are, and for each its code and its record, in the order of the code.

use super::Refusal;
use super::frames::Function;
use super::layout::{Layout, Part};

/// The version, and how the rest is written: pointers in four bytes with a sign from where they stand, numbers in four bytes,
/// the table in four bytes with a sign from the start of the index.
const START: [u8; 4] = [1, 0x1b, 0x03, 0x3b];

/// The size of the index of so many functions; no functions need none.
pub(super) fn size(functions: usize) -> u64 {
    if functions == 0 { 0 } else { 12 + functions as u64 * 8 }
}

/// The index.
///
/// # Errors
///
/// The code of two functions overlaps.
pub(super) fn make(functions: &[Function], layout: &Layout) -> Result<Vec<u8>, Refusal> {
    let (start, frames) = (layout.area(Part::FrameIndex)?.place.address, layout.area(Part::Frames)?.place.address);
    let mut table = Vec::with_capacity(functions.len());
    for function in functions {
        let code = layout.section(function.code.section, function.code.offset)?.address;
        table.push((code, code.saturating_add(function.code.length), frames.saturating_add(function.record)));
    }
    table.sort_unstable();
    if table.iter().zip(table.iter().skip(1)).any(|((_, end, _), (next, ..))| end > next) {
        return Err(Refusal::damaged("its frame information says that functions overlap"));
    }
    let too_far = || Refusal::unsupported("frame information too far from its code");
    let mut index = START.to_vec();
    index.extend_from_slice(&distance(frames, start.saturating_add(4)).ok_or_else(too_far)?);
    index.extend_from_slice(&u32::try_from(functions.len()).map_err(|_| too_far())?.to_le_bytes());
    for (code, _, record) in table {
        index.extend_from_slice(&distance(code, start).ok_or_else(too_far)?);
        index.extend_from_slice(&distance(record, start).ok_or_else(too_far)?);
    }
    Ok(index)
}

/// How far an address is from another.
fn distance(to: u64, from: u64) -> Option<[u8; 4]> {
    i32::try_from(to.checked_signed_diff(from)?).ok().map(i32::to_le_bytes)
}
