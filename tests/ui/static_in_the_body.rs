//! State that every variant would have for itself.

use specialize::specialize;
use std::cell::Cell;

#[specialize(n)]
fn item(n: u32) -> u32 {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    COUNT.fetch_add(n, std::sync::atomic::Ordering::Relaxed)
}

#[specialize(n)]
fn per_thread(n: u32) -> u32 {
    std::thread_local!(static COUNT: std::cell::Cell<u32> = const { std::cell::Cell::new(0) });
    n
}

#[specialize(n)]
fn lifetime_is_fine(x: &'static str, n: usize) -> &'static str {
    let _: Cell<u8>;
    &x[n..]
}

fn main() {}
