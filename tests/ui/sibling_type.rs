//! A type beside the function.

use specialize::specialize;

#[derive(Clone, Copy)]
struct Point {
    x: u32,
}

const LENGTH: usize = 2;

#[specialize(n)]
fn in_the_body(n: u32) -> u32 {
    let point = Point { x: n };
    point.x
}

#[specialize(n)]
fn in_the_signature(x: &Point, y: [u8; LENGTH], n: u32) -> Option<Point> {
    (x.x == n + u32::from(y[0])).then_some(*x)
}

fn main() {}
