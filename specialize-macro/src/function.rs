//! An annotated function: what is known of it, put together from its tokens and the attribute.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Block, FnArg, Ident, Item, Pat, Type, Visibility};

use crate::args::{Arguments, OPTIONS};
use crate::attributes::Attributes;
use crate::batch;
use crate::captured::Captured;
use crate::checks;
use crate::combinations::Combinations;
use crate::crates;
use crate::families::{self, Family};
use crate::flags::Build;
use crate::form::Form;
use crate::invisible;
use crate::isolation;
use crate::marks;
use crate::mistakes::Mistakes;
use crate::names;
use crate::scope::{Scope, Source};
use crate::signature::{self, Signature, Specialized};

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
    /// The place of the parameter that becomes a slice in `map`.
    pub(crate) batch: Option<usize>,
    /// Its build-time variants.
    pub(crate) combinations: Combinations,
    /// Its tokens as they were written, without attributes and visibility, if it stands alone.
    pub(crate) tokens: TokenStream,
    /// The captured module it stands in, if it does.
    pub(crate) captured: Option<Captured>,
    /// The family it is for, if it has types in the place of type parameters.
    pub(crate) family: Option<Family>,
    /// The function for each family, if it has type parameters.
    pub(crate) families: Vec<Function>,
}

impl Function {
    /// Reads an item. Whatever is wrong with it is added to the mistakes.
    pub(crate) fn read(item: &TokenStream, arguments: &Arguments, build: &Build, mistakes: &mut Mistakes) -> Option<Function> {
        let item = invisible::made_visible(item.clone());
        let written = match syn::parse2::<Written>(item.clone()) {
            Ok(written) => written,
            Err(error) => {
                mistakes.add(no_function(item, error));
                return None;
            }
        };
        let Written { attributes, visibility, tokens, signature, body } = written;
        let attributes = Attributes::sort(attributes, mistakes);
        checks::check_kind(&signature, arguments, mistakes);
        let scope = Scope { source: Source::Function, crates: &arguments.options.crates, build };
        scope.crates.check(build, mistakes);
        checks::check_types(&signature, scope, mistakes);
        isolation::check(&tokens, scope, mistakes);
        for attribute in marks::all_in(TokenStream::from(body.clone())) {
            let message = "a function in a specialized function cannot be specialized itself: a variant has no variants; move it out, and \
                           both into a module `#[specialize] mod ... { ... }`";
            mistakes.at(attribute, message);
        }
        // A body that only the compiler can read is left to it.
        if let Ok(block) = syn::parse2::<Block>(body.into()) {
            names::check(&signature, &block, scope, mistakes);
        }
        let function = Function::of(attributes, visibility, tokens, &signature, None, arguments, mistakes);
        Some(function.with_families(&signature, arguments, build, mistakes))
    }

    /// Reads a function of a captured module, whose signature is as a module beside it would write it.
    pub(crate) fn read_captured(
        function: &syn::ItemFn,
        signature: &syn::Signature,
        captured: Captured,
        arguments: &Arguments,
        build: &Build,
        mistakes: &mut Mistakes,
    ) -> Function {
        let attributes = Attributes::sort(function.attrs.clone(), mistakes);
        checks::check_kind(signature, arguments, mistakes);
        checks::check_types(signature, Scope { source: Source::Module, crates: &arguments.options.crates, build }, mistakes);
        if let (Some(_), Some(parameter)) = (&captured.owner, signature.generics.type_params().next()) {
            let message =
                "a method with type parameters cannot be specialized; make it a function of the module that takes `self` as a parameter";
            mistakes.at(parameter, message);
        }
        let function = Function::of(attributes, function.vis.clone(), TokenStream::new(), signature, Some(captured), arguments, mistakes);
        function.with_families(signature, arguments, build, mistakes)
    }

    fn of(
        attributes: Attributes,
        visibility: Visibility,
        tokens: TokenStream,
        signature: &syn::Signature,
        captured: Option<Captured>,
        arguments: &Arguments,
        mistakes: &mut Mistakes,
    ) -> Function {
        let types = families::parameters(&signature.generics);
        let (own, _) = arguments.split(&types);
        let arguments = &own;
        let named: Vec<&Ident> = arguments.selections.iter().flat_map(|selection| &selection.names).collect();
        let receiver = captured.as_ref().is_some_and(|captured| captured.written.receiver().is_some());
        let specialized = specialized(signature, &named, arguments, receiver, mistakes);
        if let Some(captured) = &captured {
            specialized.iter().for_each(|specialized| captured.definitions.check_values(&specialized.ty, captured.written_at(), mistakes));
        }
        let batch = arguments.options.batch.as_ref().and_then(|name| batch::read(name, signature, &named, mistakes));
        let signature = Signature::read(signature, mistakes);
        checks::check_borrows(&signature, &named, mistakes);
        // With type parameters, each family has its own.
        let combinations = if types.is_empty() { Combinations::read(arguments, &specialized, mistakes) } else { Combinations::default() };
        let (family, families) = (None, Vec::new());
        Function { attributes, visibility, signature, specialized, batch, combinations, tokens, captured, family, families }
    }

    /// The function with those for the types that are listed for its type parameters.
    fn with_families(mut self, signature: &syn::Signature, arguments: &Arguments, build: &Build, mistakes: &mut Mistakes) -> Function {
        let parameters = families::parameters(&signature.generics);
        if parameters.is_empty() {
            return self;
        }
        families::check_associated(signature, &parameters, mistakes);
        let (arguments, selections) = arguments.split(&parameters);
        let (source, inside) = self.captured.as_ref().map_or((Source::Function, 0), |captured| (Source::Module, captured.place.len()));
        let deeper = self.captured.as_ref().map_or(0, |captured| captured.depth + 1);
        let families = families::read(&selections, &parameters, arguments.options.limit(), mistakes);
        let scope = Scope { source, crates: &arguments.options.crates, build };
        checks::check_listed(&families::all_listed(&families), scope, inside, mistakes);
        for family in families {
            // What is wrong with one is wrong with all.
            if !mistakes.is_empty() {
                break;
            }
            let captured = self.captured.clone().map(|captured| Captured { depth: deeper, ..captured });
            let (attributes, visibility) = (self.attributes.clone(), syn::parse_quote!(pub));
            let signature = family.signature(signature, deeper);
            let own = Function::of(attributes, visibility, TokenStream::new(), &signature, captured, &arguments, mistakes);
            self.families.push(Function { family: Some(family), ..own });
        }
        if self.families.is_empty() {
            // The lists of values were not read yet, and may have mistakes of their own.
            self.combinations = Combinations::read(&arguments, &self.specialized, mistakes);
        }
        self
    }

    /// What stands for type parameters in a path that leads to the user's own function.
    pub(crate) fn turbofish(&self) -> Option<TokenStream> {
        if let Some(family) = &self.family {
            return Some(family.turbofish(self.captured.as_ref().map_or(0, |captured| captured.depth)));
        }
        let types = families::parameters(&self.signature.generics);
        (!types.is_empty()).then(|| quote!(::<#(#types),*>))
    }

    /// What it is called to people.
    pub(crate) fn shown_name(&self) -> String {
        let name = self.signature.name.to_string();
        self.family.as_ref().map_or_else(|| name.clone(), |family| family.name(&name))
    }
}

/// A function as it was written.
struct Written {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    /// All that follows.
    tokens: TokenStream,
    signature: syn::Signature,
    /// The braces with all that is in them.
    body: TokenTree,
}

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Written> {
        let (attributes, visibility) = (input.call(Attribute::parse_outer)?, input.parse()?);
        let (tokens, signature) = (input.fork().parse()?, input.parse()?);
        match input.parse()? {
            body if is_braces(&body) && input.is_empty() => Ok(Written { attributes, visibility, tokens, signature, body }),
            other => Err(syn::Error::new(other.span(), "expected the body of a function")),
        }
    }
}

fn is_braces(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// The error for an item that is not a function with a body.
fn no_function(item: TokenStream, error: syn::Error) -> syn::Error {
    match syn::parse2::<Item>(item) {
        Err(_) => error,
        Ok(item) => {
            let message = match item {
                Item::Verbatim(_) => "only a function with a body can be specialized",
                _ => {
                    "only a function can be specialized; put `#[specialize(...)]` on a function, or `#[specialize]` on a module of functions"
                }
            };
            syn::Error::new_spanned(item, message)
        }
    }
}

/// The specialized parameters in the order of the signature.
fn specialized(
    signature: &syn::Signature,
    named: &[&Ident],
    arguments: &Arguments,
    receiver: bool,
    mistakes: &mut Mistakes,
) -> Vec<Specialized> {
    if named.is_empty() && !arguments.incomplete {
        mistakes.add(syn::Error::new(
            arguments.place.unwrap_or_else(proc_macro2::Span::call_site),
            "no parameter is named; say which parameters to specialize, as in `#[specialize(n)]` or `#[specialize(n in [2, 3, 8])]`",
        ));
    }
    let parameters = bindings(signature);
    for (index, name) in named.iter().enumerate() {
        if named[..index].contains(name) {
            mistakes.at(name, format!("the parameter `{name}` is named twice; keep one"));
        } else if !parameters.iter().any(|(_, known, _)| known == name) {
            mistakes.at(name, unknown(name, &parameters));
        }
    }
    let taken = words(signature.to_token_stream());
    let chosen: Vec<_> = parameters.into_iter().filter(|(_, name, _)| named.contains(name)).collect();
    let constants = signature::constants(chosen.iter().map(|(_, name, _)| *name), &taken);
    let mut specialized = Vec::new();
    for ((position, name, ty), constant) in chosen.into_iter().zip(constants) {
        match Form::of(ty) {
            Ok(form) => specialized.push(Specialized { name: name.clone(), position, form, ty: ty.clone(), constant }),
            Err(refusal) => {
                let name = if receiver && position == 0 { "self".to_owned() } else { name.to_string() };
                mistakes.at(refusal.tokens, format!("`{name}` cannot be specialized: {}", refusal.reason));
            }
        }
    }
    specialized
}

/// All words in tokens.
fn words(tokens: TokenStream) -> Vec<Ident> {
    let words = tokens.into_iter().flat_map(|tree| match tree {
        TokenTree::Ident(word) => vec![word],
        TokenTree::Group(group) => words(group.stream()),
        _ => Vec::new(),
    });
    words.collect()
}

/// The parameters that have names, with their places and types.
pub(crate) fn bindings(signature: &syn::Signature) -> Vec<(usize, &Ident, &Type)> {
    signature.inputs.iter().enumerate().filter_map(|(position, parameter)| binding(position, parameter)).collect()
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

/// The message for a name that is not a parameter.
pub(crate) fn unknown(name: &Ident, parameters: &[(usize, &Ident, &Type)]) -> String {
    let word = name.to_string();
    if word == "batch" {
        return "the option `batch` needs a parameter, as in `batch(x)`".to_owned();
    }
    if word == "crates" {
        return crates::EXPECTED.to_owned();
    }
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
