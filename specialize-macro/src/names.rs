//! Names in a function's body that lead out of it. rustc would not find them in the hidden module either, but would advise an
//! import; this says what helps. Where it cannot be sure, it leaves the name to rustc.

use std::collections::HashSet;

use proc_macro2::Ident;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ItemMacro, ItemUse, Macro, Path, PathSegment, Signature, UseGlob, UsePath, UseTree, VisRestricted};

use crate::isolation;
use crate::mistakes::Mistakes;

/// Refuses names in the body of a function that only the user's crate can have.
pub(crate) fn check(signature: &Signature, body: &Block, edition: &str, mistakes: &mut Mistakes) {
    let mut declared = Declared::default();
    declared.visit_signature(signature);
    declared.visit_block(body);
    let mut uses = Uses { declared, absolute: edition == "2015", reported: HashSet::new(), mistakes };
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
        self.visit_use_tree(&path.tree);
    }

    fn visit_item_macro(&mut self, _: &'ast ItemMacro) {
        self.more = true;
    }

    fn visit_use_glob(&mut self, _: &'ast UseGlob) {
        self.more = true;
    }

    fn visit_token_stream(&mut self, _: &'ast proc_macro2::TokenStream) {
        self.more = true;
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_macro(&mut self, _: &'ast Macro) {}
}

/// A walk over the paths of a body.
struct Uses<'a> {
    declared: Declared,
    /// Whether `use` starts at the root of the crate.
    absolute: bool,
    reported: HashSet<String>,
    mistakes: &'a mut Mistakes,
}

impl Uses<'_> {
    /// Looks at the first word of a path.
    fn first(&mut self, name: &Ident) {
        let text = name.to_string();
        let declared = self.declared.more || self.declared.names.contains(&text);
        if !declared && name != "Self" && !isolation::is_known(name) && !isolation::leads_out(name) && self.reported.insert(text) {
            self.mistakes.at(name, isolation::not_visible(name));
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
        if !local && !isolation::is_std(name) && !isolation::leads_out(name) {
            self.mistakes.at(name, isolation::not_visible(name));
        }
    }
}

impl<'ast> Visit<'ast> for Uses<'_> {
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
            derived.iter().filter_map(|path| path.segments.first()).for_each(|first| self.first(&first.ident));
        }
    }

    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}

    // The walk over all tokens judges macros.
    fn visit_macro(&mut self, _: &'ast Macro) {}
}
