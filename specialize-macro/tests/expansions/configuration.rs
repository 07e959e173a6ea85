//! Predicates of configuration in a body.

#[specialize(n)]
pub fn size(n: u32) -> u32 {
    if cfg!(feature = "wide") { n * 2 } else { n }
}
