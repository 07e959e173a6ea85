//! Fields that are seen not to be flat.

use specialize::Value;

#[derive(Value)]
struct Settings<'a> {
    name: &'a str,
    path: String,
    list: [Vec<u8>; 2],
    pointer: *const u8,
    call: fn(u8) -> u8,
    choice: (u8, Option<u8>),
}

#[derive(Value)]
#[repr(u8)]
enum Op {
    Push(i64),
    Call(Box<dyn Fn()>),
}

fn main() {}
