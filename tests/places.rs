//! No path is taken for anything but a path: projects, homes and caches whose names have blanks, quotes, commands, line feeds, and bytes
//! that are no text.
#![cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]

mod support;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use specialize::{Tier, specialize, stats};
use support::is_child;
use support::place::Place;

#[specialize(n in [2, 3, 8])]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// Names of folders that somebody may have.
const NAMES: [&[u8]; 5] = [
    b"two words",
    b"it's \"quoted\" $(touch hacked) `touch hacked`; touch hacked",
    b"a\nline\n-o hacked",
    b"\xff\xfe no text",
    b"-L,--=\\",
];

#[test]
fn homes_and_caches_of_any_name_will_do() {
    const NAME: &str = "homes_and_caches_of_any_name_will_do";
    if is_child(NAME) {
        let bound = power::prepare(13).expect("a variant");
        assert_eq!((bound.tier(), bound.call(2)), (Tier::Runtime, 8192));
        assert!(stats().store_error.is_none(), "{:?}", stats().store_error);
        let home = || std::env::home_dir().expect("set by the test");
        let store = std::env::var_os("SPECIALIZE_CACHE_DIR").map_or_else(|| home().join(".cache/specialize"), PathBuf::from);
        let maps = fs::read("/proc/self/maps").expect("Linux");
        let here: Vec<u8> = store.as_os_str().as_bytes().to_vec();
        // A line feed stands there as its number.
        assert!(here.contains(&b'\n') || maps.windows(here.len()).any(|part| part == here), "it is loaded from the store");
        return assert!(specialize::settle(support::processes::PATIENCE));
    }
    for name in NAMES {
        let place = Place::new(NAME);
        let strange = place.path().join(OsStr::from_bytes(name));
        fs::create_dir(&strange).expect("a folder");
        for engine in ["rustc", "auto"] {
            let mut host = place.host(&[("SPECIALIZE_ENGINE", engine)]);
            host.env("SPECIALIZE_CACHE_DIR", strange.join("cache")).env("TMPDIR", &strange).env("HOME", &strange).current_dir(&strange);
            place.judge(&host.output().expect("starts"));
            // By the platform's convention, in the home.
            let mut host = place.host(&[("SPECIALIZE_ENGINE", engine)]);
            host.env_remove("SPECIALIZE_CACHE_DIR").env_remove("XDG_CACHE_HOME").env("HOME", &strange);
            place.judge(&host.output().expect("starts"));
            assert!(strange.join(".cache/specialize/v1").exists());
        }
        assert!(!support::processes::files_below(place.path()).iter().any(|path| path.ends_with("hacked")), "{name:?}");
    }
}

#[test]
fn projects_of_any_name_will_do() {
    // Cargo takes no path that is no text, and the compiler's list of what a crate was made from has no word for a line feed.
    for name in [&NAMES[..2], &NAMES[4..]].concat() {
        let folder = tempfile::tempdir().expect("a folder");
        let project = folder.path().join(OsStr::from_bytes(name));
        fs::create_dir_all(project.join("src")).expect("a folder");
        fs::write(project.join("Cargo.toml"), manifest()).expect("a file");
        fs::write(project.join("src/main.rs"), MAIN).expect("a file");
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"), project.join("Cargo.lock")).expect("a file");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("places");
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--offline", "--target-dir"]).arg(&target).current_dir(&project);
        let built = build.output().expect("cargo");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        for engine in ["rustc", "auto"] {
            let mut host = Command::new(target.join("debug/placed"));
            host.env("SPECIALIZE_CACHE_DIR", project.join("cache")).env("SPECIALIZE_ENGINE", engine).current_dir(&project);
            let output = host.output().expect("starts");
            assert!(output.status.success(), "{name:?} {engine}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let all = support::processes::files_below(folder.path());
        assert!(!all.iter().any(|path| path.ends_with("hacked")), "{all:?}");
    }
}

fn manifest() -> String {
    let here = env!("CARGO_MANIFEST_DIR");
    format!(
        "[package]\nname = \"placed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
         [dependencies]\nspecialize = {{ package = \"specialize-rs\", path = {here:?} }}\n"
    )
}

const MAIN: &str = r#"use specialize::specialize;
#[specialize(n in [2])]
fn checked(x: u32, n: u32) -> u32 { if x > 9 { panic!("{x} is too large for {n}") } x * n }
fn main() {
    assert_eq!(checked::prepare(7).expect("a variant").call(3), 21);
    let place = std::sync::Mutex::new(Vec::new());
    let places: &'static std::sync::Mutex<Vec<String>> = Box::leak(Box::new(place));
    std::panic::set_hook(Box::new(|info| places.lock().unwrap().push(info.location().unwrap().to_string())));
    let bound = checked::prepare(7).unwrap();
    std::panic::catch_unwind(|| bound.call(10)).unwrap_err();
    std::panic::catch_unwind(|| checked::generic(10, 7)).unwrap_err();
    let places = places.lock().unwrap();
    assert!(places.len() == 2 && places[0] == places[1], "{places:?}");
}
"#;
