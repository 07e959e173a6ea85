//! Little-endian numbers in bytes, read and written within bounds.

/// The `N` bytes at a place.
pub(super) fn array<const N: usize>(bytes: &[u8], at: u64) -> Option<[u8; N]> {
    bytes.get(usize::try_from(at).ok()?..)?.first_chunk().copied()
}

/// The 16-bit number at a place.
pub(super) fn u16_at(bytes: &[u8], at: u64) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

/// The 32-bit number at a place.
pub(super) fn u32_at(bytes: &[u8], at: u64) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// The 64-bit number at a place.
pub(super) fn u64_at(bytes: &[u8], at: u64) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

/// The bytes from a place on, as many as `length` says.
pub(super) fn slice(bytes: &[u8], at: u64, length: u64) -> Option<&[u8]> {
    let end = at.checked_add(length)?;
    bytes.get(usize::try_from(at).ok()?..usize::try_from(end).ok()?)
}

/// The text from a place on to the next zero byte.
pub(super) fn text_at(bytes: &[u8], at: u64) -> Option<&str> {
    let bytes = bytes.get(usize::try_from(at).ok()?..)?;
    let length = bytes.iter().position(|byte| *byte == 0)?;
    std::str::from_utf8(bytes.get(..length)?).ok()
}

/// Writes bytes at a place; nothing is written if they do not fit.
pub(super) fn put(bytes: &mut [u8], at: u64, written: &[u8]) -> Option<()> {
    let place = bytes.get_mut(usize::try_from(at).ok()?..)?.get_mut(..written.len())?;
    place.copy_from_slice(written);
    Some(())
}

/// The next multiple of an alignment.
pub(super) fn align(value: u64, alignment: u64) -> Option<u64> {
    value.checked_next_multiple_of(alignment)
}

/// Reads bytes one thing after the other.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next byte.
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// Passes over some bytes.
    pub(super) fn skip(&mut self, length: usize) -> Option<()> {
        self.0 = self.0.get(length..)?;
        Some(())
    }

    /// The bytes up to the next zero byte, which is passed over.
    pub(super) fn until_zero(&mut self) -> Option<&'a [u8]> {
        let length = self.0.iter().position(|byte| *byte == 0)?;
        let (found, rest) = self.0.split_at_checked(length)?;
        self.0 = rest.get(1..)?;
        Some(found)
    }

    /// Passes over a number in LEB128, with or without a sign.
    pub(super) fn skip_number(&mut self) -> Option<()> {
        while self.byte()? & 0x80 != 0 {}
        Some(())
    }
}
