//! `cargo +nightly fuzz run dylib`
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| subjects::dylib(data));

#[cfg(not(fuzzing))]
fn main() {}
