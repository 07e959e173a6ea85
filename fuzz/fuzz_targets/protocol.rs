//! `cargo +nightly fuzz run protocol`
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| subjects::protocol(data));

#[cfg(not(fuzzing))]
fn main() {}
