//! Values of any flat type: every kind means the same in every tier, is told apart by its bytes, and is shown as Rust would write it.

mod support;

#[path = "values/borrowed.rs"]
mod borrowed;
#[path = "values/derived.rs"]
mod derived;
#[path = "values/lists.rs"]
mod lists;
#[path = "values/owned.rs"]
mod owned;
#[path = "values/processor.rs"]
mod processor;
#[path = "values/size.rs"]
mod size;
