//! The kernel in edition 2015.

extern crate checks;
extern crate specialize;

#[path = "../kernel.rs"]
mod kernel;

fn main() {
    match std::env::args().nth(1) {
        None => kernel::report(),
        Some(_) => kernel::fall(),
    }
}
