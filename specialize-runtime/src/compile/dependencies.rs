//! The dependencies of the host's crate that a template uses: whether they are still what the host was built with, how rustc
//! finds them, and what of their code a variant may take along.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use object::read::archive::ArchiveFile;
use object::read::elf::ElfFile64;
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SectionFlags, elf};

use super::digest::{digest, digest_file};
use super::toolchain::Stamp;
use crate::Error;
use crate::template::{BuildFlags, Dependency, Template};

/// The member of an rlib that holds its metadata, and the section in it.
const METADATA: (&[u8], &str) = (b"lib.rmeta", ".rmeta");

/// How a member begins that holds code for the linker to optimise, which only LLVM can read.
const BITCODE: &[u8] = b"BC\xC0\xDE";

/// How the symbols begin through which code finds its personality: constants that the loader writes.
const CONSTANTS: &str = "DW.ref.";

/// What told the files that were checked from others, by path and digest: a file is read again only when it may have changed.
static CONFIRMED: Mutex<BTreeMap<(&str, u128), Stamp>> = Mutex::new(BTreeMap::new());

/// Checks that the dependencies of a template are those that the host was built with.
///
/// Reads each file once, at gigabytes a second, and then only looks at it.
///
/// # Errors
///
/// [`Error::DependencyMissing`] and [`Error::DependencyDiffers`].
pub(crate) fn confirm(template: &Template) -> Result<(), Error> {
    let confirm = |dependency: &Dependency| {
        let missing = |source| missing(template, dependency, Path::new(dependency.path), source);
        let stamp = Stamp::of(Path::new(dependency.path)).map_err(missing)?;
        let key = (dependency.path, dependency.digest);
        if confirmed(|files| files.get(&key) == Some(&stamp)) {
            return Ok(());
        }
        if digest_file(Path::new(dependency.path)).map_err(missing)? != dependency.digest {
            return Err(differs(template, dependency, Path::new(dependency.path)));
        }
        confirmed(|files| files.insert(key, stamp));
        Ok(())
    };
    template.build_flags()?.dependencies.iter().try_for_each(confirm)
}

fn confirmed<R>(with: impl FnOnce(&mut BTreeMap<(&'static str, u128), Stamp>) -> R) -> R {
    with(&mut CONFIRMED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What rustc is told of the dependencies.
pub(super) fn arguments(flags: &BuildFlags) -> impl Iterator<Item = String> {
    let named = flags.dependencies.iter().map(|Dependency { name, path, .. }| format!("--extern={name}={path}"));
    named.chain(flags.dependency_folders.iter().map(|folder| format!("-Ldependency={folder}")))
}

/// The archives with the code of the dependencies, as far as it is machine code. They have been confirmed.
///
/// # Errors
///
/// [`Error::DependencyMissing`] and [`Error::DependencyDiffers`], where the host was built with the metadata alone.
pub(super) fn archives(template: &Template) -> Result<Vec<PathBuf>, Error> {
    let mut archives = Vec::new();
    for dependency in template.build_flags()?.dependencies {
        let path = Path::new(dependency.path).with_extension("rlib");
        let content = fs::read(&path).map_err(|source| missing(template, dependency, &path, source))?;
        if path != Path::new(dependency.path) && digest_of_metadata(&content) != Some(dependency.digest) {
            return Err(differs(template, dependency, &path));
        }
        if is_machine_code(&content) {
            archives.push(path);
        }
    }
    Ok(archives)
}

/// The contents of the members of an archive, by name.
fn members(archive: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let file = ArchiveFile::parse(archive).ok();
    let members = file.into_iter().flat_map(|file| file.members()).flatten();
    members.filter_map(move |member| Some((member.name(), member.data(archive).ok()?)))
}

fn digest_of_metadata(archive: &[u8]) -> Option<u128> {
    let (_, object) = members(archive).find(|(name, _)| *name == METADATA.0)?;
    let section = ElfFile64::<Endianness>::parse(object).ok()?.section_by_name(METADATA.1)?.data().map(digest);
    section.ok()
}

fn is_machine_code(archive: &[u8]) -> bool {
    !members(archive).any(|(_, content)| content.starts_with(BITCODE))
}

/// Refuses a dylib that took state of a dependency along: each variant would have its own, and the host another. What runs when a
/// library is loaded is refused for the same reason.
///
/// # Errors
///
/// [`Error::DependencyState`], and [`Error::BadOutput`] by way of `bad` if the dylib cannot be read.
pub(super) fn check_state(template: &Template, library: &[u8], bad: impl Fn(String) -> Error) -> Result<(), Error> {
    let file = ElfFile64::<Endianness>::parse(library).map_err(|error| bad(error.to_string()))?;
    let mut state = Vec::new();
    for section in file.sections().filter(is_state) {
        let symbols = file.symbols().filter(|symbol| symbol.section_index() == Some(section.index()) && symbol.size() > 0);
        let (constants, others): (Vec<_>, Vec<_>) = symbols.partition(|symbol| symbol.name().is_ok_and(|name| name.starts_with(CONSTANTS)));
        if section.size() <= constants.iter().map(ObjectSymbol::size).sum() {
            continue;
        }
        let names = others.iter().filter_map(|symbol| symbol.name().ok());
        state.extend(names.map(|name| format!("`{:#}`", rustc_demangle::demangle(name))));
        if others.is_empty() {
            state.push(format!("the section `{}`", section.name().unwrap_or_default()));
        }
    }
    state.sort();
    state.dedup();
    if state.is_empty() { Ok(()) } else { Err(Error::DependencyState { function: template.function, symbols: state.join(", ") }) }
}

/// Whether what is in a section can change while the program runs, or runs on its own. Some sections only the loader writes.
fn is_state<'a>(section: &impl ObjectSection<'a>) -> bool {
    const WRITTEN_BY_THE_LOADER: [&str; 4] = [".data.rel.ro", ".dynamic", ".got", ".got.plt"];
    let SectionFlags::Elf { sh_flags, .. } = section.flags() else { return true };
    let of_the_loader = section.name().is_ok_and(|name| WRITTEN_BY_THE_LOADER.contains(&name));
    sh_flags.contains(elf::SHF_ALLOC | elf::SHF_WRITE) && section.size() > 0 && !of_the_loader
}

fn missing(template: &Template, dependency: &Dependency, path: &Path, source: io::Error) -> Error {
    let (function, name, source) = (template.function, dependency.name, Arc::new(source));
    Error::DependencyMissing { function, name, path: path.to_owned(), source }
}

fn differs(template: &Template, dependency: &Dependency, path: &Path) -> Error {
    Error::DependencyDiffers { function: template.function, name: dependency.name, path: path.to_owned() }
}
