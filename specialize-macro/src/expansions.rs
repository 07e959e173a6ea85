//! What the attribute generates, as it stands in `tests/expansions`: `name.rs` becomes `name.expanded.rs`.
//!
//! `BLESS=1 cargo test -p specialize-macro expansions` writes the expansions down anew.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use syn::{Attribute, Item};

use crate::attribute;
use crate::flags::Build;

/// The command line of the crate that the inputs are in.
const RUSTC: [&str; 8] = [
    "rustc",
    "--crate-name",
    "host",
    "--crate-type=lib",
    "--edition=2024",
    "-Cmetadata=0123456789abcdef",
    "--extern=memchr=libmemchr.rlib",
    "src/lib.rs",
];

#[test]
fn expansions_are_as_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansions");
    let entries = fs::read_dir(&folder).expect("the folder of expansions");
    let mut inputs: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).filter(|path| is_input(path)).collect();
    inputs.sort();
    assert!(inputs.len() >= 12, "only {} inputs", inputs.len());
    let differing: Vec<String> = inputs.iter().filter_map(|input| differs(input)).collect();
    assert!(differing.is_empty(), "BLESS=1 writes down what is generated now:\n{}", differing.join("\n"));
}

fn is_input(path: &Path) -> bool {
    path.to_str().is_some_and(|path| path.ends_with(".rs") && !path.ends_with(".expanded.rs"))
}

/// The name of an expansion that is not as it is written down, with what it is.
fn differs(input: &Path) -> Option<String> {
    let source = fs::read_to_string(input).expect("an input");
    let (front, _) = source.split_once("#[specialize").expect("an attribute");
    let title: String = front.lines().filter(|line| line.starts_with("//!")).flat_map(|line| [line, "\n"]).collect();
    let expanded = format!("{title}\n{}", expanded(&source));
    let output = input.with_extension("expanded.rs");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&output, expanded).expect("the folder can be written to");
        return None;
    }
    let written = fs::read_to_string(&output).unwrap_or_default();
    (written != expanded).then(|| format!("{}:\n{expanded}", output.display()))
}

/// What the items of a file become, formatted.
fn expanded(source: &str) -> String {
    let build = Build::read(RUSTC.into_iter().map(str::to_owned));
    let file = syn::parse_file(source).expect("an input is a file of Rust");
    let items = file.items.into_iter().map(|item| expanded_item(item, &build));
    let expanded = items.collect::<TokenStream>();
    let file = syn::parse2(expanded.clone()).unwrap_or_else(|error| panic!("{error} in {expanded}"));
    prettyplease::unparse(&file)
}

fn expanded_item(mut item: Item, build: &Build) -> TokenStream {
    let attributes = match &mut item {
        Item::Fn(function) => &mut function.attrs,
        Item::Mod(module) => &mut module.attrs,
        _ => return quote::quote!(#item),
    };
    let Some(index) = attributes.iter().position(|attribute| attribute.path().is_ident("specialize")) else {
        return quote::quote!(#item);
    };
    let arguments = arguments(&attributes.remove(index));
    attribute::expanded(arguments, quote::quote!(#item), build)
}

fn arguments(attribute: &Attribute) -> TokenStream {
    attribute.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default()
}
