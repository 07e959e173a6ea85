//! A fast hash that tells the files of one toolchain from those of another. The build script uses it too.
//!
//! It guards against mistakes, not against malice: whoever can change a toolchain need not forge a hash.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// How much of a file is in memory at a time, in bytes; whole words.
const CHUNK: usize = 64 << 10;

/// The hash of `bytes`: two lanes over words of eight bytes, each spread by a multiplication and folded in turn.
pub(crate) fn digest(bytes: &[u8]) -> u128 {
    let mut lanes = START;
    take_in(&mut lanes, bytes);
    finish(lanes, bytes.len())
}

/// The hash of a file's content, a chunk at a time: archives of the standard library are large, and the memory stays with the host.
pub(crate) fn digest_file(path: &Path) -> io::Result<u128> {
    let mut file = File::open(path)?;
    let (mut lanes, mut length, mut chunk) = (START, 0, Vec::with_capacity(CHUNK));
    loop {
        chunk.clear();
        file.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
        take_in(&mut lanes, &chunk);
        length += chunk.len();
        if chunk.len() < CHUNK {
            return Ok(finish(lanes, length));
        }
    }
}

/// Both lanes before the first word.
const START: [u64; 2] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344];

/// Takes bytes in; all but the last ones must be whole words.
fn take_in(lanes: &mut [u64; 2], bytes: &[u8]) {
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        mix(lanes, u64::from_le_bytes(*word));
    }
    for byte in rest {
        mix(lanes, u64::from(*byte));
    }
}

fn finish(mut lanes: [u64; 2], length: usize) -> u128 {
    mix(&mut lanes, length as u64);
    mix(&mut lanes, 0);
    u128::from(lanes[0]) << 64 | u128::from(lanes[1])
}

/// Takes one word into both lanes.
fn mix(lanes: &mut [u64; 2], word: u64) {
    lanes[0] = (lanes[0] ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31);
    lanes[1] = (lanes[1].rotate_left(27) ^ word ^ lanes[0]).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_hash_of_its_content() {
        for length in [0, 5, CHUNK - 1, CHUNK, 2 * CHUNK + 3] {
            let content: Vec<u8> = (0..length).map(|index| index as u8).collect();
            let path = std::env::temp_dir().join(format!("specialize-digest-{}-{length}", std::process::id()));
            std::fs::write(&path, &content).expect("writable");
            assert_eq!(digest_file(&path).expect("readable"), digest(&content));
            std::fs::remove_file(&path).expect("removable");
        }
    }

    #[test]
    fn every_byte_and_the_length_count() {
        let bytes: Vec<u8> = (0..100).collect();
        let whole = digest(&bytes);
        for length in 0..100 {
            assert_ne!(digest(&bytes[..length]), whole);
            let mut changed = bytes.clone();
            changed[length] ^= 1;
            assert_ne!(digest(&changed), whole);
        }
        assert_ne!(digest(&[0; 8]), digest(&[0; 16]));
    }
}
