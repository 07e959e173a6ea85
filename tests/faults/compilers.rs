//! Faults of compilers, linkers and the compile server.

use super::*;

#[test]
fn a_compiler_that_is_killed_is_a_failure_like_any_other() {
    const NAME: &str = "compilers::a_compiler_that_is_killed_is_a_failure_like_any_other";
    if is_child(NAME) {
        return only_the_generic_function_serves(
            |error| matches!(error, Error::CompileFailed { status, .. } if status.starts_with("signal: 9")),
        );
    }
    let place = Place::new(NAME);
    let killed = compiler(place.path(), &[(TEMPLATE, "kill -KILL $$")]);
    place.run(&[("SPECIALIZE_TOOLCHAIN", text(&killed))]);
}

#[test]
fn bitcode_that_is_none_is_not_kept() {
    const NAME: &str = "compilers::bitcode_that_is_none_is_not_kept";
    if is_child(NAME) {
        let (broken, begun) = (own().join("broken"), own().join("begun"));
        fs::write(&broken, "").expect("a file");
        let error = power::prepare(13).expect_err("it is not even the beginning of bitcode");
        assert!(matches!(&error, Error::BadOutput { reason, .. } if reason.contains("bitcode")), "{error}");
        fs::remove_file(&broken).expect("our own file");
        fs::write(&begun, "").expect("a file");
        let origins = || -> Vec<_> { power::table().entries().iter().filter_map(|entry| entry.origin()).collect() };
        assert_eq!(power::prepare(13).expect("rustc makes it").call(2), 8192);
        assert_eq!(origins(), [specialize::Origin::Rustc], "LLVM could not read the bitcode");
        fs::remove_file(&begun).expect("our own file");
        let mut n = 14;
        return eventually("LLVM is tried again with other bitcode", || {
            n += 1;
            assert_eq!(power::prepare(n).expect("a variant").call(2), 2u64.wrapping_pow(n));
            origins().contains(&specialize::Origin::Llvm)
        });
    }
    let place = Place::new(NAME);
    let strange = compiler(
        place.path(),
        &[(
            "*--emit=llvm-bc*",
            "[ ! -e \"$folder/broken\" ] || { echo garbage > t.bc; exit; }\n\
             [ ! -e \"$folder/begun\" ] || { printf 'BC\\300\\336 and garbage' > t.bc; exit; }",
        )],
    );
    link_libraries(&place);
    place.run(&[("SPECIALIZE_TOOLCHAIN", text(&strange)), ("SPECIALIZE_ENGINE", "auto")]);
}

#[test]
fn a_compile_server_that_does_not_start_is_left_alone_for_a_while() {
    const NAME: &str = "compilers::a_compile_server_that_does_not_start_is_left_alone_for_a_while";
    if is_child(NAME) {
        let started = std::time::Instant::now();
        let values: Vec<u32> = (20..60).collect();
        for &n in &values {
            assert_eq!(power::prepare(n).expect("rustc makes it").call(3), 3u64.wrapping_pow(n));
        }
        let starts = fs::read_to_string(own().join("starts")).expect("it was started").lines().count();
        // After one second, then two, then four... it is tried again.
        let due = (started.elapsed().as_secs() + 1).ilog2() as usize + 1;
        assert!(starts <= due, "{starts} starts in {:?}", started.elapsed());
        let fallback = power_in_statistics().fallback.expect("rustc made them");
        return assert!(fallback.contains("cannot start"), "{fallback}");
    }
    let place = Place::new(NAME);
    let program = format!("#!/bin/sh\\necho >> {}/starts\\nexit 1\\n", place.path().display());
    let build = format!("printf '{program}' > specialize_server; chmod 700 specialize_server; exit");
    let strange = compiler(place.path(), &[("*--crate-name=specialize_server*", &build)]);
    link_libraries(&place);
    place.run(&[("SPECIALIZE_TOOLCHAIN", text(&strange)), ("SPECIALIZE_ENGINE", "auto")]);
}

/// Gives the compiler of this place the LLVM of the one it stands for.
fn link_libraries(place: &Place) {
    let named = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = std::process::Command::new(named).args(["--print", "sysroot"]).output().expect("a compiler");
    let sysroot = String::from_utf8(printed.stdout).expect("text");
    std::os::unix::fs::symlink(Path::new(sysroot.trim_end()).join("lib"), place.path().join("lib")).expect("a link");
}

#[test]
fn without_a_linker_the_generic_function_serves() {
    const NAME: &str = "compilers::without_a_linker_the_generic_function_serves";
    if is_child(NAME) {
        return only_the_generic_function_serves(|error| matches!(error, Error::LinkerMissing { .. }));
    }
    let Some(away) = support::mounts::hide(&["/usr/bin/ld", "/usr/local/bin/ld"]) else {
        return skipped("nothing can be mounted here");
    };
    let place = Place::new(NAME);
    // The same libraries where no linker stands beside them.
    let commands = "/bin/mkdir -p \"$folder/libraries\"; /bin/ln -sf \"$libraries\"/*.rlib \"$folder/libraries\"\n\
                    printf '%s\\n' \"$folder\" \"$folder/libraries\"; exit";
    let compiler = compiler(place.path(), &[("*--print*", commands)]);
    place.run_within(&away, &[("SPECIALIZE_TOOLCHAIN", text(&compiler))]);
}

#[test]
fn a_handle_turns_to_its_variant_by_itself_once_the_fault_is_gone() {
    const NAME: &str = "compilers::a_handle_turns_to_its_variant_by_itself_once_the_fault_is_gone";
    if is_child(NAME) {
        let bound: Vec<power::Bound> = (13..16).map(power::bind).collect();
        assert!(settle(PATIENCE));
        let late = power::bind(16);
        assert!(bound.iter().chain([&late]).all(|bound| bound.last_error().is_some() && bound.call(1) == 1));
        fs::write(own().join("repaired"), "").expect("a file");
        for bound in bound.iter().chain([&late]) {
            eventually("it is tried again", || bound.tier() == Tier::Runtime);
        }
        return assert_eq!((bound[0].call(2), late.call(2)), (1 << 13, 1 << 16));
    }
    let place = Place::new(NAME);
    let broken = compiler(place.path(), &[(TEMPLATE, "[ -e \"$folder/repaired\" ] || exit 1")]);
    place.run(&[("SPECIALIZE_TOOLCHAIN", text(&broken))]);
}
