//! Listed values, and a limit, that only rustc knows.

#[specialize(n in [LIMIT, LIMIT + 1], hot = CALLS)]
fn power(x: u64, n: u32) -> u64 {
    x + u64::from(n)
}
