//! Functions that the sysroot has instantiated: rustc does not instantiate them again, but leaves them to the linker. They are cut out of
//! the sysroot's archives, as assembly for the support library.
//!
//! For example, `Vec<String>::push` calls the `RawVec<String>::grow_one` that std has. What is cut out is code and constants, with all that
//! they refer to, and never std's state: a function that needs more than that is left out, and so is what nobody here knows how to read.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use object::read::ReadCache;
use object::read::archive::ArchiveFile;

use self::cut::Object;
use super::toolchain::Toolchain;
use crate::user_code;

mod cut;
mod frames;

/// A function is wanted if all that its name speaks of comes from these crates. In the archive of another crate it is then an instance of
/// a generic. Macros and generics of std call functions of the last two.
const CRATES: [&str; 4] = ["core", "alloc", "hashbrown", DETECTION];

/// The crate that asks the processor what it can do, for `is_x86_feature_detected!`, and may remember the answer: it is the same for every
/// copy of the crate, the host's and that of the support library.
const DETECTION: &str = "std_detect";

/// The source of this, for the key of what is made with it.
pub(super) const TEXTS: [&str; 3] = [include_str!("instances.rs"), include_str!("instances/cut.rs"), include_str!("instances/frames.rs")];

/// The instances of a toolchain's archives as assembly, which refers to nothing but `provided`. Takes some 10 ms.
pub(super) fn assembly(toolchain: &Toolchain, provided: HashSet<String>) -> String {
    let mut assembly = Assembly { text: String::new(), provided, objects: 0 };
    for archive in archives(toolchain) {
        if let Err(error) = assembly.add(&archive) {
            user_code::event!(debug, "specialize::compile", archive = %archive.display(), error, "an archive cannot be read");
        }
    }
    assembly.text
}

/// The archives beside those that the support library has whole, in an order that does not change.
fn archives(toolchain: &Toolchain) -> Vec<PathBuf> {
    let whole = [&toolchain.core, &toolchain.alloc, &toolchain.builtins];
    let folder = toolchain.core.parent().and_then(|folder| fs::read_dir(folder).ok());
    let files = folder.into_iter().flatten().flatten().map(|entry| entry.path());
    let mut archives: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "rlib") && !whole.contains(&path)).collect();
    archives.sort();
    archives
}

/// Assembly in the making.
struct Assembly {
    text: String,
    /// The symbols that other parts of the support library define, and those of the text.
    provided: HashSet<String>,
    /// How many objects have contributed.
    objects: usize,
}

impl Assembly {
    /// Adds the instances of an archive.
    fn add(&mut self, path: &Path) -> Result<(), String> {
        let file = ReadCache::new(File::open(path).map_err(|error| error.to_string())?);
        let archive = ArchiveFile::parse(&file).map_err(|error| error.to_string())?;
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix("lib"));
        let may_have_state = name.and_then(|name| name.split('-').next()) == Some(DETECTION);
        for member in archive.members() {
            let (offset, size) = member.map_err(|error| error.to_string())?.file_range();
            let Ok(object) = Object::read(file.range(offset, size), &self.provided, is_wanted, may_have_state) else {
                // Not every member is an object.
                continue;
            };
            let (text, symbols) = object.cut(self.objects);
            self.text += &text;
            let symbols: Vec<String> = symbols.into_iter().map(str::to_owned).collect();
            self.provided.extend(symbols);
            self.objects += 1;
        }
        Ok(())
    }
}

/// Whether a symbol stands for a function, or for what it remembers, that a template may need from the sysroot.
fn is_wanted(symbol: &str) -> bool {
    let Ok(name) = rustc_demangle::try_demangle(symbol) else {
        return false;
    };
    let name = name.to_string();
    let mut crates = crates(&name).peekable();
    crates.peek().is_some() && crates.all(|name| CRATES.contains(&name))
}

/// The crates that a demangled name speaks of: the words that their digest follows in brackets.
fn crates(name: &str) -> impl Iterator<Item = &str> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let before_brackets = name.match_indices('[').map(move |(at, _)| &name[..at]);
    before_brackets.filter_map(move |before| before.rsplit(|character| !is_word(character)).next().filter(|word| !word.is_empty()))
}

#[cfg(test)]
mod tests;
