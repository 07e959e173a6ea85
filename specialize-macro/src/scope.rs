//! The scope of a template: which names it sees, and the message for one that it does not see.

use proc_macro2::Ident;

use crate::crates::Crates;
use crate::flags::Build;
use crate::isolation;

/// What the text of a template is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A function.
    Function,
    /// The items of a captured module.
    Module,
}

/// The names that a template sees.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// What its text is.
    pub(crate) source: Source,
    /// The crates it may use beside std.
    pub(crate) crates: &'a Crates,
    /// How the user's crate is being compiled.
    pub(crate) build: &'a Build,
}

impl Scope<'_> {
    /// Whether `name` is that of a crate it sees.
    pub(crate) fn has_crate(self, name: &Ident) -> bool {
        isolation::is_std(name) || self.crates.has(name)
    }

    /// Whether a path that starts with `name` needs nothing from the user's crate.
    pub(crate) fn has(self, name: &Ident) -> bool {
        isolation::is_known(name) || self.crates.has(name)
    }

    /// The message for a name that leads out of the template.
    pub(crate) fn not_visible(self, name: &Ident) -> String {
        let verb = if isolation::leads_out(name) { "leads" } else { "is" };
        match self.source {
            _ if self.is_dependency(name) => self.not_named(name),
            Source::Function => format!(
                "`{name}` {verb} outside of the specialized function, which sees only std, by full paths, and what it defines itself; \
                 move it into the body, pass it as a parameter, or put the function into a module `#[specialize] mod ... {{ ... }}` with \
                 all that it uses"
            ),
            Source::Module if name == "crate" || name == "$crate" => format!(
                "`{name}` leads outside of the captured module, which sees only std and what it defines itself; \
                 reach its own items by `self::` or `super::`, and move others into it or pass them as parameters"
            ),
            Source::Module => format!(
                "`{name}` {verb} outside of the captured module, which sees only std and what it defines itself; \
                 move it into the module, pass it as a parameter, or import it with `use` in the module if it is of std"
            ),
        }
    }

    /// The message for a type that leads out of a signature.
    pub(crate) fn not_visible_in_signature(self, name: &Ident) -> String {
        if self.is_dependency(name) {
            return self.not_named(name);
        }
        format!(
            "`{name}` is outside of the specialized function, whose signature sees only std, by full paths; pass what is needed of it in types of std, \
             or put it and the function into a module `#[specialize] mod ... {{ ... }}`"
        )
    }

    /// Whether the user's crate has a dependency of this name.
    fn is_dependency(self, name: &Ident) -> bool {
        !Crates::is_refused(name) && self.build.dependency(&name.to_string()).is_some()
    }

    /// The message for a crate that `extern crate` names.
    pub(crate) fn crate_not_visible(self, name: &Ident) -> String {
        if self.is_dependency(name) {
            return self.not_named(name);
        }
        format!("`{name}` is another crate, which a variant does not have: write out what is needed of it")
    }

    /// The message for a dependency that the attribute does not name.
    fn not_named(self, name: &Ident) -> String {
        let whose = match self.source {
            Source::Function => "the attribute of the specialized function, as in `#[specialize(..., ",
            Source::Module => "the attribute of the captured module, as in `#[specialize(",
        };
        format!("`{name}` is another crate, which a template only sees where it is named; add it to {whose}crates({name}))]`")
    }
}
