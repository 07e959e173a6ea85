//! The unwind entries (FDEs) of an object, by the section of the function that they are about (Linux Standard Base, "Exception Frames").

use std::collections::BTreeMap;
use std::ops::Range;

/// Where a function's entry is in the table, and the entry that it shares with others (its CIE).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) own: Range<usize>,
    pub(super) common: Range<usize>,
}

/// From where in an entry of a function the place of the entry that it shares is counted, and where that number ends.
pub(super) const LINK: Range<usize> = 4..8;

/// Reads the table. `refers_to` tells the number of the section that a place in the table refers to. `None` if the table is not as
/// compilers write it.
pub(super) fn read(table: &[u8], refers_to: impl Fn(usize) -> Option<usize>) -> Option<BTreeMap<usize, Vec<Frame>>> {
    let mut frames: BTreeMap<usize, Vec<Frame>> = BTreeMap::new();
    let mut rest = 0;
    while rest < table.len() {
        let own = entry(table, rest)?;
        rest = own.end;
        let link = own.start + LINK.start;
        match number(table, link)? {
            // An entry that others share.
            0 => {}
            distance => {
                let common = entry(table, link.checked_sub(distance)?)?;
                // What the table does not tell in a known way has no frame, and is not cut out.
                if let Some(section) = refers_to(own.start + LINK.end) {
                    frames.entry(section).or_default().push(Frame { own, common });
                }
            }
        }
    }
    Some(frames)
}

/// The entry that starts at a place.
fn entry(table: &[u8], start: usize) -> Option<Range<usize>> {
    // The end of a table, and entries with a length of eight bytes, which compilers do not write.
    let length = number(table, start).filter(|length| !matches!(length, 0 | 0xffff_ffff))?;
    let end = start.checked_add(4)?.checked_add(length)?;
    (end <= table.len()).then_some(start..end)
}

/// The four-byte number at a place.
fn number(table: &[u8], at: usize) -> Option<usize> {
    let bytes = table.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry whose second word is `link`, with so many words after it.
    fn words(link: u32, words: usize) -> Vec<u8> {
        let length = 4 + 4 * words as u32;
        [length.to_le_bytes(), link.to_le_bytes()].concat().into_iter().chain(std::iter::repeat_n(7, 4 * words)).collect()
    }

    #[test]
    fn entries_are_found_by_function() {
        let table = [words(0, 1), words(16, 2), words(32, 2)].concat();
        let frames = read(&table, Some).expect("a table");
        let frame = |own| vec![Frame { own, common: 0..12 }];
        assert_eq!(frames, BTreeMap::from([(20, frame(12..28)), (36, frame(28..44))]));
        assert_eq!(read(&table, |_| None), Some(BTreeMap::new()));
    }

    #[test]
    fn tables_of_another_kind_are_not_read() {
        for table in [&words(13, 2)[..], &words(0, 1)[..11], &words(0, 0)[..3], &[0; 12], &[0xff; 12]] {
            assert_eq!(read(table, |_| None), None, "{table:?}");
        }
    }
}
