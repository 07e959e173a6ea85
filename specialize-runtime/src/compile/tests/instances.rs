//! Variants that need what the sysroot has instantiated, which do what the same functions of this program do.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use object::read::elf::ElfFile64;
use object::{LittleEndian, Object as _, ObjectSymbol as _};

use super::*;
use crate::compile::instances;
use crate::compile::llvm::{self, Means, Refusal};
use crate::compile::program::SERVER;
use crate::compile::toolchain::Linker;

/// Defines kernels, as functions and as text, and one that calls the one with a name.
macro_rules! kernels {
    ($($name:ident { $($text:tt)* })*) => {
        $(mod $name { $($text)* })*

        const NAMES: &[&str] = &[$(stringify!($name)),*];

        fn kernel_of_this_program(name: &str, text: &str, n: u32, log: &mut String) -> String {
            match name { $(stringify!($name) => $name::kernel(text, n, log),)* _ => String::new() }
        }

        const KERNELS: &str = concat!(
            $("mod ", stringify!($name), " { #[allow(unused_imports)] use super::*;", stringify!($($text)*), "}\n",)*
            "pub fn kernel(name: &str, text: &str, n: u32, log: &mut String) -> String { match name {",
            $("\"", stringify!($name), "\" => ", stringify!($name), "::kernel(text, n, log),",)*
            "_ => String::new() } }",
        );
    };
}

/// The value that the kernels are specialized on.
const VALUE: u32 = 6;

kernels! {
    strings_are_pushed {
        pub(super) fn kernel(text: &str, n: u32, _: &mut String) -> String {
            let (mut strings, mut bytes): (Vec<String>, Vec<Vec<u8>>) = Default::default();
            for word in text.split(' ') {
                strings.push(word.repeat(n as usize));
                bytes.push(word.as_bytes().to_vec());
            }
            format!("{strings:?} {bytes:?}")
        }
    }
    strings_are_collected {
        pub(super) fn kernel(text: &str, n: u32, _: &mut String) -> String {
            let list = text.split(' ').map(str::to_owned).collect::<Vec<String>>();
            let more = (0..n).map(|index| index.to_string()).collect::<Vec<String>>();
            list.join(", ") + &more.concat() + &[list, more].concat().join("")
        }
    }
    strings_are_sorted {
        pub(super) fn kernel(text: &str, n: u32, _: &mut String) -> String {
            let mut list: Vec<String> = (0..n as usize + 40).flat_map(|skip| text.split(' ').map(move |word| word.chars().skip(skip).collect())).collect();
            list.sort();
            list.dedup();
            list.sort_by_key(|word| word.len() % 3);
            list.sort_unstable_by(|x, y| y.cmp(x));
            format!("{list:?}")
        }
    }
    lists_of_a_map_grow {
        pub(super) fn kernel(text: &str, n: u32, _: &mut String) -> String {
            let mut map: std::collections::BTreeMap<String, Vec<String>> = Default::default();
            for (index, word) in text.split(' ').enumerate() {
                map.entry(word.to_uppercase()).or_default().push(format!("{index}{n}"));
                map.entry(index.to_string()).or_default().push(word.to_owned());
            }
            map.retain(|key, _| key != "3");
            format!("{map:?} {:?}", map.first_key_value())
        }
    }
    own_types_are_pushed {
        #[derive(Debug)]
        #[allow(dead_code)]
        enum Own { Word(String), Length(usize), Nested(Vec<Own>) }
        pub(super) fn kernel(text: &str, n: u32, _: &mut String) -> String {
            let mut list: Vec<Own> = vec![];
            for word in text.split(' ') {
                let mut nested = vec![];
                for length in 0..n as usize {
                    nested.push(Own::Length(length * word.len()));
                }
                list.push(Own::Word(word.to_owned()));
                list.push(Own::Nested(nested));
            }
            format!("{list:?}")
        }
    }
    pointers_are_pushed {
        pub(super) fn kernel(text: &str, n: u32, _: &mut String) -> String {
            let (mut all, mut text): (Vec<*const i8>, _) = (vec![], text.as_bytes());
            while let Some(rest) = text.get(n as usize + 1..) {
                all.push(text.as_ptr().cast());
                text = rest;
            }
            all.iter().map(|place| all.last().map_or(0, |last| last.addr() - place.addr()).to_string()).collect()
        }
    }
    assertions_fail {
        struct Guard<'a>(&'a mut String);
        impl Drop for Guard<'_> {
            fn drop(&mut self) {
                self.0.push_str("dropped");
            }
        }
        pub(super) fn kernel(text: &str, n: u32, log: &mut String) -> String {
            let guard = Guard(log);
            guard.0.push_str("made ");
            let length = text.len();
            assert_eq!(length as u32 % 11, n, "of {text:?}");
            assert_eq!(length as i32 % 9, n as i32);
            assert_ne!(length as i16, n as i16);
            let bytes: [u8; 4] = (length as u32).to_le_bytes();
            assert_eq!(bytes, text.as_bytes());
            text.to_owned()
        }
    }
    words_are_counted {
        #[derive(Default)]
        struct Sum(u64);
        impl std::hash::Hasher for Sum {
            fn finish(&self) -> u64 {
                self.0
            }
            fn write(&mut self, bytes: &[u8]) {
                self.0 = bytes.iter().fold(self.0, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
            }
        }
        type Build = std::hash::BuildHasherDefault<Sum>;
        pub(super) fn kernel(text: &str, n: u32, _: &mut String) -> String {
            let mut counts: std::collections::HashMap<&str, u32, Build> = Default::default();
            for word in text.split(' ') {
                *counts.entry(word).or_insert(n) += 1;
            }
            let once: std::collections::HashSet<String, Build> = counts.keys().map(|word| word.to_lowercase()).collect();
            format!("{counts:?} {once:?}")
        }
    }
    features_are_detected {
        pub(super) fn kernel(text: &str, n: u32, _: &mut String) -> String {
            macro_rules! answers {
                ($($feature:tt)*) => { [$(($feature, std::arch::is_x86_feature_detected!($feature))),*] };
            }
            let answers = answers!(
                "sse3" "sse4.2" "avx" "avx2" "fma" "bmi1" "bmi2" "popcnt" "lzcnt" "aes" "sha" "rdrand" "rdseed" "f16c" "adx" "rtm" "tbm"
                "avx512f" "avx512bw" "avx512vbmi2" "avx512bf16" "gfni" "vaes" "xsave" "xsavec" "cmpxchg16b" "sse4a" "movbe"
            );
            format!("{text} {n} {answers:?} {}", if std::arch::is_x86_feature_detected!("avx2") { "wide" } else { "narrow" })
        }
    }
}

/// A kernel that may write something down beside its answer; it is told which one to be.
type Kernel = fn(&str, &str, u32, &mut String) -> String;

/// The template of such a kernel.
fn template(text: &'static str) -> Template {
    Template {
        preamble: "#[allow(unused_imports)] use ::std::prelude::rust_2024::*; #[allow(unused_imports)] use ::{std, core}; \
                   #[allow(unused_imports)] use ::std::{assert_eq, assert_ne, format, println, vec};",
        entry: "#[unsafe(no_mangle)] pub fn specialize_entry(name: &str, text: &str, _: u32, log: &mut String) -> String { \
                super::kernel(name, text, HOLE_0, log) } \
                #[unsafe(no_mangle)] pub static SPECIALIZE_LAYOUT: [[usize; 2]; 5] = [[16, 8], [16, 8], [4, 4], [8, 8], [24, 8]];",
        ..kernel(text)
    }
}

/// What calls of a kernel come to: answers or the words of panics, and what was written down.
fn outcomes(kernel: Kernel, name: &str) -> Vec<(Result<String, String>, String)> {
    let texts = ["", "a", "to be or not to be", "the quick brown fox jumps over the lazy dog and runs away from it as fast as it can"];
    let outcome = |text| {
        let mut log = String::new();
        let answer = catch_unwind(AssertUnwindSafe(|| kernel(name, text, VALUE, &mut log)));
        (answer.map_err(|payload| *payload.downcast::<String>().expect("words")), log)
    };
    texts.map(outcome).into()
}

/// The symbols that a library needs of others.
fn imports(path: &Path) -> Vec<String> {
    let bytes = fs::read(path).expect("readable");
    let file = ElfFile64::<LittleEndian>::parse(&*bytes).expect("a library");
    let needed = file.dynamic_symbols().filter(|symbol| symbol.is_undefined());
    needed.map(|symbol| symbol.name().expect("text").to_owned()).collect()
}

/// Makes a variant of all kernels with `engine`, and compares them with those of this program.
fn compare(workshop: &Workshop, engine: impl Fn(&Request<'_>) -> Result<Vec<u8>, Refusal>) {
    let path = workshop.make(&template(KERNELS), VALUE, &LIMITS, &engine).expect("a variant");
    let variant: Kernel = load(&path);
    for name in NAMES {
        assert_eq!(outcomes(variant, name), outcomes(kernel_of_this_program, name), "{name}");
    }
    let imported: BTreeSet<String> = imports(&path).into_iter().collect();
    let provided = support::provided(&workshop.toolchain).expect("known");
    let assembly = instances::assembly(&workshop.toolchain, provided);
    let instances = assembly.lines().filter_map(|line| line.strip_prefix(".globl "));
    assert!(instances.filter(|symbol| imported.contains(*symbol)).count() > 7, "{imported:?}");
}

/// Makes a variant with `rustc` for any processor, so that none of its features is known at compile time.
fn rustc(workshop: &Workshop, request: &Request<'_>) -> Result<Vec<u8>, Refusal> {
    let lowering = Lowering { target_cpu: "x86-64", ..request.lowering };
    Ok(compile(&workshop.toolchain, &Request { lowering, ..*request })?)
}

#[test]
fn variants_of_rustc_have_the_instances_of_the_sysroot() {
    let workshop = Workshop::open();
    compare(&workshop, |request| rustc(&workshop, request));
}

#[test]
fn so_they_have_where_the_toolchain_links_itself() {
    let workshop = Workshop::open_with(|toolchain| {
        let program = toolchain.core.parent().expect("a folder").join("../bin/rust-lld");
        toolchain.linker = Linker { program, leading: &["-flavor", "gnu"] };
    });
    compare(&workshop, |request| rustc(&workshop, request));
}

#[test]
fn variants_of_the_compile_server_have_them_too() {
    let workshop = Workshop::open();
    let program = SERVER.build(&workshop.toolchain, workshop.folder.path(), &LIMITS).expect("a program");
    let llvm = |request: &Request<'_>| {
        let bitcode = request.lowering.make_bitcode(&workshop.toolchain)?;
        Ok(llvm::compile(&workshop.toolchain, request, Means { program: &program, bitcode: &bitcode })?.0)
    };
    compare(&workshop, llvm);
    let refusal = workshop.make(&template(PRINT.0), 1, &LIMITS, llvm).expect_err("std is not there");
    assert!(matches!(refusal, Refusal::Variant(Error::UnresolvedSymbol { symbols, .. }) if symbols == PRINT.1));
}

/// A kernel that uses std's state, and what it is refused for.
const PRINT: (&str, &str) = (
    "pub fn kernel(_: &str, text: &str, n: u32, _: &mut String) -> String { println!(\"{n}\"); text.to_owned() }",
    "`std::io::stdio::_print`",
);

#[test]
fn what_has_state_stays_refused() {
    let workshop = Workshop::open();
    let clock =
        "pub fn kernel(_: &str, text: &str, _: u32, _: &mut String) -> String { format!(\"{text}{:?}\", std::time::Instant::now()) }";
    let map = "pub fn kernel(_: &str, text: &str, n: u32, _: &mut String) -> String { \
        let map: std::collections::HashMap<&str, u32> = text.split(' ').map(|word| (word, n)).collect(); map.len().to_string() }";
    for (text, symbol) in [PRINT, (clock, "std::time::Instant"), (map, "std::hash::random::RandomState")] {
        let error = workshop.compile(&template(text), 1).expect_err("std is not there");
        assert!(matches!(&error, Error::UnresolvedSymbol { symbols, .. } if symbols.contains(symbol)), "{error}");
    }
}
