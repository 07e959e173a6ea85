//! The types that a captured module defines: what is known of them when they stand in a signature.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::visit::{self, Visit};
use syn::{Attribute, Data, DeriveInput, Expr, Field, Generics, Index, Item, Path, Type, TypePath, Visibility};

use crate::marks;
use crate::mistakes::Mistakes;
use crate::resolve::{self, Found, Modules, Place};

/// The types that a captured module defines, and what names in it mean.
#[derive(Default)]
pub(crate) struct Definitions {
    types: Vec<Definition>,
    modules: Modules,
}

/// The definition of a type.
pub(crate) struct Definition {
    /// The modules it stands in, from the captured one on.
    place: Vec<Ident>,
    name: Ident,
    visibility: Visibility,
    /// Whether it has type parameters or const generics.
    pub(crate) generic: bool,
    /// Whether it derives `Value`.
    value: bool,
    pub(crate) kind: Kind,
}

/// What a path leads to.
pub(crate) enum Meaning<'a> {
    /// A type of the module.
    Own(&'a Definition),
    /// What is known by this path everywhere.
    Known(String),
}

/// What a type is made of.
pub(crate) enum Kind {
    Struct(Vec<Field>),
    /// The types in all variants.
    Enum(Vec<Type>),
    Alias(Box<Type>),
}

impl Definitions {
    /// Takes in the items of a module.
    pub(crate) fn collect(&mut self, items: &[Item], place: &[Ident]) {
        self.modules.enter(place);
        for item in items {
            self.modules.add(place, item, self.types.len());
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
                Item::Mod(item) => {
                    let place: Vec<Ident> = place.iter().chain([&item.ident]).cloned().collect();
                    self.collect(item.content.as_ref().map_or(&[], |(_, items)| items), &place);
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, place: &[Ident], name: &Ident, visibility: &Visibility, generics: &Generics, attributes: &[Attribute], kind: Kind) {
        self.types.push(Definition {
            place: place.to_vec(),
            name: name.clone(),
            visibility: visibility.clone(),
            generic: generics.type_params().next().is_some() || generics.const_params().next().is_some(),
            value: marks::derive_value(attributes),
            kind,
        });
    }

    /// What a path leads to; `None` where that is not certain.
    pub(crate) fn resolve(&self, path: &Path, place: Place<'_>) -> Option<Meaning<'_>> {
        Some(match self.modules.resolve(path, place)? {
            Found::Own(number) => Meaning::Own(self.types.get(number)?),
            Found::Known(path) => Meaning::Known(path),
        })
    }

    /// The type of the module that a path certainly leads to.
    fn own(&self, path: &Path, place: Place<'_>) -> Option<&Definition> {
        match self.resolve(path, place)? {
            Meaning::Own(definition) => Some(definition),
            Meaning::Known(_) => None,
        }
    }

    /// Refuses types of the module in `ty`, that of a specialized parameter, which do not derive `Value`.
    pub(crate) fn check_values(&self, ty: &Type, place: Place<'_>, mistakes: &mut Mistakes) {
        NoValues { definitions: self, place, mistakes }.visit_type(ty);
    }

    /// Refuses them, and the type itself, in the fields of a type that derives `Value`.
    pub(crate) fn check_values_inside(&self, input: &DeriveInput, place: &[Ident], mistakes: &mut Mistakes) {
        let fields: Vec<&Type> = match &input.data {
            Data::Struct(data) => data.fields.iter().map(|field| &field.ty).collect(),
            Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).map(|field| &field.ty).collect(),
            Data::Union(_) => Vec::new(),
        };
        let within = Place { modules: place, depth: 0 };
        NoValues { definitions: self, place: within, mistakes }.visit_data(&input.data);
        for ty in fields {
            let is_itself = |definition: &&Definition| definition.name == input.ident && definition.place == place;
            if self.reached_from([ty], within).iter().any(is_itself) {
                let message = "so that it has no size; a value is flat, and refers to others by their index in a slice";
                mistakes.at(ty, format!("`{}` is in itself here, {message}", input.ident));
            }
        }
    }

    /// The types of the module that types lead to.
    fn reached_from<'a, 't>(&'a self, types: impl IntoIterator<Item = &'t Type>, place: Place<'a>) -> Vec<&'a Definition> {
        let mut reached = Reached { definitions: self, place, seen: HashSet::new(), found: Vec::new() };
        types.into_iter().for_each(|ty| reached.visit_type(ty));
        reached.found
    }

    /// What the library compares of the module's own types that `types` lead to, as they are written at `place`.
    pub(crate) fn layout(&self, types: &[Type], place: Place<'_>) -> Vec<TokenStream> {
        self.reached_from(types, place)
            .iter()
            .filter(|definition| definition.is_visible(place.modules))
            .flat_map(|definition| definition.layout(place))
            .collect()
    }
}

impl Definition {
    /// Where the types that it is made of are written.
    pub(crate) fn inside(&self) -> Place<'_> {
        Place { modules: &self.place, depth: 0 }
    }

    fn is_visible(&self, from: &[Ident]) -> bool {
        let common = self.place.iter().zip(from).take_while(|(own, other)| own == other).count();
        // What a module holds that can be seen by itself may stand in one that cannot.
        self.place.len() <= common + 1 && sees(&self.visibility, &self.place, from)
    }

    /// Size and alignment, and the offset of each field that can be seen, with its number.
    fn layout(&self, Place { modules: from, depth }: Place<'_>) -> Vec<TokenStream> {
        let (out, place, name) = (vec![quote!(super::); from.len() + depth], &self.place, &self.name);
        let path = quote!(#(#out)* #(#place::)* #name);
        let mut layout = vec![quote!([::core::mem::size_of::<#path>(), ::core::mem::align_of::<#path>()])];
        let Kind::Struct(fields) = &self.kind else { return layout };
        for (number, field) in fields.iter().enumerate() {
            if sees(&field.vis, &self.place, from) && !resolve::is_configured(&field.attrs) {
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

/// A walk over types for those of the module that are no values.
struct NoValues<'a> {
    definitions: &'a Definitions,
    place: Place<'a>,
    mistakes: &'a mut Mistakes,
}

impl<'ast> Visit<'ast> for NoValues<'_> {
    fn visit_type_path(&mut self, ty: &'ast TypePath) {
        visit::visit_type_path(self, ty);
        let Some(definition) = self.definitions.own(&ty.path, self.place) else { return };
        if !definition.value && !matches!(definition.kind, Kind::Alias(_)) {
            let message = "is no value that a function can be specialized on; add `#[derive(specialize::Value)]` to it";
            self.mistakes.at(ty, format!("`{}` {message}", definition.name));
        }
    }

    // An expression, such as the length of an array, is not part of a value.
    fn visit_expr(&mut self, _: &'ast Expr) {}
}

/// A walk over types, and over the types that those of the module are made of.
struct Reached<'a> {
    definitions: &'a Definitions,
    /// Where the types that are looked at are written.
    place: Place<'a>,
    seen: HashSet<*const Definition>,
    found: Vec<&'a Definition>,
}

impl<'ast> Visit<'ast> for Reached<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        visit::visit_path(self, path);
        let Some(definition) = self.definitions.own(path, self.place) else { return };
        if definition.generic || !self.seen.insert(definition) {
            return;
        }
        let outside = std::mem::replace(&mut self.place, definition.inside());
        match &definition.kind {
            Kind::Struct(fields) => fields.iter().for_each(|field| self.visit_type(&field.ty)),
            Kind::Enum(types) => types.iter().for_each(|ty| self.visit_type(ty)),
            Kind::Alias(ty) => self.visit_type(ty),
        }
        self.place = outside;
        if !matches!(definition.kind, Kind::Alias(_)) {
            self.found.push(definition);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_that_is_compared_is_that_of_the_type_a_name_means() {
        let module: syn::File = syn::parse_quote!(
            pub mod a {
                pub struct W(pub u32);
                pub struct V(pub Text);
                pub type Text = super::c::W;
            }
            pub mod b {
                use super::a::V as W;
            }
            pub mod c {
                pub struct W;
            }
        );
        let mut definitions = Definitions::default();
        definitions.collect(&module.items, &[]);
        let layout = |ty: Type| {
            let layout = definitions.layout(&[ty], Place { modules: &[syn::parse_quote!(b)], depth: 1 });
            layout.iter().map(|compared| compared.to_string().replace(' ', "")).collect::<Vec<_>>()
        };
        let size = |path: &str| format!("[::core::mem::size_of::<{path}>(),::core::mem::align_of::<{path}>()]");
        let v =
            [size("super::super::c::W"), size("super::super::a::V"), "[::core::mem::offset_of!(super::super::a::V,0),0usize]".to_owned()];
        assert_eq!(layout(syn::parse_quote!(Vec<W>)), v);
        assert_eq!(layout(syn::parse_quote!(super::super::c::W)), v[..1]);
        assert!(layout(syn::parse_quote!(V)).is_empty());
    }
}
