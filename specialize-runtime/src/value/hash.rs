//! A fast hash of bytes. Keys are compared in full where it is used, so it need not withstand anybody.

/// Odd numbers without a pattern: the digits of pi behind the point.
const WORDS: [u64; 8] = [
    0x243f_6a88_85a3_08d3,
    0x1319_8a2e_0370_7345,
    0xa409_3822_299f_31d1,
    0x082e_fa98_ec4e_6c89,
    0x4528_21e6_38d0_1377,
    0xbe54_66cf_34e9_0c6d,
    0xc0ac_29b7_c97c_50dd,
    0x3f84_d5b5_b547_0917,
];

/// How many multiplications of a long input do not wait for one another.
const LANES: usize = 8;

/// Mixes a word into a hash: multiply, then fold the high half of the product onto the low one.
#[inline(always)]
pub(crate) const fn mix(hash: u64, word: u64) -> u64 {
    let product = ((hash ^ word) as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Mixes two words.
#[inline(always)]
const fn mix_pair(first: u64, second: u64) -> u64 {
    let product = (first as u128).wrapping_mul(second as u128);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Mixes bytes into a hash.
#[inline(always)]
pub(crate) fn mix_bytes(hash: u64, bytes: &[u8]) -> u64 {
    let hash = hash ^ WORDS[0] ^ (bytes.len() as u64).rotate_right(8);
    match bytes.len() {
        0..=8 => mix_pair(hash, short(bytes) ^ WORDS[1]),
        9..=16 => mix_pair(hash ^ word(bytes, 0), word(bytes, bytes.len() - 8) ^ WORDS[1]),
        _ => mix_long(hash, bytes),
    }
}

/// Up to eight bytes as one word: for few, some of them are in it twice.
#[inline(always)]
fn short(bytes: &[u8]) -> u64 {
    let half = |offset: usize| bytes[offset..].first_chunk().map_or(0, |half| u64::from(u32::from_ne_bytes(*half)));
    match *bytes {
        [] => 0,
        [a] => a.into(),
        [a, b] => u64::from(u16::from_ne_bytes([a, b])),
        [a, b, c] => u64::from(u32::from_ne_bytes([a, b, c, 0])),
        _ if bytes.len() == 8 => word(bytes, 0),
        _ => half(0) | half(bytes.len() - 4) << 32,
    }
}

/// The word at an offset.
#[inline(always)]
fn word(bytes: &[u8], offset: usize) -> u64 {
    bytes[offset..].first_chunk().map_or(0, |word| u64::from_ne_bytes(*word))
}

/// Mixes 16 bytes into a hash: zeros, which are frequent, do not make it forget.
#[inline(always)]
fn mix_16(hash: u64, bytes: &[u8; 16]) -> u64 {
    mix_pair(word(bytes, 0) ^ hash, word(bytes, 8) ^ WORDS[2])
}

/// Mixes more than 16 bytes into a hash.
#[inline]
fn mix_long(hash: u64, bytes: &[u8]) -> u64 {
    let (pairs, _) = bytes.as_chunks::<16>();
    let (blocks, rest) = pairs.as_chunks::<LANES>();
    let mut hash = hash;
    if !blocks.is_empty() {
        hash = mix_blocks(hash, blocks);
    }
    let mut other = WORDS[6];
    let (twos, _) = rest.as_chunks::<2>();
    for [first, second] in twos {
        (hash, other) = (mix_16(hash, first), mix_16(other, second));
    }
    // The last bytes, some of them for the second time.
    let (_, last) = bytes.as_rchunks::<16>();
    if let [.., first, second] = last {
        (hash, other) = (mix_16(hash, first), mix_16(other, second));
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        (hash, other) = (mix_16(hash, first), mix_16(other, last));
    }
    mix_pair(hash ^ WORDS[0], other ^ WORDS[7])
}

/// Mixes blocks into a hash, their parts side by side.
fn mix_blocks(hash: u64, blocks: &[[[u8; 16]; LANES]]) -> u64 {
    let mut lanes = lanes::<LANES>(hash, blocks.len());
    for block in blocks {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum = mix_16(*sum, &block[lane]);
        }
    }
    joined(lanes)
}

/// Hashes to be mixed on side by side.
#[inline(always)]
pub(super) fn lanes<const LANES: usize>(hash: u64, length: usize) -> [u64; LANES] {
    std::array::from_fn(|lane| WORDS[7 - lane] ^ if lane == 0 { hash } else { length as u64 })
}

/// One hash out of several.
#[inline(always)]
pub(super) fn joined<const LANES: usize>(lanes: [u64; LANES]) -> u64 {
    lanes.into_iter().enumerate().fold(0, |hash, (lane, sum)| hash ^ mix_pair(sum ^ WORDS[lane], WORDS[7 - lane]))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_byte_and_the_length_change_the_hash() {
        for length in (0..200).chain([1_000, 4_096]) {
            let bytes: Vec<u8> = (0..length).map(|index: u32| index as u8).collect();
            let mut seen = HashSet::from([mix_bytes(0, &bytes), mix_bytes(1, &bytes), mix_bytes(0, &[&bytes[..], &[0]].concat())]);
            assert_eq!(seen.len(), 3);
            for index in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[index] ^= 0x80;
                assert!(seen.insert(mix_bytes(0, &changed)), "byte {index} of {length}");
            }
        }
    }

    #[test]
    fn neighbours_are_far_apart() {
        let hashes: HashSet<u64> = (0..100_000u64).map(|word| mix_bytes(0, &[word.to_le_bytes(); 4].concat()) >> 40).collect();
        assert!(hashes.len() > 99_000, "{} of 100000 in 2^24 places", hashes.len());
    }
}
