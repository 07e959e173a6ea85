//! What the name of a type means in a captured module, as far as that is certain.
//!
//! A name is followed as Rust follows it: what a module defines comes first, then what a `use` names, then what `*` brings in, and
//! what is known everywhere. Where something that cannot be seen could change what a name means, its meaning is uncertain.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::{Attribute, Item, ItemUse, Path, UseTree};

/// The modules of a captured module, by their places in it.
#[derive(Default)]
pub(crate) struct Modules(HashMap<Vec<String>, Module>);

/// What decides what a name in one module means.
#[derive(Default)]
struct Module {
    defined: HashMap<String, Vec<Meaning>>,
    imported: HashMap<String, Vec<Meaning>>,
    /// Paths of which a `use` brings in all there is, but for `use super::*`.
    globs: Vec<Words>,
    /// Whether all that the module around it sees is seen here, too.
    sees_around: bool,
    /// Whether a macro may define more than can be seen.
    has_macros: bool,
    /// Whether several modules stand in this place, each in a configuration of its own.
    is_several: bool,
}

/// What a name in a module stands for.
#[derive(Clone)]
enum Meaning {
    /// A type, by its number.
    Type(usize),
    /// A module in it.
    Module,
    /// What a path from this module leads to.
    Path(Words),
    /// Something that cannot be seen, that only some configurations have, or that is not a struct, an enum or an alias.
    Uncertain,
}

/// The words of a path, and whether it starts with `::`.
#[derive(Clone, Default)]
struct Words {
    absolute: bool,
    words: Vec<String>,
}

/// Where a path is written.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place<'a> {
    /// The modules around it, from the captured one on.
    pub(crate) modules: &'a [Ident],
    /// How many generated modules that see all that is around them stand between these and the path.
    pub(crate) depth: usize,
}

/// What a path certainly leads to.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// A type of the captured module, by its number.
    Own(usize),
    /// What is known by this path everywhere.
    Known(String),
}

/// The types that the language has, by names that no other type of std has.
pub(crate) const SCALARS: [&str; 17] =
    ["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64", "bool", "char", "str"];

/// How many names that stand for another are followed: some stand for themselves.
const FOLLOWED: usize = 64;

impl Modules {
    /// Takes in a module, before what is in it.
    pub(crate) fn enter(&mut self, place: &[Ident]) {
        self.0.entry(spelled(place)).and_modify(|module| module.is_several = true).or_default();
    }

    /// Takes in an item of the module at a place; the number is that of the type it defines.
    pub(crate) fn add(&mut self, place: &[Ident], item: &Item, number: usize) {
        let module = self.0.entry(spelled(place)).or_default();
        match item {
            Item::Struct(item) => module.define(&item.ident, &item.attrs, Meaning::Type(number)),
            Item::Enum(item) => module.define(&item.ident, &item.attrs, Meaning::Type(number)),
            Item::Type(item) => module.define(&item.ident, &item.attrs, Meaning::Type(number)),
            Item::Mod(item) => module.define(&item.ident, &item.attrs, Meaning::Module),
            Item::Union(item) => module.define(&item.ident, &item.attrs, Meaning::Uncertain),
            Item::Trait(item) => module.define(&item.ident, &item.attrs, Meaning::Uncertain),
            Item::TraitAlias(item) => module.define(&item.ident, &item.attrs, Meaning::Uncertain),
            Item::ExternCrate(item) => {
                let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name);
                module.define(name, &item.attrs, Meaning::Uncertain);
            }
            Item::Use(item) => module.import(item),
            Item::Macro(item) => module.has_macros |= item.ident.is_none(),
            Item::Fn(_) | Item::Const(_) | Item::Static(_) | Item::Impl(_) | Item::ForeignMod(_) => {}
            _ => module.has_macros = true,
        }
    }

    /// What a path leads to; `None` where that is not certain.
    pub(crate) fn resolve(&self, path: &Path, place: Place<'_>) -> Option<Found> {
        let words = path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect();
        let mut path = Words { absolute: path.leading_colon.is_some(), words };
        let (mut modules, mut depth) = (spelled(place.modules), place.depth);
        for _ in 0..FOLLOWED {
            if path.absolute {
                return Some(Found::Known(path.words.join("::")));
            }
            match self.walk(&path.words, &mut modules, depth)? {
                Step::Found(found) => return Some(found),
                Step::Follow(next) => (path, depth) = (next, 0),
            }
        }
        None
    }

    /// Walks along a path from the module in which it is written, up to a type or to a name that stands for another path, which is
    /// written in the module that is then left in `modules`.
    fn walk(&self, words: &[String], modules: &mut Vec<String>, mut depth: usize) -> Option<Step> {
        let mut is_first = true;
        for (index, word) in words.iter().enumerate() {
            match (word.as_str(), depth) {
                ("self", _) if is_first => {}
                ("super", 1..) => depth -= 1,
                ("super", 0) => drop(modules.pop()?),
                _ => match self.meaning(word, modules) {
                    Some(Meaning::Type(number)) if index + 1 == words.len() => return Some(Step::Found(Found::Own(number))),
                    Some(Meaning::Module) => modules.push(word.clone()),
                    Some(Meaning::Path(path)) => {
                        let words = path.words.into_iter().chain(words[index + 1..].iter().cloned()).collect();
                        return Some(Step::Follow(Words { words, ..path }));
                    }
                    None if is_first => return Some(Step::Found(Found::Known(words.join("::")))),
                    _ => return None,
                },
            }
            is_first = false;
        }
        None
    }

    /// What a name means in the module at `modules`, which becomes the place of the module that defines or imports it; nothing if none
    /// does.
    fn meaning(&self, name: &str, modules: &mut Vec<String>) -> Option<Meaning> {
        loop {
            let module = self.0.get(modules)?;
            let said = [&module.defined, &module.imported].into_iter().find_map(|names| names.get(name));
            match said.map(Vec::as_slice) {
                _ if module.is_several => return Some(Meaning::Uncertain),
                Some([meaning]) => return Some(meaning.clone()),
                Some(_) => return Some(Meaning::Uncertain),
                None if module.has_macros || self.globs_may_name(module, name) => return Some(Meaning::Uncertain),
                None if !module.sees_around => return None,
                None if modules.pop().is_none() => return Some(Meaning::Uncertain),
                None => {}
            }
        }
    }

    /// Whether what `*` brings into a module may give a name another meaning. (rustc takes one of two that `*` brings in, in the place
    /// of what is known everywhere too.)
    fn globs_may_name(&self, module: &Module, name: &str) -> bool {
        let is_unlike_std = SCALARS.contains(&name) || is_root(name);
        module.globs.iter().any(|path| !(is_unlike_std && self.is_of_std(path)))
    }

    /// Whether a path certainly leads into std.
    fn is_of_std(&self, path: &Words) -> bool {
        let Some(first) = path.words.first() else { return false };
        let may_give = |module: &Module| module.has_macros || module.defined.contains_key(first) || module.imported.contains_key(first);
        is_root(first) && (path.absolute || !self.0.values().any(may_give))
    }
}

fn is_root(name: &str) -> bool {
    matches!(name, "std" | "core")
}

/// What a walk comes to.
enum Step {
    Found(Found),
    Follow(Words),
}

impl Module {
    fn define(&mut self, name: &Ident, attributes: &[Attribute], meaning: Meaning) {
        let meaning = if is_configured(attributes) { Meaning::Uncertain } else { meaning };
        self.defined.entry(name.unraw().to_string()).or_default().push(meaning);
    }

    fn import(&mut self, item: &ItemUse) {
        if is_all_around(item) {
            self.sees_around = true;
        } else {
            let start = Words { absolute: item.leading_colon.is_some(), words: Vec::new() };
            self.import_tree(&item.tree, start, is_configured(&item.attrs));
        }
    }

    fn import_tree(&mut self, tree: &UseTree, mut path: Words, configured: bool) {
        let (word, name) = match tree {
            UseTree::Group(group) => return group.items.iter().for_each(|tree| self.import_tree(tree, path.clone(), configured)),
            UseTree::Glob(_) => return self.globs.push(path),
            UseTree::Path(next) => {
                path.words.push(next.ident.unraw().to_string());
                return self.import_tree(&next.tree, path, configured);
            }
            UseTree::Name(name) => (&name.ident, &name.ident),
            UseTree::Rename(rename) => (&rename.ident, &rename.rename),
        };
        let mut name = name.unraw().to_string();
        if word != "self" {
            path.words.push(word.unraw().to_string());
        } else if name == "self" {
            name = path.words.last().cloned().unwrap_or_default();
        }
        let meaning = if configured { Meaning::Uncertain } else { Meaning::Path(path) };
        self.imported.entry(name).or_default().push(meaning);
    }
}

/// Whether an item is `use super::*`, in every configuration.
pub(crate) fn is_all_around(item: &ItemUse) -> bool {
    item.attrs.is_empty() && matches!(&item.tree, UseTree::Path(path) if path.ident == "super" && matches!(*path.tree, UseTree::Glob(_)))
}

/// Whether what has these attributes may be missing in some configuration.
pub(crate) fn is_configured(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr"))
}

fn spelled(place: &[Ident]) -> Vec<String> {
    place.iter().map(|module| module.unraw().to_string()).collect()
}
