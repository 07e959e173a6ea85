//! A program that has specialized functions, and loads libraries that have them too: `loader PLUGIN STORE PLUGIN STORE...`;
//! or one that closes a library too early: `loader --close-early PLUGIN STORE`.

mod gone;

use std::env;
use std::ffi::{CString, OsString, c_char};
use std::fs;
use std::os::unix::ffi::OsStringExt;

use checks::in_all_tiers;
use libloading::Library;

#[global_allocator]
static ALLOCATOR: checks::memory::Counting = checks::memory::Counting;

fn main() {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    if let [option, plugin, store] = &arguments[..]
        && option == "--close-early"
    {
        gone::close_early(plugin, store);
        return println!("closed");
    }
    checks::all();
    let own_panics = checks::outcome::panics();
    assert!(own_panics > 0);
    let plugins: Vec<Library> = arguments.chunks(2).map(|plugin| check(&plugin[0], plugin[1].clone())).collect();
    assert_eq!(checks::outcome::panics(), own_panics, "a panic in a plugin is the plugin's own");
    assert_eq!(background_threads(), 1 + plugins.len(), "each copy has a background of its own");
    assert_eq!(support_libraries(), 1 + plugins.len(), "each copy has a support library of its own");
    // New values, once the others are there.
    assert_eq!(in_all_tiers!(kernels::power(3; 5)).returned(), 243);
    drop(plugins);
    assert_eq!(in_all_tiers!(kernels::power(3; 6)).returned(), 729);
    println!("{} plugins", arguments.len() / 2);
}

/// Loads a plugin and has it check itself.
fn check(path: &OsString, store: OsString) -> Library {
    let store = CString::new(store.into_vec()).expect("a path");
    // SAFETY: the plugin's functions have these types, and its initializers are std's.
    unsafe {
        let plugin = Library::new(path).expect("the plugin is loaded");
        let panics = *plugin.get::<extern "C" fn() -> usize>(b"panics\0").expect("a symbol of the plugin");
        let check = *plugin.get::<unsafe extern "C" fn(*const c_char) -> i32>(b"check\0").expect("a symbol of the plugin");
        assert_eq!(panics(), 0, "this copy is another one");
        assert_eq!(check(store.as_ptr()), 0, "the plugin's check failed");
        assert!(panics() > 0, "the panics of its variants went to its own hook");
        plugin
    }
}

fn background_threads() -> usize {
    let threads = fs::read_dir("/proc/self/task").expect("the system tells").flatten();
    threads.filter(|thread| fs::read_to_string(thread.path().join("comm")).is_ok_and(|name| name.trim() == "specialize")).count()
}

/// How many support libraries are mapped, from whichever file.
fn support_libraries() -> usize {
    // Each has one page or more that is code; variants are told apart by their size.
    let maps = fs::read_to_string("/proc/self/maps").expect("the system tells");
    let is_large = |line: &&str| {
        let range = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let bound = |text| u64::from_str_radix(text, 16).expect("an address");
        bound(range.1) - bound(range.0) > 100 << 10
    };
    maps.lines().filter(|line| line.contains(" r-xp ") && line.contains("/v1/artifacts/")).filter(is_large).count()
}
