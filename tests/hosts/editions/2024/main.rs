//! The kernel in edition 2024.

#[path = "../kernel.rs"]
mod kernel;

fn main() {
    match std::env::args().nth(1) {
        None => kernel::report(),
        Some(_) => kernel::fall(),
    }
}
