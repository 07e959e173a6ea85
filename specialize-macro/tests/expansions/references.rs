//! References, one of which is returned: the lifetimes get names, and the variants are never unloaded.

#[specialize(n)]
pub fn pick(values: &[u8], n: usize) -> Option<&u8> {
    values.get(n)
}
