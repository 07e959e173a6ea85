//! `cargo +nightly fuzz run artifact`
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| subjects::artifact(data));

#[cfg(not(fuzzing))]
fn main() {}
