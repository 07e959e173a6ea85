//! A fast hash that tells the files of one toolchain from those of another. The build script uses it too.
//!
//! It guards against mistakes, not against malice: whoever can change a toolchain need not forge a hash.

/// The hash of `bytes`: two lanes over words of eight bytes, each spread by a multiplication and folded in turn.
pub(crate) fn digest(bytes: &[u8]) -> u128 {
    let mut lanes = [0x243f_6a88_85a3_08d3_u64, 0x1319_8a2e_0370_7344];
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        mix(&mut lanes, u64::from_le_bytes(*word));
    }
    for byte in rest {
        mix(&mut lanes, u64::from(*byte));
    }
    mix(&mut lanes, bytes.len() as u64);
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
    use super::digest;

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
