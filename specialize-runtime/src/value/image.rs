//! The image of a tuple of values: their bytes, as they stand in memory, which fill the holes of a template.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::LazyLock;

/// The most bytes of one image that a variant is made for. The generic function serves larger values.
pub(crate) const LIMIT: usize = 1 << 20;

/// The bytes of one tuple of values, one part for each hole of the template. Clones share them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Image(Arc<Bytes>);

#[derive(Default, PartialEq, Eq, PartialOrd, Ord)]
struct Bytes {
    blocks: Vec<Block>,
    places: Vec<Place>,
}

/// As much as the strictest alignment of a value asks for; each part begins with one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C, align(16))]
struct Block([u8; 16]);

/// Where a part stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    first_block: usize,
    size: usize,
    length: Option<usize>,
}

/// The part of an image that fills one hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// The bytes, aligned for any value.
    pub(crate) bytes: &'a [u8],
    /// Of a slice or string: how many elements these bytes are.
    pub(crate) length: Option<usize>,
}

impl Image {
    /// What tells these values from others in the traces of this process, and tells nobody what they are: the hash has a key that
    /// is made up for each process, so that trying all values leads nowhere.
    pub(crate) fn digest(&self) -> String {
        static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let mut hasher = KEY.build_hasher();
        for part in self.parts() {
            hasher.write(part.bytes);
            hasher.write_usize(part.bytes.len());
        }
        format!("{:016x}", hasher.finish())
    }

    /// Whether the key of the values tells them apart.
    pub(crate) fn is_narrow(&self) -> bool {
        self.0.places.iter().all(|place| place.length.is_none()) && self.size() <= size_of::<u64>()
    }

    /// Bytes of all parts.
    pub(crate) fn size(&self) -> usize {
        self.0.places.iter().map(|place| place.size).sum()
    }

    /// The parts, in the order of the holes.
    pub(crate) fn parts(&self) -> Parts<'_> {
        Parts { blocks: &self.0.blocks, places: self.0.places.iter() }
    }
}

/// Parts of an image that are still to come.
pub struct Parts<'a> {
    blocks: &'a [Block],
    places: std::slice::Iter<'a, Place>,
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Part<'a>> {
        let place = self.places.next()?;
        let bytes = self.blocks.get(place.first_block..).and_then(|blocks| blocks.as_flattened_bytes().get(..place.size))?;
        Some(Part { bytes, length: place.length })
    }
}

/// Blocks as the bytes they are.
trait AsBytes {
    fn as_flattened_bytes(&self) -> &[u8];
}

impl AsBytes for [Block] {
    #[inline(always)]
    fn as_flattened_bytes(&self) -> &[u8] {
        // SAFETY: a block is an array of 16 bytes, and its alignment is its size.
        unsafe { std::slice::from_raw_parts(self.as_ptr().cast(), size_of_val(self)) }
    }
}

/// An image being written.
#[derive(Default)]
pub struct Writing(Bytes);

impl Writing {
    /// Appends a part of `size` zeros, for `write` to change.
    pub(crate) fn part(&mut self, size: usize, length: Option<usize>, write: impl FnOnce(&mut [u8])) {
        let Bytes { blocks, places } = &mut self.0;
        let first_block = blocks.len();
        // A part without bytes has a place of its own too.
        blocks.resize(first_block + size.div_ceil(size_of::<Block>()).max(1), Block([0; 16]));
        places.push(Place { first_block, size, length });
        let new = &mut blocks[first_block..];
        // SAFETY: as above; the bytes are borrowed as the blocks are.
        let bytes = unsafe { std::slice::from_raw_parts_mut(new.as_mut_ptr().cast::<u8>(), size_of_val(new)) };
        write(&mut bytes[..size]);
    }

    pub(crate) fn finish(self) -> Image {
        Image(Arc::new(self.0))
    }
}

/// Values may be secrets of the program's users: only their number of bytes is shown.
impl fmt::Debug for Image {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Image({} bytes)", self.size())
    }
}
