//! A function with two mistakes: it stays as it is, with the errors beside it.

pub fn power(x: u64, n: u32) -> u64 {
    x + u64::from(n)
}
::core::compile_error! {
    "`m` is no parameter; the function's parameters are `x`, `n`"
}
::core::compile_error! {
    "the option `hot` needs a value, as in `hot = ...`"
}
