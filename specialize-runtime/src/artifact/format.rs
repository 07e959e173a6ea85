//! How an artifact stands in its file: the content (a dylib mostly), then its key, then a footer. The loader does not look
//! beyond the dylib.

const MAGIC: [u8; 16] = *b"specialize\0\x01\0\0\0\0";
const FOOTER: usize = MAGIC.len() + 2 * size_of::<u64>() + blake3::OUT_LEN;

/// The bytes of an artifact's file.
pub(crate) fn encode(content: &[u8], fields: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(content.len() + fields.len() + FOOTER);
    whole.extend_from_slice(content);
    whole.extend_from_slice(fields);
    whole.extend_from_slice(&MAGIC);
    whole.extend_from_slice(&(content.len() as u64).to_le_bytes());
    whole.extend_from_slice(&(fields.len() as u64).to_le_bytes());
    let digest = blake3::hash(&whole);
    whole.extend_from_slice(digest.as_bytes());
    whole
}

/// The length of the content that `whole` starts with, if all of it is undamaged and for the key of these fields.
pub(crate) fn content_length(whole: &[u8], fields: &[u8]) -> Option<usize> {
    let (hashed, digest) = whole.split_last_chunk::<{ blake3::OUT_LEN }>()?;
    // The comparison of two blake3 hashes takes constant time, which does no harm.
    if blake3::hash(hashed) != *digest {
        return None;
    }
    let (rest, key_length) = hashed.split_last_chunk()?;
    let (rest, content_length) = rest.split_last_chunk()?;
    let (rest, magic) = rest.split_last_chunk()?;
    let content_length = usize::try_from(u64::from_le_bytes(*content_length)).ok()?;
    let key_length = usize::try_from(u64::from_le_bytes(*key_length)).ok()?;
    let (content, found) = rest.split_at_checked(content_length)?;
    (*magic == MAGIC && key_length == found.len() && found == fields).then_some(content.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[u8] = b"the fields of a key";

    #[test]
    fn what_is_damaged_or_cut_or_for_something_else_is_nothing() {
        let content = b"some code that will be damaged";
        let whole = encode(content, FIELDS);
        assert_eq!(content_length(&whole, FIELDS), Some(content.len()));
        assert_eq!(content_length(&whole, b"other fields"), None);
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            assert_eq!(content_length(&damaged, FIELDS), None, "byte {place}");
            assert_eq!(content_length(&whole[..place], FIELDS), None, "first {place} bytes");
        }
    }

    #[test]
    fn a_large_artifact_is_nothing_wherever_it_is_damaged() {
        let content: Vec<u8> = (0..300_000u32).map(|byte| (byte % 251) as u8).collect();
        let mut whole = encode(&content, FIELDS);
        // Places spread over the whole, and each bit of a byte in turn.
        for number in 0..1_000 {
            let place = number * 7_919 * 13 % whole.len();
            whole[place] ^= 1 << (number % 8);
            assert_eq!(content_length(&whole, FIELDS), None, "byte {place}");
            whole[place] ^= 1 << (number % 8);
        }
        assert_eq!(content_length(&whole, FIELDS), Some(content.len()));
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused_under_a_true_digest() {
        let whole = encode(b"code", FIELDS);
        for length in [0, 3, 5, u64::MAX] {
            let mut forged = whole[..whole.len() - blake3::OUT_LEN].to_vec();
            let place = forged.len() - 16;
            forged[place..place + 8].copy_from_slice(&u64::to_le_bytes(length));
            let digest = blake3::hash(&forged);
            forged.extend_from_slice(digest.as_bytes());
            assert_eq!(content_length(&forged, FIELDS), None, "{length}");
        }
    }
}
