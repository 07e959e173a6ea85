//! What rustc was told: its own command line, which a procedural macro finds in its process.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;

use crate::crates::Crates;
use crate::dependency::{self, Dependency};

/// How the user's crate is being compiled.
pub(crate) struct Build {
    /// The edition.
    pub(crate) edition: String,
    flags: Result<Flags, String>,
    dependencies: Vec<Dependency>,
    /// Where the dependencies of these are.
    folders: Vec<PathBuf>,
}

/// The flags that change what a function means.
#[derive(Debug, Default, PartialEq, Eq)]
struct Flags {
    crate_name: String,
    executable: bool,
    metadata: Vec<String>,
    overflow_checks: bool,
    debug_assertions: bool,
    target_cpu: Option<String>,
    target_features: Vec<String>,
}

impl Build {
    /// Reads a command line of rustc, its first word included.
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Build {
        let words: Vec<String> = words.collect();
        let mut line = Line::default();
        let response = words.get(1..).unwrap_or_default().iter().try_for_each(|word| line.word_or_file(word));
        let edition = line.edition.clone().unwrap_or_else(|| "2015".to_owned());
        let (dependencies, folders) = (std::mem::take(&mut line.dependencies), std::mem::take(&mut line.folders));
        let program = words.first().and_then(|program| Path::new(program).file_stem()).unwrap_or_default();
        let flags = if !["rustc", "clippy-driver", "rustdoc"].iter().any(|known| program == *known) {
            Err(format!("its flags could not be read, since `{}` is not rustc", program.to_string_lossy()))
        } else {
            response.and_then(|()| line.flags())
        };
        Build { edition, flags, dependencies, folders }
    }

    /// Whether the flags are known, and with them all dependencies.
    pub(crate) fn is_known(&self) -> bool {
        self.flags.is_ok()
    }

    /// The dependency of this name, if there is one that is known.
    pub(crate) fn dependency(&self, name: &str) -> Option<&Dependency> {
        self.dependencies.iter().find(|dependency| dependency.name == name)
    }

    /// The path as it can be written anywhere: from the crate on, if it starts with the name of a dependency.
    pub(crate) fn anchored(&self, mut path: syn::Path) -> syn::Path {
        if path.segments.first().is_some_and(|first| self.dependency(&first.ident.to_string()).is_some()) {
            path.leading_colon.get_or_insert_default();
        }
        path
    }

    /// The flags as an expression of the type `Flags` in `v1`, for a template that uses these crates, or what stands in the way.
    pub(crate) fn emit(&self, obstacle: Option<&str>, crates: &Crates, v1: &TokenStream) -> TokenStream {
        let flags = match (&self.flags, obstacle) {
            (Ok(flags), None) => flags,
            (_, Some(reason)) => return quote!(#v1::Flags::Unreadable(#reason)),
            (Err(reason), None) => return quote!(#v1::Flags::Unreadable(#reason)),
        };
        let named = crates.names().filter_map(|name| self.dependency(&name));
        let dependencies = match named.map(|dependency| dependency.emit(v1)).collect::<Result<Vec<TokenStream>, String>>() {
            Ok(dependencies) => dependencies,
            Err(reason) => return quote!(#v1::Flags::Unreadable(#reason)),
        };
        // They only matter to whoever reads a dependency.
        let folders = self.folders.iter().filter(|_| !crates.is_empty()).map(|folder| folder.to_string_lossy());
        let Flags { crate_name, executable, metadata, overflow_checks, debug_assertions, target_cpu, target_features } = flags;
        let edition = &self.edition;
        let target_cpu = match target_cpu {
            Some(cpu) => quote!(::core::option::Option::Some(#cpu)),
            None => quote!(::core::option::Option::None),
        };
        quote! {
            #v1::Flags::Read(#v1::BuildFlags {
                edition: #edition,
                crate_name: #crate_name,
                executable: #executable,
                metadata: &[#(#metadata),*],
                overflow_checks: #overflow_checks,
                debug_assertions: #debug_assertions,
                target_cpu: #target_cpu,
                target_features: &[#(#target_features),*],
                dependencies: &[#(#dependencies),*],
                dependency_folders: &[#(#folders),*],
            })
        }
    }
}

/// A command line on the way to its flags.
#[derive(Default)]
struct Line {
    edition: Option<String>,
    crate_name: Option<String>,
    crate_types: Vec<String>,
    test: bool,
    input: Option<String>,
    optimized: bool,
    overflow_checks: Option<bool>,
    debug_assertions: Option<bool>,
    metadata: Vec<String>,
    target_cpu: Option<String>,
    target_features: Vec<String>,
    unstable: Option<String>,
    dependencies: Vec<Dependency>,
    folders: Vec<PathBuf>,
    /// An option whose value is the next word.
    waiting: Option<String>,
}

impl Line {
    /// Takes a word, or all lines of the file that `@file` names.
    fn word_or_file(&mut self, word: &str) -> Result<(), String> {
        let Some(file) = word.strip_prefix('@') else {
            self.word(word);
            return Ok(());
        };
        let text = std::fs::read_to_string(file).map_err(|error| format!("its flags could not be read from `{file}`: {error}"))?;
        text.lines().for_each(|line| self.word(line));
        Ok(())
    }

    fn word(&mut self, word: &str) {
        if let Some(option) = self.waiting.take() {
            return self.option(&option, word);
        }
        let short = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        match (word.strip_prefix("--"), short) {
            (Some("test"), _) => self.test = true,
            (Some(long), _) => match long.split_once('=') {
                Some((option, value)) => self.option(option, value),
                None if TAKE_A_VALUE.contains(&long) => self.waiting = Some(long.to_owned()),
                None => {}
            },
            (None, Some("O")) => self.optimized = true,
            // The standard input, as for an example in documentation: rustc's name for such a crate.
            (None, Some("")) => self.input = Some("rust_out".to_owned()),
            (None, Some("C")) => self.waiting = Some("codegen".to_owned()),
            (None, Some("Z")) => self.waiting = Some("unstable".to_owned()),
            (None, Some(option @ ("L" | "l" | "o" | "A" | "W" | "D" | "F"))) => self.waiting = Some(option.to_owned()),
            (None, Some(short)) => match short.split_at_checked(1) {
                Some(("C", flag)) => self.codegen(flag),
                Some(("Z", flag)) => self.option("unstable", flag),
                Some(("L", folder)) => self.option("L", folder),
                _ => {}
            },
            (None, None) => self.input = Some(word.to_owned()),
        }
    }

    fn option(&mut self, option: &str, value: &str) {
        match option {
            "edition" => self.edition = Some(value.to_owned()),
            "crate-name" => self.crate_name = Some(value.to_owned()),
            "crate-type" => self.crate_types.extend(value.split(',').map(str::to_owned)),
            "codegen" => self.codegen(value),
            "unstable" => self.unstable = Some(value.to_owned()),
            "extern" => self.dependencies.extend(Dependency::read(value)),
            "L" => self.folders.extend(dependency::folder(value)),
            _ => {}
        }
    }

    fn codegen(&mut self, flag: &str) {
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (flag, None),
        };
        let switch = value.is_none_or(|value| matches!(value, "y" | "yes" | "on" | "true"));
        match (name.replace('_', "-").as_str(), value) {
            ("overflow-checks", _) => self.overflow_checks = Some(switch),
            ("debug-assertions", _) => self.debug_assertions = Some(switch),
            ("opt-level", Some(level)) => self.optimized = level != "0",
            ("metadata", Some(value)) => self.metadata.push(value.to_owned()),
            ("target-cpu", Some(value)) => self.target_cpu = Some(value.to_owned()),
            ("target-feature", Some(value)) => self.target_features.push(value.to_owned()),
            _ => {}
        }
    }

    fn flags(self) -> Result<Flags, String> {
        if let Some(flag) = self.unstable {
            return Err(format!("its crate is compiled with the unstable flag `-Z {flag}`"));
        }
        let of_input = || Some(Path::new(self.input.as_ref()?).file_stem()?.to_string_lossy().replace('-', "_"));
        let crate_name = self.crate_name.clone().or_else(of_input).ok_or("the name of its crate could not be read")?;
        let executable = self.test || self.crate_types.is_empty() || self.crate_types.iter().any(|kind| kind == "bin");
        let debug_assertions = self.debug_assertions.unwrap_or(!self.optimized);
        Ok(Flags {
            crate_name,
            executable,
            metadata: self.metadata,
            overflow_checks: self.overflow_checks.unwrap_or(debug_assertions),
            debug_assertions,
            target_cpu: self.target_cpu,
            target_features: self.target_features,
        })
    }
}

/// The long options of rustc that take a value, which may be the next word.
const TAKE_A_VALUE: [&str; 24] = [
    "allow",
    "cap-lints",
    "cfg",
    "check-cfg",
    "codegen",
    "color",
    "crate-name",
    "crate-type",
    "deny",
    "diagnostic-width",
    "edition",
    "emit",
    "error-format",
    "explain",
    "extern",
    "forbid",
    "json",
    "out-dir",
    "print",
    "remap-path-prefix",
    "sysroot",
    "target",
    "unpretty",
    "warn",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(words: &[&str]) -> Result<Flags, String> {
        Build::read(["/toolchain/bin/rustc"].iter().chain(words).map(|&word| word.to_owned())).flags
    }

    fn named() -> Flags {
        Flags { crate_name: "host".to_owned(), ..Flags::default() }
    }

    #[test]
    fn what_cargo_passes_is_read() {
        let words = "--crate-name host --edition=2024 src/lib.rs --error-format=json --json=diagnostic --crate-type lib \
                     --emit=dep-info,metadata,link -C opt-level=3 -C embed-bitcode=no --check-cfg cfg(docsrs,test) \
                     -C metadata=a1 -C extra-filename=-b2 --out-dir /t -C strip=debuginfo -L dependency=/t --extern x=/t/x.rlib";
        let words: Vec<&str> = words.split_whitespace().collect();
        let build = Build::read(["rustc"].iter().chain(&words).map(|&word| word.to_owned()));
        assert_eq!(build.edition, "2024");
        assert_eq!(build.flags, Ok(Flags { metadata: vec!["a1".to_owned()], ..named() }));
    }

    #[test]
    fn a_crate_without_a_name_is_named_as_rustc_names_it() {
        let name = |words: &[&str]| flags(words).map(|flags| flags.crate_name);
        assert_eq!(name(&["src/my-tool.rs", "-O"]), Ok("my_tool".to_owned()));
        assert_eq!(name(&["--edition=2024", "-", "-O"]), Ok("rust_out".to_owned()));
        assert!(name(&["-O"]).is_err());
    }

    #[test]
    fn checks_follow_the_optimization_unless_they_are_set() {
        let checks =
            |words: &[&str]| flags(&[&["--crate-name=host"], words].concat()).map(|flags| (flags.overflow_checks, flags.debug_assertions));
        assert_eq!(checks(&[]), Ok((true, true)));
        assert_eq!(checks(&["-O"]), Ok((false, false)));
        assert_eq!(checks(&["-Copt-level=s"]), Ok((false, false)));
        assert_eq!(checks(&["-C", "opt-level=0"]), Ok((true, true)));
        assert_eq!(checks(&["-O", "-Coverflow-checks"]), Ok((true, false)));
        assert_eq!(checks(&["-O", "--codegen=debug_assertions=on"]), Ok((true, true)));
        assert_eq!(checks(&["--codegen", "debug-assertions=off"]), Ok((false, false)));
        assert_eq!(checks(&["-O", "-C", "overflow-checks=no", "-Cdebug-assertions=yes"]), Ok((false, true)));
    }

    #[test]
    fn an_executable_is_told_from_a_library() {
        let executable = |words: &[&str]| flags(&[&["--crate-name=host"], words].concat()).map(|flags| flags.executable);
        assert_eq!(executable(&["--crate-type", "bin"]), Ok(true));
        assert_eq!(executable(&["--crate-type=lib", "--test"]), Ok(true));
        assert_eq!(executable(&["--crate-type=rlib,cdylib"]), Ok(false));
        assert_eq!(executable(&[]), Ok(true));
    }

    #[test]
    fn the_target_and_every_metadata_are_kept() {
        let words = [
            "my-host.rs",
            "-O",
            "-Cmetadata=a",
            "-C",
            "metadata=b",
            "-Ctarget-cpu=native",
            "-Ctarget-feature=+avx2",
            "-Ctarget-feature=-bmi1",
        ];
        let expected = Flags {
            crate_name: "my_host".to_owned(),
            executable: true,
            metadata: vec!["a".to_owned(), "b".to_owned()],
            target_cpu: Some("native".to_owned()),
            target_features: vec!["+avx2".to_owned(), "-bmi1".to_owned()],
            ..Flags::default()
        };
        assert_eq!(flags(&words), Ok(expected));
    }

    #[test]
    fn flags_come_from_response_files_too() {
        let path = std::env::temp_dir().join(format!("specialize-macro-flags-{}", std::process::id()));
        std::fs::write(&path, "--crate-name\nhost\n-O\n--crate-type=lib\n").expect("a temporary file");
        let read = flags(&[&format!("@{}", path.display())]);
        std::fs::remove_file(&path).expect("the file just written");
        assert_eq!(read, Ok(named()));
        assert!(flags(&["@/nowhere/at/all"]).is_err());
    }

    #[test]
    fn other_programs_and_unstable_flags_are_unreadable() {
        assert!(Build::read(["/ide/proc-macro-srv".to_owned()].into_iter()).flags.is_err());
        assert!(flags(&["--crate-name=host", "-Zshare-generics=y"]).is_err());
        assert!(flags(&["--crate-name=host", "-Z", "unstable-options"]).is_err());
        assert!(flags(&[]).is_err());
    }
}
