//! What must hold of the signature of an annotated function.

use quote::ToTokens as _;
use syn::visit::{self, Visit};
use syn::{FnArg, GenericParam, Ident, Path, Type};

use crate::args::Arguments;
use crate::isolation;
use crate::mistakes::Mistakes;
use crate::scope::{Scope, Source};
use crate::signature::{Mentioned, Signature};

/// Refuses kinds of functions that have no variants.
pub(crate) fn check_kind(signature: &syn::Signature, arguments: &Arguments, mistakes: &mut Mistakes) {
    let is_named = |name: &Ident| arguments.selections.iter().any(|selection| selection.names.contains(name));
    if let Some(token) = &signature.asyncness {
        mistakes.at(token, "an `async fn` cannot be specialized; specialize a plain function that it calls");
    }
    if let Some(token) = &signature.constness {
        mistakes.at(token, "a `const fn` cannot be specialized, since the choice of a variant is made at run time; remove `const`");
    }
    if let Some(abi) = &signature.abi {
        mistakes.at(abi, "an `extern` function cannot be specialized; specialize a plain function that it calls");
    }
    if let Some(variadic) = &signature.variadic {
        mistakes.at(variadic, "a function with variable arguments cannot be specialized; pass a slice instead");
    }
    if let Some(receiver) = signature.receiver() {
        mistakes.at(
            receiver,
            "a method can only be specialized in a captured module; put its type and its impl into `#[specialize] mod ... { ... }`, \
             or make it a free function that takes what it needs of `self` as parameters",
        );
    }
    for parameter in &signature.generics.params {
        match parameter {
            GenericParam::Type(parameter) if is_named(&parameter.ident) => {}
            GenericParam::Type(parameter) => mistakes.at(
                parameter,
                format!(
                    "no types are listed for `{0}`; list those to specialize for in the attribute, as in `{0} in [f32, f64]`, or write the \
                     type that it stands for",
                    parameter.ident
                ),
            ),
            GenericParam::Const(parameter) => mistakes.at(
                parameter,
                format!(
                    "a function with const generics cannot be specialized, since it has no form for values of run time; make `{0}` a \
                     parameter, as in `#[specialize({1})] fn {2}(..., {1}: {3})`, with slices in the place of arrays of that length",
                    parameter.ident,
                    parameter.ident.to_string().to_lowercase(),
                    signature.ident,
                    parameter.ty.to_token_stream(),
                ),
            ),
            GenericParam::Lifetime(_) => {}
        }
    }
}

/// Refuses types that a template cannot name.
pub(crate) fn check_types(signature: &syn::Signature, scope: Scope<'_>, mistakes: &mut Mistakes) {
    let generics = signature.generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(&parameter.ident),
        GenericParam::Const(parameter) => Some(&parameter.ident),
        GenericParam::Lifetime(_) => None,
    });
    let mut types = Types { scope, own: generics.collect(), mistakes };
    for parameter in &signature.inputs {
        match parameter {
            FnArg::Typed(typed) => {
                if let Some(attribute) =
                    typed.attrs.iter().find(|attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr"))
                {
                    types
                        .mistakes
                        .at(attribute, "a parameter of a specialized function cannot depend on the configuration; write two functions");
                }
                types.visit_type(&typed.ty);
            }
            FnArg::Receiver(_) => {}
        }
    }
    types.visit_return_type(&signature.output);
}

/// Refuses listed types that a template cannot name, for a function so many modules inside of the captured one.
pub(crate) fn check_listed(types: &[Type], scope: Scope<'_>, inside: usize, mistakes: &mut Mistakes) {
    for ty in types {
        isolation::check_inside(&ty.to_token_stream(), scope, inside, mistakes);
        Types { scope, own: Vec::new(), mistakes }.visit_type(ty);
    }
}

/// Refuses names in the signature of a captured function that mean something else in the module beside it.
pub(crate) fn check_names(signature: &syn::Signature, mistakes: &mut Mistakes) {
    let mut names = Names(mistakes);
    signature.inputs.iter().for_each(|parameter| names.visit_fn_arg(parameter));
    names.visit_return_type(&signature.output);
}

/// A walk over the types of a signature for names of the module beside the function.
struct Names<'a>(&'a mut Mistakes);

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        const TAKEN: [&str; 6] = ["Bound", "Constants", "Marker", "REGISTERED", "__FUNCTION", "HOLE_0"];
        if let Some(first) = path.segments.first().filter(|first| TAKEN.iter().any(|taken| first.ident == taken)) {
            let name = &first.ident;
            let message = "means something else in the module that stands beside a specialized function";
            self.0.at(name, format!("`{name}` {message}; give it another name, or write `self::{name}`"));
        }
        visit::visit_path(self, path);
    }
}

/// A walk over the types of a signature.
struct Types<'a> {
    scope: Scope<'a>,
    /// Generics, which are judged by themselves.
    own: Vec<&'a Ident>,
    mistakes: &'a mut Mistakes,
}

impl<'ast> Visit<'ast> for Types<'_> {
    fn visit_type(&mut self, ty: &'ast Type) {
        if let Type::ImplTrait(_) = ty {
            return self
                .mistakes
                .at(ty, "a specialized function cannot have `impl Trait` in its signature; name the type, or box it as `Box<dyn Trait>`");
        }
        visit::visit_type(self, ty);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        // The walk over all tokens judges these, and macros.
        let judged = |name: &Ident| {
            self.scope.source == Source::Module || path.leading_colon.is_some() || self.own.contains(&name) || isolation::leads_out(name)
        };
        let outside = path.segments.first().filter(|first| !judged(&first.ident) && !self.scope.has(&first.ident));
        if let Some(outside) = outside {
            return self.mistakes.at(path, self.scope.not_visible_in_signature(&outside.ident));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, _: &'ast syn::Macro) {}
}

/// Refuses a return type that borrows from a specialized parameter, which a variant has no place for.
pub(crate) fn check_borrows(signature: &Signature, named: &[&Ident], mistakes: &mut Mistakes) {
    let mut returned = Mentioned::default();
    returned.visit_return_type(&signature.output);
    for parameter in signature.parameters.iter().filter(|parameter| named.iter().any(|name| parameter.name == **name)) {
        let mut borrowed = Mentioned::default();
        borrowed.visit_type(&parameter.named);
        if borrowed.0.iter().any(|lifetime| lifetime.ident != "static" && returned.0.iter().any(|other| other.ident == lifetime.ident)) {
            let message = format!(
                "what this function returns may borrow from `{}`, which is specialized: a variant has no such parameter to borrow from; \
                 return an owned value, or tell the lifetimes apart",
                parameter.name
            );
            mistakes.at(&signature.written_output, message);
        }
    }
}
