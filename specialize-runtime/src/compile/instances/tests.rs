//! What is cut out of the archives, and what is not.

use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::compile::{Limits, support};

/// The compiler of this test, what its support library defines, and a folder.
fn toolchain() -> (Toolchain, HashSet<String>, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits { timeout: Duration::from_secs(120), memory: None };
    let toolchain = Toolchain::check(None, folder.path(), &limits).expect("the compiler of this test");
    let provided = support::provided(&toolchain).expect("known");
    (toolchain, provided, folder)
}

/// What is cut out of an object in a file: the text and the symbols.
fn cut(path: &Path, provided: &HashSet<String>, may_have_state: bool) -> Option<(String, Vec<String>)> {
    let file = ReadCache::new(File::open(path).expect("readable"));
    let size = fs::metadata(path).expect("a file").len();
    let object = Object::read(file.range(0, size), provided, |symbol| symbol.starts_with("cut_"), may_have_state);
    let (text, symbols) = object.ok()?.cut(0);
    Some((text, symbols.into_iter().map(str::to_owned).collect()))
}

/// The functions that begin with `cut_`, of which those that end with `_not` have or need something that is not to be had.
const SOURCE: &str = r#"
    use std::{cell::Cell, fmt::Debug, sync::atomic::{AtomicU32, Ordering}};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static mut TABLE: [u32; 4] = [5; 4];
    static WORDS: [&str; 3] = ["zero", "one", "two"];
    thread_local! { static OF_THREAD: Cell<u32> = const { Cell::new(0) } }
    unsafe extern "C" { fn somewhere() -> u32; }

    #[unsafe(no_mangle)] pub fn cut_arithmetic(x: f64) -> f64 { x * 3.25 + 7.5 }
    #[unsafe(no_mangle)] pub fn cut_constants(x: usize) -> &'static str { WORDS[x] }
    #[unsafe(no_mangle)] pub fn cut_dynamic(x: &u32) -> &dyn Debug { x }
    #[unsafe(no_mangle)] pub fn cut_branches(x: u32, y: &mut String) {
        match x { 0 => y.push_str("a"), 1 => y.clear(), 2 => y.push('x'), 3 => y.insert(0, 'b'), 4 => y.truncate(3), 5 => drop(y.pop()), _ => {} }
    }
    #[unsafe(no_mangle)] pub fn cut_memory(x: u32) -> Box<dyn Fn() -> String> { let x = vec![x; 3]; Box::new(move || format!("{x:?}")) }
    #[unsafe(no_mangle)] #[inline(never)] pub fn cut_called(x: u32) -> u32 { x.pow(7) }
    #[unsafe(no_mangle)] pub fn cut_calls(x: u32) -> u32 { helper(x) + cut_called(x) }
    #[inline(never)] fn helper(x: u32) -> u32 { x.isqrt() }

    #[unsafe(no_mangle)] pub fn cut_counts_not() -> u32 { COUNT.fetch_add(1, Ordering::Relaxed) }
    #[unsafe(no_mangle)] pub fn cut_counts_behind_not(x: u32) -> u32 { counts(x) + 1 }
    #[inline(never)] fn counts(x: u32) -> u32 { if x == 5 { cut_counts_not() } else { x } }
    #[unsafe(no_mangle)] pub fn cut_writes_not(x: usize) -> u32 { unsafe { TABLE[x & 3] += 1; TABLE[x & 3] } }
    #[unsafe(no_mangle)] pub fn cut_thread_not() -> u32 { OF_THREAD.with(|x| x.replace(x.get() + 1)) }
    #[unsafe(no_mangle)] pub fn cut_prints_not(x: u32) { println!("{x}") }
    #[unsafe(no_mangle)] pub fn cut_system_not() -> u32 { unsafe { somewhere() } }
"#;

/// The object of that source.
fn object(toolchain: &Toolchain, folder: &Path) -> PathBuf {
    let (source, object) = (folder.join("source.rs"), folder.join("source.o"));
    fs::write(&source, SOURCE).expect("writable");
    let flags = ["--edition=2024", "--crate-type=lib", "--emit=obj", "-Copt-level=3", "-Ccodegen-units=1", "-Crelocation-model=pic", "-o"];
    let status = Command::new(&toolchain.rustc).args(flags).args([&object, &source]).status().expect("runs");
    assert!(status.success());
    object
}

#[test]
fn code_and_constants_are_cut_out_and_state_is_not() {
    let (toolchain, provided, folder) = toolchain();
    let object = object(&toolchain, folder.path());
    let (text, mut symbols) = cut(&object, &provided, false).expect("an object");
    symbols.sort();
    let expected = ["arithmetic", "branches", "called", "calls", "constants", "dynamic", "memory"];
    assert_eq!(symbols, expected.map(|name| format!("cut_{name}")));
    assert!(!text.contains("_not") && !text.lines().any(|line| [".data", ".bss"].contains(&line)), "{text}");

    let (text, mut symbols) = cut(&object, &provided, true).expect("an object");
    symbols.retain(|symbol| symbol.ends_with("_not"));
    symbols.sort();
    assert_eq!(symbols, ["cut_counts_behind_not", "cut_counts_not", "cut_writes_not"]);
    assert!(text.contains(".data\n") && text.contains(".bss\n"), "{text}");
}

#[test]
fn nothing_is_cut_out_twice() {
    let (toolchain, mut provided, folder) = toolchain();
    let object = object(&toolchain, folder.path());
    provided.insert("cut_called".to_owned());
    let (text, symbols) = cut(&object, &provided, false).expect("an object");
    assert!(!symbols.contains(&"cut_called".to_owned()) && !text.contains("cut_called:"));
    assert!(text.contains("cut_called"), "it is called");
}

#[test]
fn damaged_objects_are_no_danger() {
    let (toolchain, provided, folder) = toolchain();
    let object = object(&toolchain, folder.path());
    let whole = fs::read(&object).expect("readable");
    let (mut read, mut different) = (0, 0);
    let expected = cut(&object, &provided, true);
    for round in 0..600_usize {
        let mut damaged = whole.clone();
        for byte in 0..3 {
            let at = (round * 7919 + byte * 104_729) * 2_654_435_761 % whole.len();
            damaged[at] = [0, 0xff, damaged[at] ^ 1, damaged[at].wrapping_add(8)][round % 4];
        }
        if round % 10 == 0 {
            damaged.truncate(whole.len() * round / 600);
        }
        fs::write(&object, damaged).expect("writable");
        let outcome = cut(&object, &provided, true);
        read += usize::from(outcome.is_some());
        different += usize::from(outcome != expected);
    }
    assert!(read > 300 && different > 100, "{read} read, {different} different");
}

#[test]
fn the_only_state_is_what_is_known_of_the_processor() {
    let (toolchain, provided, _folder) = toolchain();
    let text = assembly(&toolchain, provided);
    let mut may_be_written = false;
    let mut symbols = 0;
    for line in text.lines() {
        if line.starts_with(".section") || line == ".text" {
            may_be_written = line.contains("\"aw") && !line.contains(".data.rel.ro,");
        } else if [".data", ".bss"].contains(&line) {
            may_be_written = true;
        } else if let Some(symbol) = line.strip_prefix(".globl ") {
            symbols += 1;
            let name = rustc_demangle::demangle(symbol).to_string();
            assert!(!may_be_written || name.starts_with("std_detect["), "{name}");
        }
    }
    assert!(symbols > 10, "{symbols}");
}

#[test]
fn names_are_wanted_by_the_crates_in_them() {
    for (symbol, wanted) in [
        // <alloc::raw_vec::RawVec<alloc::string::String>>::grow_one, instantiated by std
        ("_RNvMs3_NtCslNYArtu3iFV_5alloc7raw_vecINtB5_6RawVecNtNtB7_6string6StringE8grow_oneCsjrHSEGnQ3l9_3std", true),
        // core::panicking::assert_failed::<[u8; 4], &[u8]>
        ("_RINvNtCsgEmfK2I1SDS_4core9panicking13assert_failedAhj4_RShECsjrHSEGnQ3l9_3std", true),
        ("_RNvNtNtCs6d7GoaNTBIz_10std_detect6detect5cache5CACHE", true),
        // <alloc::raw_vec::RawVec<std::path::PathBuf>>::grow_one
        ("_RNvMs3_NtCslNYArtu3iFV_5alloc7raw_vecINtB5_6RawVecNtNtCsjrHSEGnQ3l9_3std4path7PathBufE8grow_oneCsjrHSEGnQ3l9_3std", false),
        ("_RNvNtCsjrHSEGnQ3l9_3std9panicking11panic_count18GLOBAL_PANIC_COUNT", false),
        ("_RNvNtNtCsjrHSEGnQ3l9_3std2io5stdio6_print", false),
        ("rust_eh_personality", false),
        ("memcpy", false),
    ] {
        assert_eq!(is_wanted(symbol), wanted, "{symbol}");
    }
    assert_eq!(crates("<alloc[1f]::Vec<[std[2]::X; 4]> as core[3]::Y<&[u8]>>::z").collect::<Vec<_>>(), ["alloc", "std", "core"]);
}
