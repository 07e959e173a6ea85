//! The probe on the compiler of this test, which passes, and on everything that a compiler may get wrong, which does not.

use std::sync::LazyLock;

use tempfile::TempDir;

use super::*;
use crate::compile::{compile, support};

const LIMITS: Limits = Limits { timeout: Duration::from_secs(120), memory: None };

/// The name of the support library, which no other test of this process has loaded.
static NAME: LazyLock<String> = LazyLock::new(|| support::library_name(500));

/// What the compiler of this test makes of the probe, built once for all tests.
struct Built {
    toolchain: Toolchain,
    support: PathBuf,
    program: PathBuf,
    variant: PathBuf,
    folder: TempDir,
}

static BUILT: LazyLock<Built> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let toolchain = Toolchain::check(None, folder.path(), &LIMITS).expect("the compiler of this test");
    let support = support::build(&toolchain, 500, folder.path(), &LIMITS).expect("a support library");
    let program = PROGRAM.build(&toolchain, folder.path(), &LIMITS).expect("a program");
    let variant = variant(&toolchain, &support, &TEMPLATES[0], folder.path());
    Built { toolchain, support, program, variant, folder }
});

impl Built {
    /// A new folder, which is gone with the rest.
    fn folder(&self) -> PathBuf {
        tempfile::tempdir_in(&self.folder).expect("a folder").keep()
    }

    /// The variant of a template of the probe that is not as it should be.
    fn variant_of(&self, template: Template) -> PathBuf {
        variant(&self.toolchain, &self.support, Box::leak(Box::new(template)), &self.folder())
    }

    /// The outcome with other variants.
    fn outcome_of(&self, variants: &[PathBuf]) -> Outcome {
        run(&self.program, &self.support, variants, &self.folder(), &LIMITS).expect("runs")
    }

    /// The outcome with a file of the program changed by replacing one text with another.
    fn outcome_with(&self, file: &str, from: &str, to: &str, limits: &Limits) -> Outcome {
        let (mut sources, mut replaced) = (PROGRAM.sources.to_vec(), 0);
        for (_, text) in sources.iter_mut().filter(|(name, _)| *name == file) {
            replaced += text.matches(from).count();
            *text = text.replace(from, to).leak();
        }
        assert_eq!(replaced, 1, "{from}");
        let folder = self.folder();
        let program = Program { sources: sources.leak(), ..PROGRAM }.build(&self.toolchain, &folder, &LIMITS).expect("a program");
        run(&program, &self.support, std::slice::from_ref(&self.variant), &folder, limits).expect("runs")
    }
}

fn variant(toolchain: &Toolchain, support: &Path, template: &'static Template, folder: &Path) -> PathBuf {
    let probe = Probe { toolchain, support, support_name: &NAME, folder, limits: &LIMITS };
    probe.make_variant(0, template, |request| compile(toolchain, request)).expect("a variant")
}

/// Checks that the probe failed at a check, with this in its reason.
#[track_caller]
fn failed_with(outcome: &Outcome, reason: &str) {
    assert!(matches!(outcome, Outcome::Failed(told) if told.contains(reason)), "{outcome:?}");
}

#[test]
fn the_compiler_of_this_test_passes() {
    let built = &*BUILT;
    let folder = built.folder();
    let probe = Probe { toolchain: &built.toolchain, support: &built.support, support_name: &NAME, folder: &folder, limits: &LIMITS };
    let outcome = probe.put(|request| compile(&built.toolchain, request)).expect("can be built");
    assert_eq!(outcome, Outcome::Passed);
    let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux");
    assert!(!maps.contains(&*NAME) && !maps.contains("variant-"), "nothing of it was loaded here");
}

#[test]
fn a_variant_of_another_value_fails() {
    let entry = TEMPLATES[0].entry.replace("a, b, HOLE_0", "a, b, HOLE_0 + 1").leak();
    let outcome = BUILT.outcome_of(&[BUILT.variant_of(Template { entry, ..TEMPLATES[0] })]);
    failed_with(&outcome, "the probe failed (exit status: 1) at: 128-bit integers: expected Ok(");
}

#[test]
fn the_last_variant_counts_as_the_first() {
    let entry = TEMPLATES[0].entry.replace("a, b, HOLE_0", "a, b, HOLE_0 + 1").leak();
    let wrong = BUILT.variant_of(Template { entry, ..TEMPLATES[0] });
    failed_with(&BUILT.outcome_of(&[BUILT.variant.clone(), wrong]), "128-bit integers");
    assert_eq!(BUILT.outcome_of(&[BUILT.variant.clone(), BUILT.variant.clone()]), Outcome::Passed);
}

#[test]
fn a_panic_elsewhere_fails() {
    let elsewhere = BUILT.variant_of(Template { file: "other.rs", ..TEMPLATES[0] });
    failed_with(&BUILT.outcome_of(&[elsewhere]), "a panic: expected Err(Panic { message: \"no \u{e9} 13\", place: \"kernels.rs:");
}

#[test]
fn an_overflow_without_a_panic_fails() {
    let Flags::Read(flags) = TEMPLATES[0].flags else { panic!("the flags are known") };
    let flags = Flags::Read(BuildFlags { overflow_checks: false, ..flags });
    failed_with(&BUILT.outcome_of(&[BUILT.variant_of(Template { flags, ..TEMPLATES[0] })]), "an overflow: expected Err(Panic");
}

#[test]
fn types_of_another_crate_fail() {
    let Flags::Read(flags) = TEMPLATES[0].flags else { panic!("the flags are known") };
    let flags = Flags::Read(BuildFlags { metadata: &["another"], ..flags });
    failed_with(&BUILT.outcome_of(&[BUILT.variant_of(Template { flags, ..TEMPLATES[0] })]), "the identity of types: expected");
}

#[test]
fn memory_that_is_lost_or_not_the_hosts_fails() {
    let lost = KERNELS.replace("list.shrink_to_fit();", "::core::mem::forget(black_box(vec![n]));");
    let body = vec![Piece { line: 1, column: 1, text: lost.leak() }].leak();
    failed_with(&BUILT.outcome_of(&[BUILT.variant_of(Template { body, ..TEMPLATES[0] })]), "allocation: 4 bytes were lost");
    let own = "std::alloc::GlobalAlloc::alloc(&std::alloc::System, ";
    let outcome = BUILT.outcome_with("artifact/lent.rs", "std::alloc::alloc(", own, &LIMITS);
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
}

#[test]
fn other_layouts_fail() {
    let entry = TEMPLATES[0].entry.replace("size_of::<u32>()", "size_of::<u16>()").leak();
    let outcome = BUILT.outcome_of(&[BUILT.variant_of(Template { entry, ..TEMPLATES[0] })]);
    failed_with(&outcome, "types have other sizes and alignments in the variant: [[2, 4], ");
}

#[test]
fn what_the_loader_refuses_fails() {
    let garbage = BUILT.folder().join("garbage.so");
    fs::write(&garbage, "garbage").expect("a file");
    failed_with(&BUILT.outcome_of(&[garbage]), "garbage.so: file too short");
    let body = vec![Piece { line: 1, column: 1, text: KERNELS.replace("panic!(\"{text} {n}\")", "println!(); 0").leak() }].leak();
    let preamble = format!("{} use ::std::println;", TEMPLATES[0].preamble).leak();
    let needs_std = BUILT.variant_of(Template { body, preamble, ..TEMPLATES[0] });
    failed_with(&BUILT.outcome_of(&[needs_std]), "undefined symbol: _R");
}

#[test]
fn a_panic_entry_that_is_not_filled_is_a_crash_at_the_first_panic() {
    let line = "(Slot::PanicEntry, record::begin_unwind as *const ()),";
    let outcome = BUILT.outcome_with("artifact/lent.rs", line, "(Slot::Owner, std::ptr::null()),", &LIMITS);
    failed_with(&outcome, "the probe failed (signal: 11 (SIGSEGV)");
    failed_with(&outcome, "at: a panic");
}

#[test]
fn a_personality_that_is_not_filled_is_a_crash_too() {
    let line = "(Slot::Personality, record::rust_eh_personality as *const ()),";
    let outcome = BUILT.outcome_with("artifact/lent.rs", line, "(Slot::Owner, std::ptr::null()),", &LIMITS);
    failed_with(&outcome, "at: a panic");
}

#[test]
fn a_program_that_aborts_or_ends_early_fails() {
    let at = |text| BUILT.outcome_with("main.rs", "    panics::record();\n", text, &LIMITS);
    failed_with(&at("std::process::abort();"), "the probe failed (signal: 6 (SIGABRT)");
    failed_with(&at("std::process::exit(0);"), "the probe ended too early, at: nothing was checked");
    failed_with(&at("std::process::exit(7);"), "the probe failed (exit status: 7)");
    failed_with(&at("panics::record(); println!(\"well\");"), "the probe ended too early, at: a value of any type");
}

#[test]
fn a_program_that_hangs_or_is_killed_says_nothing_of_the_compiler() {
    let limits = Limits { timeout: Duration::from_millis(500), ..LIMITS };
    let hangs = BUILT.outcome_with("main.rs", "    panics::record();\n", "loop { std::thread::yield_now() }", &limits);
    assert_eq!(hangs, Outcome::Unknown("the probe did not end within 500ms".to_owned()));
    let kills = "unsafe extern \"C\" { fn raise(signal: i32) -> i32; } unsafe { raise(9) };";
    let killed = BUILT.outcome_with("main.rs", "    panics::record();\n", kills, &LIMITS);
    assert_eq!(killed, Outcome::Unknown("the probe was killed (signal: 9 (SIGKILL))".to_owned()));
    let missing = run(Path::new("/nonexistent"), &BUILT.support, &[], &BUILT.folder(), &LIMITS).expect("no error of this process");
    assert!(matches!(&missing, Outcome::Unknown(reason) if reason.starts_with("the probe did not run: cannot start /nonexistent")));
    for unknown in [hangs, killed, missing] {
        assert_eq!(unknown.encode(SystemTime::now()), None, "it is not kept");
    }
}

#[test]
fn a_probe_that_cannot_be_built_says_why() {
    let built = &*BUILT;
    let folder = built.folder();
    let probe = Probe { toolchain: &built.toolchain, support: &built.support, support_name: &NAME, folder: &folder, limits: &LIMITS };
    let outcome = probe.put(|_| Err(Error::UnresolvedSymbol { function: "probe", symbols: "`f`".to_owned() })).expect("an outcome");
    assert!(matches!(&outcome, Outcome::Unknown(reason) if reason.starts_with("the probe could not be built: `probe` uses `f`")));
    let folder = built.folder();
    let probe = Probe { folder: &folder, ..probe };
    let error = probe.put(|_| Err(Error::Ending)).expect_err("no outcome");
    assert!(matches!(error, Error::Ending), "{error}");
}

#[test]
fn outcomes_are_kept_as_they_are() {
    let now = SystemTime::now();
    for outcome in [Outcome::Passed, Outcome::Failed("at: \u{e9}\nmore".to_owned()), Outcome::Failed(String::new())] {
        assert_eq!(outcome.encode(now).and_then(|kept| Outcome::decode(&kept, now)), Some(outcome));
    }
    for none in [&b""[..], b"passed\n", b"failed", b"failed at ", b"failed at x: y", b"\xff"] {
        assert_eq!(Outcome::decode(none, now), None);
    }
}

#[test]
fn a_failure_does_not_count_for_ever() {
    let then = SystemTime::now();
    let [passed, failed] = [Outcome::Passed, Outcome::Failed("it crashed".to_owned())].map(|outcome| outcome.encode(then).expect("kept"));
    assert!(Outcome::decode(&failed, then + FAILURE / 2).is_some());
    assert_eq!(Outcome::decode(&failed, then + FAILURE * 2), None);
    assert_eq!(Outcome::decode(&failed, then - FAILURE), None, "the clock went backwards");
    assert_eq!(Outcome::decode(&passed, then + FAILURE * 1_000), Some(Outcome::Passed));
}
