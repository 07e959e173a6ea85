//! `cargo +nightly fuzz run macro_parser`
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| subjects::macro_parser(data));

#[cfg(not(fuzzing))]
fn main() {}
