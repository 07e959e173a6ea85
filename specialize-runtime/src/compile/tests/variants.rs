//! Variants that compile, link and run, and those that cannot.

use super::*;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

thread_local! {
    /// Where this thread's last panic was: other tests may have theirs meanwhile.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The place and the message of a panic that `call` starts.
fn panic_of(call: impl FnOnce() -> u64) -> (String, String) {
    static HOOK: Mutex<()> = Mutex::new(());
    let _alone = HOOK.lock().expect("not poisoned");
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| {
        PLACE.set(info.location().map(ToString::to_string).unwrap_or_default());
    }));
    let caught = catch_unwind(AssertUnwindSafe(call));
    std::panic::set_hook(before);
    let payload = caught.expect_err("panics");
    let message = payload.downcast_ref::<String>().cloned();
    let message = message.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string));
    (PLACE.take(), message.expect("text"))
}

#[test]
fn power_answers() {
    let workshop = Workshop::open();
    let cube: fn(u64, u32) -> u64 = workshop.load(&POWER, 3);
    assert_eq!(cube(7, 99), 343);
}

#[test]
fn wide_division_and_system_functions_link() {
    let workshop = Workshop::open();
    let wide =
        kernel("pub fn kernel(x: u64, n: u32) -> u64 { ((u128::from(x) << 64 | 12345) / (u128::from(x) * 3 + u128::from(n))) as u64 }");
    let divide: fn(u64, u32) -> u64 = workshop.load(&wide, 5);
    assert_eq!(divide(1 << 40, 0), (((1u128 << 104) | 12345) / ((3 << 40) + 5)) as u64);

    let float = kernel(
        "pub fn kernel(x: u64, n: u32) -> u64 { \
         let x = x as f64 / 7.0; (x.sin() + x.powf(1.5) + x.cbrt() + x % 0.3 + x.mul_add(x, 0.1) + (x / f64::from(n)).exp()).to_bits() }",
    );
    let compute: fn(u64, u32) -> u64 = workshop.load(&float, 9);
    for number in 0..1000 {
        let x = number as f64 / 7.0;
        let expected = x.sin() + x.powf(1.5) + x.cbrt() + x % 0.3 + x.mul_add(x, 0.1) + (x / 9.0).exp();
        assert_eq!(compute(number, 0), expected.to_bits());
    }
}

#[test]
fn memory_crosses_to_the_host() {
    let workshop = Workshop::open();
    let text = Template {
        entry: "#[unsafe(no_mangle)] pub fn specialize_entry(x: u64, _: u32) -> String { super::kernel(x, HOLE_0) } \
            #[unsafe(no_mangle)] pub static SPECIALIZE_LAYOUT: [[usize; 2]; 3] = [[8, 8], [4, 4], [24, 8]];",
        ..kernel(
            "pub fn kernel(x: u64, n: u32) -> String { \
             let list: Vec<u64> = (0..u64::from(n)).map(|i| i * x).collect(); format!(\"{list:?}\") }",
        )
    };
    let list: fn(u64, u32) -> String = workshop.load(&text, 4);
    assert_eq!(list(3, 0), "[0, 3, 6, 9]");
}

#[test]
fn panics_carry_the_users_place() {
    let workshop = Workshop::open();
    let index = kernel("pub fn kernel(x: u64, n: u32) -> u64 { [1, 2, 3][x as usize + n as usize] }");
    let element: fn(u64, u32) -> u64 = workshop.load(&index, 2);
    assert_eq!(element(0, 0), 3);
    let expected = "index out of bounds: the len is 3 but the index is 9".to_owned();
    assert_eq!(panic_of(|| element(7, 0)), ("src/math.rs:7:44".to_owned(), expected));

    for (file, place) in
        [("a=b/math.rs", "a=b/math.rs:7:44"), ("/x/y z/a=b.rs", "/x/y z/a=b.rs:7:44"), ("/\u{e9}/\"x.rs", "/\u{e9}/\"x.rs:7:44")]
    {
        let element: fn(u64, u32) -> u64 = workshop.load(&Template { file, ..index }, 2);
        assert_eq!(panic_of(|| element(1, 0)).0, place);
    }
}

#[test]
fn a_function_made_by_a_macro_panics_where_the_macro_is_called() {
    let workshop = Workshop::open();
    let made = Template {
        definitions: "macro_rules! m { ($a0:tt $a1:tt) => { pub fn kernel(x: u64, $a0: u32) -> u64 { \
            if x == 9 { panic!(\"nine\") } $a1 } } }",
        body: &[
            Piece { line: 20, column: 9, text: "m!{" },
            Piece { line: 21, column: 3, text: "n" },
            Piece { line: 22, column: 3, text: "{ [1u64, 2, 3][n as usize] }" },
            Piece { line: 0, column: 0, text: "}" },
        ],
        ..POWER
    };
    let element: fn(u64, u32) -> u64 = workshop.load(&made, 2);
    assert_eq!(element(1, 0), 3);
    assert_eq!(panic_of(|| element(9, 0)), ("src/math.rs:20:9".to_owned(), "nine".to_owned()));
    let element: fn(u64, u32) -> u64 = workshop.load(&made, 7);
    assert_eq!(panic_of(|| element(1, 0)).0, "src/math.rs:22:5");
}

#[test]
fn the_flags_of_the_host_hold() {
    let workshop = Workshop::open();
    let flags = Flags::Read(BuildFlags { overflow_checks: true, executable: false, edition: "2021", ..FLAGS });
    let checked = Template {
        cfgs: &[false, true],
        flags,
        ..kernel("pub fn kernel(x: u64, n: u32) -> u64 { if cfg!(_0) || !cfg!(_1) { panic!() } x + u64::from(n) }")
    };
    let add: fn(u64, u32) -> u64 = workshop.load(&checked, 2);
    assert_eq!(add(7, 0), 9);
    assert_eq!(panic_of(|| add(u64::MAX, 0)).1, "attempt to add with overflow");
    let old = Flags::Read(BuildFlags { edition: "2015", ..FLAGS });
    let wrapping = Template { preamble: "use ::std::prelude::rust_2015::*; use ::{std, core};", flags: old, ..checked };
    let add: fn(u64, u32) -> u64 = workshop.load(&wrapping, 2);
    assert_eq!(add(u64::MAX, 0), 1);
}

#[test]
fn what_cannot_be_linked_is_named() {
    let workshop = Workshop::open();
    let print = kernel("pub fn kernel(x: u64, n: u32) -> u64 { println!(\"{n}\"); x }");
    let error = workshop.compile(&print, 1).expect_err("std is not there");
    let Error::UnresolvedSymbol { function: "kernel", symbols } = &error else { panic!("{error}") };
    assert_eq!(symbols, "`std::io::stdio::_print`");
}

#[test]
fn what_does_not_compile_says_where() {
    let workshop = Workshop::open();
    let wrong = kernel("pub fn kernel(x: u64, n: u32) -> u64 { x + n }");
    let error = workshop.compile(&wrong, 1).expect_err("types differ");
    let Error::CompileFailed { output, .. } = &error else { panic!("{error}") };
    assert!(output.contains("src/math.rs:7:48: error[E0308]"), "{output}");
}

#[test]
fn the_linker_of_the_toolchain_serves_too() {
    let mut workshop = Workshop::open();
    let own = workshop.toolchain.core.parent().expect("a folder").join("../bin/rust-lld");
    workshop.toolchain.linker = super::super::toolchain::Linker { program: own, leading: &["-flavor", "gnu"] };
    let cube: fn(u64, u32) -> u64 = workshop.load(&POWER, 3);
    assert_eq!(cube(5, 0), 125);
    let library = support::build(&workshop.toolchain, 9, workshop.folder.path(), &LIMITS).expect("links");
    assert!(Support::claim(&Artifact::unchecked(&library), 9, support::library_name(9)).expect("loads").is_some());
}
