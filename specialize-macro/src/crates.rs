//! The option `crates`: which dependencies of the user's crate a template may use.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Token, parenthesized, token};

use crate::flags::Build;
use crate::mistakes::Mistakes;

/// What is said where the option names no crate.
pub(crate) const EXPECTED: &str = "name crates in parentheses, as in `crates(memchr)`";

/// The crates beside std that a template may use, as the user's crate names them.
#[derive(Clone, Default)]
pub(crate) struct Crates(Vec<Ident>);

impl Crates {
    /// Reads the crates behind the option's name, which is `option`.
    pub(crate) fn read(option: &Ident, input: ParseStream<'_>, mistakes: &mut Mistakes) -> syn::Result<Crates> {
        if !input.peek(token::Paren) {
            return Err(input.error(EXPECTED));
        }
        let names;
        parenthesized!(names in input);
        let mut crates = Crates::default();
        for name in Punctuated::<Ident, Token![,]>::parse_terminated_with(&names, Ident::parse_any)? {
            if crates.has(&name) {
                mistakes.at(&name, format!("the crate `{name}` is named twice; keep one"));
            }
            crates.0.push(name);
        }
        if crates.0.is_empty() { Err(syn::Error::new(option.span(), EXPECTED)) } else { Ok(crates) }
    }

    /// Refuses crates that a template cannot have, or the user's crate does not.
    pub(crate) fn check(&self, build: &Build, mistakes: &mut Mistakes) {
        for name in &self.0 {
            match name.unraw().to_string().as_str() {
                "core" | "alloc" | "std" => mistakes.at(name, format!("`{name}` need not be named: every template sees std; remove it")),
                _ if Crates::is_refused(name) => {
                    mistakes
                        .at(name, format!("`{name}` cannot be used at run time; only dependencies with code of their own can be named"));
                }
                _ if build.edition == "2015" => {
                    mistakes
                        .at(name, "`crates` needs edition 2018 or later, where paths may start with a crate; set `edition` in Cargo.toml");
                }
                word if build.dependency(word).is_none() && build.is_known() => {
                    mistakes.at(name, format!("there is no dependency `{name}`; add it to `[dependencies]` in Cargo.toml"));
                }
                _ => {}
            }
        }
    }

    /// Whether no template can have a crate of this name.
    pub(crate) fn is_refused(name: &Ident) -> bool {
        ["specialize", "proc_macro", "crate", "self", "super", "Self"].iter().any(|refused| name == refused)
    }

    /// The crate that is named first.
    pub(crate) fn first(&self) -> Option<&Ident> {
        self.0.first()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a path may start with `name` for its being one of these crates.
    pub(crate) fn has(&self, name: &Ident) -> bool {
        self.0.contains(name)
    }

    /// Their names, as rustc knows them.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|name| name.unraw().to_string())
    }

    /// The `use` lines that bring them into a module.
    pub(crate) fn imports(&self) -> String {
        self.0.iter().map(|name| format!(" use ::{name};")).collect()
    }
}
