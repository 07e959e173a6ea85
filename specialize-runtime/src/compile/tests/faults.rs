//! Toolchains that are not there, or not what they should be.

use super::super::toolchain::Linker;
use super::*;
use crate::config::COMPILE_MEMORY;

fn check(path: &Path, folder: &Path) -> Error {
    check_within(path, folder, LIMITS.timeout)
}

fn check_within(path: &Path, folder: &Path, timeout: Duration) -> Error {
    Toolchain::check(Some(path), folder, &Limits { timeout, memory: None }).expect_err("not the toolchain")
}

#[test]
fn a_missing_compiler_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rustc");
    assert!(matches!(check(&path, folder.path()), Error::ToolchainMissing { path: at, .. } if at == path));
    std::fs::write(&path, "not executable").expect("a file");
    assert!(matches!(check(&path, folder.path()), Error::ToolchainMissing { .. }));
}

#[test]
fn a_compiler_that_fails_or_hangs_or_babbles_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let fails = script(folder.path(), "fails", "echo broken >&2; exit 3");
    let error = check(&fails, folder.path());
    assert!(matches!(&error, Error::CompileFailed { output, .. } if output == "broken"), "{error}");
    let hangs = script(folder.path(), "hangs", "/bin/sleep 600 & wait");
    let error = check_within(&hangs, folder.path(), Duration::from_millis(300));
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    let is_silent = script(folder.path(), "is_silent", "exit 0");
    let error = check(&is_silent, folder.path());
    assert!(matches!(error, Error::ToolchainDiffers { .. }) && error.to_string().contains("found nothing"), "{error}");
    let babbles = script(folder.path(), "babbles", "echo hello");
    let error = check(&babbles, folder.path());
    assert!(matches!(&error, Error::ToolchainDiffers { found, .. } if found == "hello"), "{error}");
}

#[test]
fn another_version_and_other_libraries_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, rustc) = (folder.path(), crate::record::RUSTC);
    std::fs::create_dir_all(root.join("sysroot/bin")).expect("a folder");
    let places = format!("case $1 in --print) printf '%s\\n' {0}/sysroot {0}/sysroot;;", root.display());
    script(root, "sysroot/bin/rustc", &format!("{places} *) exec {rustc} \"$@\";; esac"));
    let error = check(&root.join("sysroot/bin/rustc"), root);
    assert!(matches!(&error, Error::ToolchainDiffers { expected, .. } if expected.contains("`core`")), "{error}");
    for name in ["core", "alloc", "std", "compiler_builtins"] {
        std::fs::write(root.join(format!("sysroot/lib{name}-1.rlib")), "other").expect("a file");
    }
    let error = check(&root.join("sysroot/bin/rustc"), root);
    assert!(matches!(&error, Error::ToolchainDiffers { expected, .. } if expected.contains("`core`")), "{error}");
    script(root, "sysroot/bin/rustc", &format!("{places} *) echo 'rustc 1.0.0 (old)';; esac"));
    let error = check(&root.join("sysroot/bin/rustc"), root);
    assert!(matches!(&error, Error::ToolchainDiffers { found, .. } if found == "`rustc 1.0.0 (old)`"), "{error}");
}

#[test]
fn a_proxy_leads_to_its_compiler() {
    let folder = tempfile::tempdir().expect("a folder");
    let rustc = crate::record::RUSTC;
    let proxy = script(folder.path(), "proxy", &format!("exec {rustc} \"$@\""));
    let toolchain = Toolchain::check(Some(&proxy), folder.path(), &LIMITS).expect("the same compiler");
    assert_eq!(toolchain.rustc, Path::new(rustc));
}

#[test]
fn output_that_is_none_is_refused() {
    let mut workshop = Workshop::open();
    let folder = tempfile::tempdir().expect("a folder");
    let (rustc, linker) = (workshop.toolchain.rustc.clone(), workshop.toolchain.linker.program.clone());
    for (name, text) in [("nothing", "exit 0"), ("garbage", "echo garbage > t.o"), ("half", "printf '\\177ELF\\2\\1\\1' > t.o")] {
        workshop.toolchain.rustc = script(folder.path(), name, text);
        let error = workshop.compile(&POWER, 3).expect_err("no object");
        assert!(matches!(&error, Error::BadOutput { path, .. } if path.ends_with("t.o")), "{name}: {error}");
    }
    workshop.toolchain.rustc = rustc;
    let bare = format!("exec {} -shared -o v.so -b binary v.map", linker.display());
    for (name, text) in [("no_link", "exit 0"), ("bad_link", "echo garbage > v.so"), ("bare_link", bare.as_str())] {
        let program = script(folder.path(), name, text);
        workshop.toolchain.linker = Linker { program, leading: &[] };
        let error = workshop.compile(&POWER, 3).expect_err("no library");
        assert!(matches!(&error, Error::BadOutput { path, .. } if path.ends_with("v.so")), "{name}: {error}");
    }
}

#[test]
fn a_compiler_has_no_more_time_and_memory_than_it_is_given() {
    let workshop = Workshop::open();
    let compile = |limits| workshop.compile_with(&workshop.toolchain, &POWER, 3, &limits).expect_err("too little");
    let error = compile(Limits { timeout: Duration::from_millis(1), ..LIMITS });
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    let error = compile(Limits { memory: Some(64 << 20), ..LIMITS });
    assert!(matches!(error, Error::OutOfMemory { limit: 67_108_864, .. } | Error::Spawn { .. }), "{error}");
    assert!(error.to_string().contains("SPECIALIZE_COMPILE_MEMORY"), "{error}");
}

#[test]
fn only_who_says_so_has_failed_for_lack_of_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits { timeout: Duration::from_secs(10), memory: Some(COMPILE_MEMORY) };
    let says = |name: &str, words: &str| {
        let program = script(folder.path(), name, &format!("echo '{words}' >&2; exit 1"));
        Toolchain::check(Some(&program), folder.path(), &limits).expect_err("not the toolchain")
    };
    for (name, words) in
        [("rustc", "memory allocation of 64 bytes failed"), ("llvm", "LLVM ERROR: out of memory"), ("ld", "ld: memory exhausted")]
    {
        let error = says(name, words);
        assert!(matches!(error, Error::OutOfMemory { .. }), "{error}");
    }
    let error = says("names", "error[E0433]: cannot find `alloc::memory`");
    assert!(matches!(error, Error::CompileFailed { .. }), "{error}");
}

#[test]
fn a_toolchain_that_is_replaced_is_used_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, rustc) = (folder.path(), crate::record::RUSTC);
    std::fs::create_dir_all(root.join("bin")).expect("a folder");
    let libraries = crate::record::LIBRARY_FOLDER;
    let text = format!("case $1 in --print) printf '%s\\n' {} {libraries};; *) exec {rustc} \"$@\";; esac", root.display());
    let program = script(root, "bin/rustc", &text);
    let toolchain = Toolchain::check(Some(&program), root, &LIMITS).expect("the same compiler");
    assert!(toolchain.confirm().is_ok());
    script(root, "other", &text);
    std::fs::rename(root.join("other"), &program).expect("a file");
    assert!(matches!(toolchain.confirm(), Err(Error::ToolchainDiffers { path, .. }) if path == program));
}
