//! What an artifact was made from, in full: two artifacts with the same key are interchangeable.

use std::fmt;

/// The whole of what an artifact depends on, field by field, and its digest.
#[derive(Clone)]
pub(crate) struct Key {
    fields: Vec<u8>,
}

impl Key {
    /// The key of nothing yet, of the given kind of artifact.
    pub(crate) fn new(kind: &str) -> Key {
        Key { fields: Vec::new() }.text(concat!("specialize ", env!("CARGO_PKG_VERSION"))).text(kind)
    }

    /// Adds a field. Its length goes first, so that no two lists of fields read the same.
    pub(crate) fn bytes(mut self, field: &[u8]) -> Key {
        self.fields.extend_from_slice(&(field.len() as u64).to_le_bytes());
        self.fields.extend_from_slice(field);
        self
    }

    pub(crate) fn text(self, field: &str) -> Key {
        self.bytes(field.as_bytes())
    }

    pub(crate) fn number(self, field: u64) -> Key {
        self.bytes(&field.to_le_bytes())
    }

    /// Everything, for comparison.
    pub(crate) fn fields(&self) -> &[u8] {
        &self.fields
    }

    /// The digest that names the artifact on disk and in traces, where the values must not stand.
    pub(crate) fn digest(&self) -> String {
        let digest = blake3::hash(&self.fields).to_hex();
        digest[..32].to_owned()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({})", self.digest())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_field_ends_is_part_of_the_key() {
        assert_ne!(Key::new("a").text("bc").text("d").fields(), Key::new("a").text("b").text("cd").fields());
        assert_ne!(Key::new("a").text("").digest(), Key::new("a").digest());
        assert_eq!(Key::new("a").number(3).digest(), Key::new("a").number(3).digest());
    }
}
