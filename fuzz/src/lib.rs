//! What is fuzzed: everything that reads what came from outside, as the crates have it.
//!
//! Each subject takes any bytes. It must neither panic nor hang, and what it understands must come out as it went in.

#[path = "../../specialize-macro/src/args.rs"]
mod args;
#[path = "../../specialize-macro/src/attribute.rs"]
mod attribute;
#[path = "../../specialize-macro/src/attributes.rs"]
mod attributes;
#[path = "../../specialize-macro/src/batch.rs"]
mod batch;
#[path = "../../specialize-macro/src/beside.rs"]
mod beside;
#[path = "../../specialize-macro/src/captured.rs"]
mod captured;
#[path = "../../specialize-macro/src/definitions.rs"]
mod definitions;
#[path = "../../specialize-macro/src/marks.rs"]
mod marks;
#[path = "../../specialize-macro/src/methods.rs"]
mod methods;
#[path = "../../specialize-macro/src/module.rs"]
mod module;
#[path = "../../specialize-macro/src/raw.rs"]
mod raw;
#[path = "../../specialize-macro/src/resolve.rs"]
mod resolve;
#[path = "../../specialize-macro/src/facade.rs"]
mod facade;
#[path = "../../specialize-macro/src/families.rs"]
mod families;
#[path = "../../specialize-macro/src/checks.rs"]
mod checks;
#[path = "../../specialize-macro/src/columns.rs"]
mod columns;
#[path = "../../specialize-macro/src/combinations.rs"]
mod combinations;
#[path = "../../specialize-macro/src/copies.rs"]
mod copies;
#[path = "../../specialize-macro/src/crates.rs"]
mod crates;
#[path = "../../specialize-macro/src/dependency.rs"]
mod dependency;
#[path = "../../specialize-macro/src/descriptor.rs"]
mod descriptor;
#[path = "../../specialize-macro/src/listed.rs"]
mod listed;
#[allow(dead_code)]
#[path = "../../specialize-runtime/src/compile/digest.rs"]
mod digest;
#[path = "../../specialize-macro/src/form.rs"]
mod form;
#[path = "../../specialize-macro/src/derive.rs"]
mod derive;
#[path = "../../specialize-macro/src/expand.rs"]
mod expand;
#[path = "../../specialize-macro/src/flags.rs"]
mod flags;
#[path = "../../specialize-macro/src/function.rs"]
mod function;
#[path = "../../specialize-macro/src/invisible.rs"]
mod invisible;
#[path = "../../specialize-macro/src/isolation.rs"]
mod isolation;
#[path = "../../specialize-macro/src/layout.rs"]
mod layout;
#[path = "../../specialize-macro/src/hygiene.rs"]
mod hygiene;
#[path = "../../specialize-macro/src/mistakes.rs"]
mod mistakes;
#[path = "../../specialize-macro/src/names.rs"]
mod names;
#[path = "../../specialize-macro/src/plain.rs"]
mod plain;
#[path = "../../specialize-macro/src/scope.rs"]
mod scope;
#[path = "../../specialize-macro/src/signature.rs"]
mod signature;
#[path = "../../specialize-macro/src/template.rs"]
mod template;
#[path = "../../specialize-macro/src/tree.rs"]
mod tree;
#[path = "../../specialize-macro/src/values.rs"]
mod values;
#[path = "../../specialize-macro/src/work.rs"]
mod work;

#[path = "../../specialize-runtime/src/artifact/dylib.rs"]
mod artifact_dylib;
#[path = "../../specialize-runtime/src/artifact/format.rs"]
mod artifact_format;
#[path = "../../specialize-runtime/src/compile/server/frame.rs"]
mod frame;
#[path = "../../specialize-runtime/src/compile/server/job.rs"]
mod job;
#[path = "../../specialize-runtime/src/compile/server/linker.rs"]
mod server_linker;

use artifact_dylib::Dylib;
use frame::{Frame, Kind};
use job::{Done, Job};
use proc_macro2::TokenStream;

/// What stands between an attribute's arguments and its function.
const BETWEEN: &str = "\n---\n";

/// The attribute on any item, with any arguments: whatever it makes is Rust, or says what is wrong.
pub fn macro_parser(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (arguments, item) = text.split_once(BETWEEN).unwrap_or((text, "fn power(x: u64, n: u32) -> u64 { x }"));
    let (Ok(arguments), Ok(item)) = (arguments.parse::<TokenStream>(), item.parse::<TokenStream>()) else { return };
    let expansion = attribute::attribute(arguments, item.clone());
    // What is no item to begin with is given back as it was, beside what is wrong with it.
    if syn::parse2::<syn::ItemFn>(item).is_ok() {
        syn::parse2::<syn::File>(expansion).expect("the expansion is Rust");
    }
}

/// What either end of the pipe between the host and the compile server may receive.
pub fn protocol(data: &[u8]) {
    let mut input = data;
    while let Ok(Some(Frame { kind, payload })) = frame::read(&mut input) {
        let mut again = Vec::new();
        frame::write(&mut again, kind, &payload).expect("it was not too large before");
        assert_eq!(frame::read(&mut &*again).expect("whole"), Some(Frame { kind, payload: payload.clone() }));
        match kind {
            Kind::Job => understand_job(&payload),
            _ => understand_done(&payload),
        }
    }
    understand_job(data);
    understand_done(data);
}

fn understand_job(payload: &[u8]) {
    if let Some(job) = Job::decode(payload) {
        assert_eq!(job.encode(), payload);
    }
}

fn understand_done(payload: &[u8]) {
    if let Some(done) = Done::decode(payload) {
        assert_eq!(done.encode(), payload);
    }
}

/// The file of an artifact, also with a true digest over false lengths.
pub fn artifact(data: &[u8]) {
    const FIELDS: &[u8] = b"fields";
    let check = |whole: &[u8]| {
        if let Some(length) = artifact_format::content_length(whole, FIELDS) {
            assert_eq!(artifact_format::encode(&whole[..length], FIELDS), whole);
        }
    };
    check(data);
    check(&[data, blake3::hash(data).as_bytes()].concat());
}

/// The file of a variant, before it is loaded.
pub fn dylib(data: &[u8]) {
    if let Some(variant) = Dylib::examine(data) {
        assert!(variant.entry < variant.code.len() && variant.code.len() <= data.len());
    }
}

/// The object that the compile server links; what comes of it is a variant's file, if its symbols are there.
pub fn linker(data: &[u8]) {
    let exports = ["specialize_entry", "SPECIALIZE_LAYOUT"];
    let request = server_linker::Request { object: data, needed: "libsupport.so", exports: &exports };
    if let Ok(library) = server_linker::link(&request) {
        object::read::elf::ElfFile64::<object::LittleEndian>::parse(&*library).expect("an ELF file");
    }
}
