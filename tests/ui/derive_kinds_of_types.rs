//! Types for which `Value` cannot be derived, whatever their fields.

use specialize::Value;

#[derive(Value)]
enum Op {
    Push(i64),
    Add,
}

#[derive(Value)]
enum Never {}

#[derive(Value)]
union Either {
    a: u8,
    b: i8,
}

#[derive(Value)]
#[repr(C, packed(2))]
struct Packed {
    a: u8,
    b: u32,
}

#[derive(Value)]
#[value(path = specialize)]
struct Elsewhere(u8);

fn main() {}
