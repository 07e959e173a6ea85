//! A program that checks the functions of a library and one of its own, and tells how it was built.
//!
//! With the name of a tier as its argument, it panics there instead; with `doctor`, it says what is missing.

use checks::in_all_tiers;
use specialize::specialize;

#[global_allocator]
static ALLOCATOR: checks::memory::Counting = checks::memory::Counting;

mod inner {
    kernels::next! {
        /// What stands at `n`, and a half more.
        pub(crate) fn half_more(f64) + 0.5
    }
}

/// Divides.
#[specialize(n in [0, 1])]
fn divide(x: i32, n: i32) -> i32 {
    x / n
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("doctor") => println!("{:?}", specialize::doctor().first_missing().map(|check| check.name)),
        Some(tier) => fall(tier),
        None => check(),
    }
}

fn check() {
    checks::all();
    assert_eq!(in_all_tiers!(inner::half_more(&[1.0, 2.0, 3.0]; 2)).returned(), 3.5);
    assert_eq!(in_all_tiers!(divide(12; 5)).returned(), 2);
    if cfg!(panic = "unwind") {
        let (_, place) = in_all_tiers!(inner::half_more(&[1.0]; 2)).panicked();
        assert!(place.contains("host/src/main.rs:12:5"), "{place} is not where the macro is called");
    }
    every_function_is_listed();
    println!("{}", kernels::build::generic(0));
    println!("overflow checks {}", if overflow_is_checked() { "on" } else { "off" });
    println!("panic {}", if cfg!(panic = "abort") { "abort" } else { "unwind" });
}

/// The linker keeps the entries of all crates in the list.
fn every_function_is_listed() {
    let names: Vec<&str> = specialize::functions().iter().map(|table| table.name()).collect();
    for name in ["power", "add", "below", "pick", "fall", "grow", "build", "identity", "half_more", "divide"] {
        assert!(names.contains(&name), "`{name}` is not among {names:?}");
    }
}

fn overflow_is_checked() -> bool {
    cfg!(panic = "unwind") && matches!(checks::outcome::of(|| kernels::add::generic(255, 1)), checks::outcome::Outcome::Panicked { .. })
}

/// Panics in a tier, in a function of the library.
fn fall(tier: &str) {
    match tier {
        "generic" => kernels::pick::generic(&[1], 7),
        "build-time" => kernels::pick::at::<7>(&[1]),
        "runtime" => kernels::pick::prepare(7).expect("a variant").call(&[1]),
        "dispatcher" => {
            kernels::pick::prepare(7).expect("a variant");
            kernels::pick(&[1], 7)
        }
        _ => panic!("no such tier"),
    };
}
