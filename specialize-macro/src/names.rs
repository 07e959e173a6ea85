//! Names in a body that lead out of it. rustc would not find them in the hidden module either, but would advise an import, which does
//! not help; the messages here do. Where it is not certain what a name means, it is left to rustc.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens as _;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, ImplItem, Item, ItemMacro, ItemUse, Macro, Path, PathSegment, Signature, UseGlob, UsePath, UseTree, VisRestricted,
};

use crate::isolation;
use crate::mistakes::Mistakes;
use crate::scope::{Scope, Source};

/// Refuses names in the body of a function that only the user's crate can have.
pub(crate) fn check(signature: &Signature, body: &Block, scope: Scope<'_>, mistakes: &mut Mistakes) {
    let mut declared = Declared::default();
    declared.visit_signature(signature);
    declared.visit_block(body);
    let mut uses = Uses::new(scope, declared, mistakes);
    uses.visit_block(body);
}

/// Words that may be declared in a function: all that are not part of a path.
#[derive(Default)]
struct Declared {
    names: HashSet<String>,
    /// Whether more may be declared than can be seen.
    more: bool,
}

impl<'ast> Visit<'ast> for Declared {
    fn visit_ident(&mut self, name: &'ast Ident) {
        self.names.insert(name.to_string());
    }

    fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
        self.visit_path_arguments(&segment.arguments);
    }

    fn visit_use_path(&mut self, path: &'ast UsePath) {
        let is_self = |tree: &UseTree| matches!(tree, UseTree::Name(name) if name.ident == "self");
        if matches!(&*path.tree, UseTree::Group(group) if group.items.iter().any(is_self)) {
            self.names.insert(path.ident.to_string());
        }
        self.visit_use_tree(&path.tree);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // What a module of the text has is seen where it stands.
        let (inside, more) = (matches!(&item.tree, UseTree::Path(path) if path.ident == "super" || path.ident == "self"), self.more);
        visit::visit_item_use(self, item);
        self.more = more || (self.more && !inside);
    }

    fn visit_item_macro(&mut self, _: &'ast ItemMacro) {
        self.more = true;
    }

    fn visit_use_glob(&mut self, _: &'ast UseGlob) {
        self.more = true;
    }

    fn visit_token_stream(&mut self, _: &'ast TokenStream) {
        self.more = true;
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_macro(&mut self, _: &'ast Macro) {}
}

/// Refuses names in a captured module that only the rest of the user's crate can have.
pub(crate) fn check_module(items: &[Item], scope: Scope<'_>, mistakes: &mut Mistakes) {
    let mut declared = Declared::default();
    items.iter().for_each(|item| declared.visit_item(item));
    let mut uses = Uses::new(scope, declared, mistakes);
    items.iter().for_each(|item| uses.visit_item(item));
}

/// A walk over the paths of a body.
struct Uses<'a> {
    scope: Scope<'a>,
    declared: Declared,
    /// Whether `use` starts at the root of the crate.
    absolute: bool,
    reported: HashSet<String>,
    mistakes: &'a mut Mistakes,
}

impl<'a> Uses<'a> {
    fn new(scope: Scope<'a>, declared: Declared, mistakes: &'a mut Mistakes) -> Uses<'a> {
        Uses { scope, declared, absolute: scope.build.edition == "2015", reported: HashSet::new(), mistakes }
    }

    /// Looks at the first word of a path.
    fn first(&mut self, name: &Ident) {
        let text = name.to_string();
        let declared = self.declared.more || self.declared.names.contains(&text);
        if !declared && name != "Self" && !self.scope.has(name) && !isolation::leads_out(name) && self.reported.insert(text) {
            self.mistakes.at(name, self.scope.not_visible(name));
        }
    }

    /// Looks at what is derived.
    fn derived(&mut self, path: &Path) {
        let (Some(first), Some(last)) = (path.segments.first(), path.segments.last()) else { return };
        match self.scope.source {
            Source::Function => self.first(&first.ident),
            // The module's macro takes this out.
            Source::Module if last.ident == "Value" => {}
            Source::Module if self.scope.has(&first.ident) => {}
            Source::Module => self.mistakes.at(
                path,
                format!(
                    "`{}` is derived by another crate, which a variant does not have; a captured module can derive what std defines, \
                     and `specialize::Value`: write this impl outside of the module",
                    last.ident
                ),
            ),
        }
    }

    /// Looks at the first words of what a `use` names.
    fn used(&mut self, tree: &UseTree) {
        let name = match tree {
            UseTree::Path(path) => &path.ident,
            UseTree::Name(name) => &name.ident,
            UseTree::Rename(rename) => &rename.ident,
            UseTree::Glob(_) => return,
            UseTree::Group(group) => return group.items.iter().for_each(|tree| self.used(tree)),
        };
        let local = !self.absolute && (self.declared.more || self.declared.names.contains(&name.to_string()));
        if !local && !self.scope.has_crate(name) && !isolation::leads_out(name) {
            self.mistakes.at(name, self.scope.not_visible(name));
        }
    }
}

impl<'ast> Visit<'ast> for Uses<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_configured(item.to_token_stream()) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !is_configured(item.to_token_stream()) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if let (None, Some(first)) = (path.leading_colon, path.segments.first()) {
            self.first(&first.ident);
        }
        visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            self.used(&item.tree);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let paths = syn::punctuated::Punctuated::<Path, syn::Token![,]>::parse_terminated;
        if attribute.path().is_ident("derive") {
            let derived = attribute.parse_args_with(paths).unwrap_or_default();
            derived.iter().for_each(|path| self.derived(path));
        }
    }

    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}

    // The walk over all tokens judges macros.
    fn visit_macro(&mut self, _: &'ast Macro) {}
}

/// Whether an item may not be there at all.
fn is_configured(item: TokenStream) -> bool {
    let attributes = |input: syn::parse::ParseStream<'_>| {
        let attributes = Attribute::parse_outer(input)?;
        input.parse::<TokenStream>().map(|_| attributes)
    };
    let attributes = syn::parse::Parser::parse2(attributes, item).unwrap_or_default();
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg"))
}
