//! A type that is dropped, and one that is aligned too strictly.

use specialize::Value;

#[derive(Value)]
struct Guard(u8);

impl Drop for Guard {
    fn drop(&mut self) {}
}

#[derive(Value)]
#[repr(align(64))]
struct Line([u8; 64]);

fn main() {}
