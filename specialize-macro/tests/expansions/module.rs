//! A captured module with two functions.

#[specialize]
pub mod kernels {
    const STEP: u32 = 3;

    fn helper(x: u32) -> u32 {
        x + STEP
    }

    #[specialize(n in [2])]
    pub fn sum(x: u32, n: u32) -> u32 {
        helper(x) + n
    }

    #[specialize(n)]
    fn factorial(n: u64) -> u64 {
        if n < 2 { 1 } else { n * factorial(n - 1) }
    }
}
