//! The types that a captured module defines: what is known of them when they stand in a signature.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::visit::{self, Visit};
use syn::{Attribute, Data, DeriveInput, Expr, Field, Generics, Index, Item, ItemUse, Path, Type, TypePath, UseTree, Visibility};

use crate::marks;
use crate::mistakes::Mistakes;

/// The types that a captured module defines, and what else decides what a name in it means.
#[derive(Default)]
pub(crate) struct Definitions {
    types: HashMap<String, Vec<Definition>>,
    /// Names that a `use` brings in, with what they stand for.
    imported: Vec<(String, String)>,
    /// Whether a macro may define more than can be seen.
    more: bool,
}

/// The definition of a type.
pub(crate) struct Definition {
    /// The modules it stands in, from the captured one on.
    place: Vec<Ident>,
    name: Ident,
    visibility: Visibility,
    /// Whether it has type parameters or const generics.
    generic: bool,
    /// Whether it is there in every configuration.
    always: bool,
    /// Whether it derives `Value`.
    value: bool,
    pub(crate) kind: Kind,
}

/// What a type is made of.
pub(crate) enum Kind {
    Struct(Vec<Field>),
    /// The types in all variants.
    Enum(Vec<Type>),
    Alias(Box<Type>),
    /// A union or a trait.
    Other,
}

impl Definitions {
    /// Takes in the items of a module.
    pub(crate) fn collect(&mut self, items: &[Item], place: &[Ident]) {
        for item in items {
            match item {
                Item::Struct(item) => {
                    let kind = Kind::Struct(item.fields.iter().cloned().collect());
                    self.add(place, &item.ident, &item.vis, &item.generics, &item.attrs, kind);
                }
                Item::Enum(item) => {
                    let types = item.variants.iter().flat_map(|variant| variant.fields.iter().map(|field| field.ty.clone()));
                    self.add(place, &item.ident, &item.vis, &item.generics, &item.attrs, Kind::Enum(types.collect()));
                }
                Item::Type(item) => {
                    self.add(place, &item.ident, &item.vis, &item.generics, &item.attrs, Kind::Alias(item.ty.clone()));
                }
                Item::Union(item) => self.add(place, &item.ident, &item.vis, &item.generics, &item.attrs, Kind::Other),
                Item::Trait(item) => self.add(place, &item.ident, &item.vis, &item.generics, &item.attrs, Kind::Other),
                Item::Use(item) => self.import(item),
                Item::Macro(item) => self.more |= item.ident.is_none(),
                Item::Mod(item) => {
                    self.more |= item.ident == "std" || item.ident == "core";
                    let place: Vec<Ident> = place.iter().chain([&item.ident]).cloned().collect();
                    self.collect(item.content.as_ref().map_or(&[], |(_, items)| items), &place);
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, place: &[Ident], name: &Ident, visibility: &Visibility, generics: &Generics, attributes: &[Attribute], kind: Kind) {
        let definition = Definition {
            place: place.to_vec(),
            name: name.clone(),
            visibility: visibility.clone(),
            generic: generics.type_params().next().is_some() || generics.const_params().next().is_some(),
            always: !is_configured(attributes),
            value: marks::derive_value(attributes),
            kind,
        };
        self.types.entry(name.to_string()).or_default().push(definition);
    }

    fn import(&mut self, item: &ItemUse) {
        fn walk(tree: &UseTree, path: &str, imported: &mut Vec<(String, String)>) {
            match tree {
                UseTree::Path(next) => walk(&next.tree, &format!("{path}{}::", next.ident), imported),
                UseTree::Name(name) => imported.push((name.ident.to_string(), format!("{path}{}", name.ident))),
                UseTree::Rename(rename) => imported.push((rename.rename.to_string(), format!("{path}{}", rename.ident))),
                UseTree::Glob(_) => {}
                UseTree::Group(group) => group.items.iter().for_each(|tree| walk(tree, path, imported)),
            }
        }
        walk(&item.tree, "", &mut self.imported);
    }

    /// Whether a name that is known everywhere may mean something else here.
    pub(crate) fn may_redefine(&self, name: &str, known_as: impl Fn(&str) -> bool) -> bool {
        self.more || self.imported.iter().any(|(imported, path)| imported == name && !known_as(path))
    }

    /// All that a path may lead to, by its last word, if none of it depends on parameters.
    pub(crate) fn of(&self, path: &Path) -> Option<&[Definition]> {
        let last = path.segments.last()?;
        let found = self.types.get(&last.ident.to_string())?;
        found.iter().all(|definition| !definition.generic).then_some(found)
    }

    /// Refuses types of the module in `ty`, that of a specialized parameter, which do not derive `Value`.
    pub(crate) fn check_values(&self, ty: &Type, mistakes: &mut Mistakes) {
        NoValues { definitions: self, mistakes }.visit_type(ty);
    }

    /// Refuses them, and the type itself, in the fields of a type that derives `Value`.
    pub(crate) fn check_values_inside(&self, input: &DeriveInput, mistakes: &mut Mistakes) {
        NoValues { definitions: self, mistakes }.visit_data(&input.data);
        let fields: Vec<&Type> = match &input.data {
            Data::Struct(data) => data.fields.iter().map(|field| &field.ty).collect(),
            Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).map(|field| &field.ty).collect(),
            Data::Union(_) => Vec::new(),
        };
        for ty in fields {
            if self.reached_from([ty]).iter().any(|definition| definition.name == input.ident) {
                let message = "so that it has no size; a value is flat, and refers to others by their index in a slice";
                mistakes.at(ty, format!("`{}` is in itself here, {message}", input.ident));
            }
        }
    }

    /// The types of the module that types lead to.
    fn reached_from<'t>(&self, types: impl IntoIterator<Item = &'t Type>) -> Vec<&Definition> {
        let mut reached = Reached { definitions: self, seen: HashSet::new(), found: Vec::new() };
        types.into_iter().for_each(|ty| reached.visit_type(ty));
        reached.found
    }

    /// Whether the module defines a type of this name.
    pub(crate) fn define(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    /// What the library compares of the module's own types that `types` lead to, seen from code so many
    /// modules below the function at `place`.
    pub(crate) fn layout(&self, types: &[Type], place: &[Ident], depth: usize) -> Vec<TokenStream> {
        self.reached_from(types)
            .iter()
            .filter(|definition| definition.is_visible(place))
            .flat_map(|definition| definition.layout(place, depth))
            .collect()
    }
}

impl Definition {
    fn is_visible(&self, from: &[Ident]) -> bool {
        let common = self.place.iter().zip(from).take_while(|(own, other)| own == other).count();
        // What a module holds that can be seen by itself may stand in one that cannot.
        self.place.len() <= common + 1 && sees(&self.visibility, &self.place, from)
    }

    /// Size and alignment, and the offset of each field that can be seen, with its number.
    fn layout(&self, from: &[Ident], depth: usize) -> Vec<TokenStream> {
        let (out, place, name) = (vec![quote!(super::); from.len() + depth], &self.place, &self.name);
        let path = quote!(#(#out)* #(#place::)* #name);
        let mut layout = vec![quote!([::core::mem::size_of::<#path>(), ::core::mem::align_of::<#path>()])];
        let Kind::Struct(fields) = &self.kind else { return layout };
        for (number, field) in fields.iter().enumerate() {
            if sees(&field.vis, &self.place, from) && !is_configured(&field.attrs) {
                let member = field.ident.as_ref().map_or_else(|| Index::from(number).to_token_stream(), Ident::to_token_stream);
                layout.push(quote!([::core::mem::offset_of!(#path, #member), #number]));
            }
        }
        layout
    }
}

/// Whether what stands in the module `place` with this visibility can be seen from `from`, or from a module in it.
fn sees(visibility: &Visibility, place: &[Ident], from: &[Ident]) -> bool {
    match visibility {
        Visibility::Public(_) => true,
        Visibility::Restricted(restricted) if restricted.path.is_ident("crate") => true,
        Visibility::Restricted(restricted) if restricted.path.is_ident("super") => {
            from.starts_with(&place[..place.len().saturating_sub(1)])
        }
        _ => from.starts_with(place),
    }
}

fn is_configured(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr"))
}

/// A walk over types for those of the module that are no values.
struct NoValues<'a> {
    definitions: &'a Definitions,
    mistakes: &'a mut Mistakes,
}

impl<'ast> Visit<'ast> for NoValues<'_> {
    fn visit_type_path(&mut self, ty: &'ast TypePath) {
        visit::visit_type_path(self, ty);
        let Some(last) = ty.path.segments.last() else { return };
        let name = &last.ident;
        let found = self.definitions.types.get(&name.to_string()).map_or(&[][..], Vec::as_slice);
        let is_no_value = |definition: &Definition| !definition.value && matches!(definition.kind, Kind::Struct(_) | Kind::Enum(_));
        if !found.is_empty() && found.iter().all(is_no_value) {
            let message = "is no value that a function can be specialized on; add `#[derive(specialize::Value)]` to it";
            self.mistakes.at(ty, format!("`{name}` {message}"));
        }
    }

    // An expression, such as the length of an array, is no part of a value.
    fn visit_expr(&mut self, _: &'ast Expr) {}
}

/// A walk over types, and over the types that those of the module are made of.
struct Reached<'a> {
    definitions: &'a Definitions,
    seen: HashSet<String>,
    found: Vec<&'a Definition>,
}

impl<'ast> Visit<'ast> for Reached<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        visit::visit_path(self, path);
        let Some([definition]) = self.definitions.of(path) else { return };
        if !definition.always || !self.seen.insert(definition.name.to_string()) {
            return;
        }
        match &definition.kind {
            Kind::Struct(fields) => fields.iter().for_each(|field| self.visit_type(&field.ty)),
            Kind::Enum(types) => types.iter().for_each(|ty| self.visit_type(ty)),
            Kind::Alias(ty) => return self.visit_type(ty),
            Kind::Other => return,
        }
        self.found.push(definition);
    }
}
