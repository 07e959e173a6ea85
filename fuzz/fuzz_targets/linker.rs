//! `cargo +nightly fuzz run linker`
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| subjects::linker(data));

#[cfg(not(fuzzing))]
fn main() {}
