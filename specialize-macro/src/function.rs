//! An annotated function: what is known of it, and what must hold of it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::visit::{self, Visit};
use syn::{Attribute, FnArg, GenericParam, Ident, Item, ItemFn, Pat, Path, Type, Visibility};

use crate::args::{Arguments, OPTIONS};
use crate::combinations::Combinations;
use crate::flags::Build;
use crate::invisible;
use crate::isolation;
use crate::mistakes::Mistakes;
use crate::names;
use crate::signature::{self, Mentioned, Signature, Specialized};
use crate::values::Scalar;

/// An annotated function.
pub(crate) struct Function {
    /// Its attributes, by where they go.
    pub(crate) attributes: Attributes,
    /// Its visibility.
    pub(crate) visibility: Visibility,
    /// Its signature, to be copied.
    pub(crate) signature: Signature,
    /// Its specialized parameters, in the order of the signature.
    pub(crate) specialized: Vec<Specialized>,
    /// Its build-time variants.
    pub(crate) combinations: Combinations,
    /// Its tokens as they were written, without attributes and visibility.
    pub(crate) tokens: TokenStream,
}

impl Function {
    /// Reads an item. Whatever is wrong with it is added to the mistakes.
    pub(crate) fn read(item: &TokenStream, arguments: &Arguments, build: &Build, mistakes: &mut Mistakes) -> Option<Function> {
        let item = invisible::made_visible(item.clone());
        let function = match syn::parse2::<ItemFn>(item.clone()) {
            Ok(function) => function,
            Err(error) => {
                mistakes.add(no_function(item, error));
                return None;
            }
        };
        let split = |input: ParseStream<'_>| Ok((input.call(Attribute::parse_outer)?, input.parse()?, input.parse()?));
        let (attributes, visibility, tokens): (_, _, TokenStream) = split.parse2(item).ok()?;
        let attributes = Attributes::sort(attributes, mistakes);
        check_kind(&function, mistakes);
        check_signature(&function, mistakes);
        isolation::check(&tokens, mistakes);
        names::check(&function, &build.edition, mistakes);
        let signature = Signature::read(&function.sig, mistakes);
        let named: Vec<&Ident> = arguments.selections.iter().flat_map(|selection| &selection.names).collect();
        let specialized = specialized(&function, &named, arguments.incomplete, mistakes);
        check_borrows(&signature, &named, mistakes);
        let combinations = Combinations::read(arguments, &specialized, mistakes);
        Some(Function { attributes, visibility, signature, specialized, combinations, tokens })
    }
}

/// The attributes of a function, by where they go.
#[derive(Default)]
pub(crate) struct Attributes {
    /// For the dispatcher alone.
    pub(crate) dispatcher: Vec<Attribute>,
    /// Lint levels as they were written, for the user's own text.
    pub(crate) lints: Vec<TokenStream>,
    /// Lint levels for all that is generated, where nothing is expected.
    pub(crate) copied_lints: Vec<TokenStream>,
    /// `target_feature`, for every copy.
    pub(crate) target_features: Vec<Attribute>,
}

impl Attributes {
    fn sort(attributes: Vec<Attribute>, mistakes: &mut Mistakes) -> Attributes {
        let mut sorted = Attributes::default();
        for attribute in attributes {
            let name = attribute.path().segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
            match name.as_str() {
                "allow" | "warn" | "deny" | "forbid" => {
                    sorted.copied_lints.push(attribute.to_token_stream());
                    sorted.lints.push(attribute.to_token_stream());
                }
                "expect" => {
                    let lints = attribute.meta.require_list().map(|list| &list.tokens);
                    let allowed = lints.map(|lints| quote!(#[allow(#lints)])).unwrap_or_default();
                    // The dispatcher may be dead, the user's own text is not: the table of all functions leads to it.
                    if allowed.to_string().contains("dead_code") {
                        sorted.lints.push(allowed);
                        sorted.dispatcher.push(attribute);
                    } else {
                        sorted.copied_lints.push(allowed);
                        sorted.lints.push(attribute.to_token_stream());
                    }
                }
                "target_feature" => sorted.target_features.push(attribute),
                "track_caller" => mistakes.at(
                    &attribute,
                    "a specialized function cannot be `#[track_caller]`: the caller's place does not cross a function pointer; \
                     remove the attribute, or pass a `&'static Location<'static>` as a parameter",
                ),
                "specialize" => {
                    mistakes.at(&attribute, "this function is specialized twice; put all parameters into one `#[specialize(...)]`")
                }
                _ => sorted.dispatcher.push(attribute),
            }
        }
        sorted
    }

    /// The inlining of the dispatcher, unless the user wrote one.
    pub(crate) fn inline_dispatcher(&self) -> TokenStream {
        let decided = self.dispatcher.iter().any(|attribute| attribute.path().is_ident("inline") || attribute.path().is_ident("cold"));
        if decided { TokenStream::new() } else { quote!(#[inline]) }
    }

    /// The strongest inlining that a copy may have.
    pub(crate) fn inline_always(&self) -> TokenStream {
        if self.target_features.is_empty() { quote!(#[inline(always)]) } else { quote!(#[inline]) }
    }
}

/// The error for an item that is no function with a body.
fn no_function(item: TokenStream, error: syn::Error) -> syn::Error {
    match syn::parse2::<Item>(item) {
        Err(_) => error,
        Ok(item) => {
            let message = match item {
                Item::Verbatim(_) => "only a function with a body can be specialized",
                _ => "only a function can be specialized; put `#[specialize(...)]` on a free function",
            };
            syn::Error::new_spanned(item, message)
        }
    }
}

/// Refuses kinds of functions that have no variants.
fn check_kind(function: &ItemFn, mistakes: &mut Mistakes) {
    let signature = &function.sig;
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
        mistakes.at(receiver, "a method cannot be specialized; make it a free function that takes what it needs of `self` as parameters");
    }
    for parameter in &signature.generics.params {
        match parameter {
            GenericParam::Type(parameter) => mistakes.at(
                parameter,
                format!("a function with type parameters cannot be specialized; write the type that `{}` stands for", parameter.ident),
            ),
            GenericParam::Const(parameter) => mistakes.at(
                parameter,
                format!(
                    "a function with const generics cannot be specialized; make `{}` a parameter and name it in `#[specialize(...)]`",
                    parameter.ident
                ),
            ),
            GenericParam::Lifetime(_) => {}
        }
    }
}

/// Refuses types that a template cannot name.
fn check_signature(function: &ItemFn, mistakes: &mut Mistakes) {
    let generics = function.sig.generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(&parameter.ident),
        GenericParam::Const(parameter) => Some(&parameter.ident),
        GenericParam::Lifetime(_) => None,
    });
    let mut types = Types { own: generics.collect(), mistakes };
    for parameter in &function.sig.inputs {
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
    types.visit_return_type(&function.sig.output);
}

/// A walk over the types of a signature.
struct Types<'a> {
    /// Generics, which are mistakes by themselves.
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
        let judged = |name: &Ident| path.leading_colon.is_some() || self.own.contains(&name) || isolation::leads_out(name);
        let outside = path.segments.first().filter(|first| !judged(&first.ident) && !isolation::is_known(&first.ident));
        if let Some(outside) = outside {
            return self.mistakes.at(path, isolation::not_visible_in_signature(&outside.ident));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, _: &'ast syn::Macro) {}
}

/// The specialized parameters in the order of the signature.
fn specialized(function: &ItemFn, named: &[&Ident], incomplete: bool, mistakes: &mut Mistakes) -> Vec<Specialized> {
    if named.is_empty() && !incomplete {
        mistakes.add(syn::Error::new(
            proc_macro2::Span::call_site(),
            "no parameter is named; say which parameters to specialize, as in `#[specialize(n)]` or `#[specialize(n in [2, 3, 8])]`",
        ));
    }
    let parameters: Vec<(usize, &Ident, &Type)> =
        function.sig.inputs.iter().enumerate().filter_map(|(position, parameter)| binding(position, parameter)).collect();
    for (index, name) in named.iter().enumerate() {
        if named[..index].contains(name) {
            mistakes.at(name, format!("the parameter `{name}` is named twice; keep one"));
        } else if !parameters.iter().any(|(_, known, _)| known == name) {
            mistakes.at(name, unknown(name, &parameters));
        }
    }
    let chosen: Vec<_> = parameters.into_iter().filter(|(_, name, _)| named.contains(name)).collect();
    let constants = signature::constants(chosen.iter().map(|(_, name, _)| *name));
    let mut specialized = Vec::new();
    for ((position, name, ty), constant) in chosen.into_iter().zip(constants) {
        match Scalar::of(ty) {
            Some(scalar) => specialized.push(Specialized { name: name.clone(), position, scalar, ty: ty.clone(), constant }),
            None => mistakes.at(ty, format!("`{name}` cannot be specialized: its type is no integer, `bool` or `char`")),
        }
    }
    specialized
}

/// A parameter that has a name.
fn binding(position: usize, parameter: &FnArg) -> Option<(usize, &Ident, &Type)> {
    match parameter {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pattern) => Some((position, &pattern.ident, &typed.ty)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    }
}

/// The message for a name that is no parameter.
fn unknown(name: &Ident, parameters: &[(usize, &Ident, &Type)]) -> String {
    let word = name.to_string();
    if OPTIONS.contains(&word.as_str()) {
        return format!("the option `{word}` needs a value, as in `{word} = ...`");
    }
    let known: Vec<String> = parameters.iter().map(|(_, known, _)| format!("`{known}`")).collect();
    match &known[..] {
        [] => format!("`{word}` is no parameter: the function has none that has a name"),
        [only] => format!("`{word}` is no parameter; the function's parameter is {only}"),
        _ => format!("`{word}` is no parameter; the function's parameters are {}", known.join(", ")),
    }
}

/// Refuses a return type that borrows from a specialized parameter, which a variant has no place for.
fn check_borrows(signature: &Signature, named: &[&Ident], mistakes: &mut Mistakes) {
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
