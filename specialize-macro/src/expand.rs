//! The expansion: the dispatcher under the function's own name, and beside it the module with everything else.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};

use crate::args::Options;
use crate::combinations::Doubt;
use crate::flags::Build;
use crate::function::Function;
use crate::isolation;
use crate::methods;
use crate::signature::Signature;
use crate::values::Value;

/// How many parameters a function may have before clippy warns.
const CLIPPY_ARGUMENTS: usize = 7;

/// What the parts of the expansion are made of.
pub(crate) struct Expansion<'a> {
    /// The annotated function.
    pub(crate) function: &'a Function,
    /// Its signature.
    pub(crate) signature: &'a Signature,
    /// The options of the attribute.
    pub(crate) options: &'a Options,
    /// How the user's crate is being compiled.
    pub(crate) build: &'a Build,
    /// The path of what generated code calls.
    pub(crate) v1: TokenStream,
    /// The name of the module beside the function, or in that for a family.
    pub(crate) module: &'a Ident,
    /// The path of that module where the function stands.
    pub(crate) path: TokenStream,
    /// The `use` lines of the hidden module.
    pub(crate) preamble: String,
}

/// What an annotated function of a captured module becomes.
pub(crate) struct Parts {
    /// The name of the module beside it.
    pub(crate) module: Ident,
    /// What takes its place.
    pub(crate) in_place: TokenStream,
    /// What stands beside it, or beside its impl.
    pub(crate) beside: TokenStream,
    /// What stands behind that.
    pub(crate) last: TokenStream,
}

/// The path of what generated code calls, in a crate where `specialize` has this path.
pub(crate) fn interface(root: Option<&syn::Path>) -> TokenStream {
    let root = root.map_or_else(|| quote!(::specialize), |path| quote!(#path));
    quote!(#root::__private::v1)
}

/// What an annotated function becomes.
pub(crate) fn expand(function: &Function, options: &Options, build: &Build) -> TokenStream {
    let Parts { in_place, beside, last, .. } = parts(function, options, build, interface(options.root.as_ref()));
    quote!(#in_place #beside #last)
}

/// The parts of what an annotated function becomes.
pub(crate) fn parts(function: &Function, options: &Options, build: &Build, v1: TokenStream) -> Parts {
    let method =
        function.captured.as_ref().and_then(|captured| Some(methods::module_name(captured.owner.as_ref()?, &captured.written.ident)));
    let module = options.module.as_ref().or(method.as_ref()).unwrap_or(&function.signature.name);
    let (path, preamble) = (module.to_token_stream(), isolation::preamble(&build.edition, &options.crates));
    let expansion = Expansion { function, signature: &function.signature, options, build, v1, module, path, preamble };
    let in_place = match &function.captured {
        None => expansion.dispatcher(),
        Some(captured) => {
            let functions = expansion.captured_functions(captured);
            let associated = captured.owner.as_ref().map(|_| expansion.associated_functions(captured));
            quote!(#functions #associated)
        }
    };
    Parts { module: module.clone(), in_place, beside: expansion.surface(), last: expansion.all_constants() }
}

impl Expansion<'_> {
    /// The function with its own name and signature, which calls into the module.
    fn dispatcher(&self) -> TokenStream {
        let attributes = &self.function.attributes;
        let (own, lints, features) = (&attributes.dispatcher, &attributes.copied_lints, &attributes.target_features);
        let configured = &attributes.configured;
        let inline = attributes.inline_dispatcher();
        let Signature { name, unsafety, generics, written_output, .. } = self.signature;
        let (visibility, clause, module) = (&self.function.visibility, self.signature.where_clause(), self.module);
        let (names, types): (Vec<_>, Vec<_>) =
            self.signature.parameters.iter().map(|parameter| (&parameter.name, &parameter.written)).unzip();
        let turbofish = self.function.turbofish();
        let call = self.unsafely(quote!(#module::__dispatch #turbofish(#(#names),*)));
        quote! {
            #(#own)* #(#lints)* #(#features)* #(#configured)* #inline
            #visibility #unsafety fn #name #generics(#(#names: #types),*) #written_output #clause { #call }
        }
    }

    /// The module beside the function.
    pub(crate) fn surface(&self) -> TokenStream {
        let (visibility, module) = (&self.function.visibility, self.module);
        let title = format!("The variants of the function `{}`, and the function as written.", self.function.shown_name());
        let content = if self.function.families.is_empty() { self.content() } else { self.content_with_families() };
        let template = match &self.function.captured {
            None if self.function.family.is_some() => TokenStream::new(),
            None => self.template(),
            Some(_) => quote!(
                #[allow(unused_imports)]
                use super::*;
            ),
        };
        // `prepare_within` and `map` have a parameter more than the user may have been told is too many.
        let mapped = self.function.batch.map_or(0, |_| self.signature.parameters.len());
        let allow = (self.function.specialized.len().max(mapped) >= CLIPPY_ARGUMENTS).then(|| quote!(#[allow(clippy::too_many_arguments)]));
        let (lints, hidden) = (&self.function.attributes.copied_lints, self.function.attributes.hidden());
        let configured = &self.function.attributes.configured;
        // Types that are put into a signature may make more of it than the user wrote.
        let family = self.function.family.as_ref().map(|_| quote!(#[doc(hidden)] #[allow(clippy::type_complexity)]));
        quote! {
            #[doc = #title] #hidden #family #allow #(#lints)* #(#configured)*
            #visibility mod #module { #template #content }
        }
    }

    /// The content of the module, for a function without type parameters.
    fn content(&self) -> TokenStream {
        let (carrier, choices, copies, descriptor) = (self.carrier(), self.choices(), self.copies(), self.descriptor());
        quote!(#carrier #choices #copies #descriptor)
    }

    /// The hidden module with the function as the user wrote it.
    fn template(&self) -> TokenStream {
        let attributes = &self.function.attributes;
        let (lints, features, inline) = (&attributes.lints, &attributes.target_features, attributes.inline_always());
        let preamble: TokenStream = self.preamble.parse().unwrap_or_default();
        let tokens = isolation::without_tool_attributes(self.function.tokens.clone());
        // It is public, since some lints judge private functions more strictly.
        quote! {
            #[doc(hidden)] #[no_implicit_prelude]
            pub mod template {
                #preamble
                pub enum Marker {}
                #(#lints)* #(#features)* #inline pub #tokens
            }
        }
    }

    /// The trait that carries constants, and the option `work`, from the user's scope into the module: a module in a function cannot see
    /// what stands beside it.
    fn carrier(&self) -> TokenStream {
        let (carried, work) = (self.carried(), self.work());
        if carried.is_empty() && work.is_none() {
            return TokenStream::new();
        }
        let constants = carried.iter().map(|(name, ty, _)| quote!(const #name: #ty;));
        // What it names is used, whether a call is ever made or not.
        let used = work.as_ref().map(|_| {
            quote!(
                const _: () = {
                    let _ = <Marker as Constants>::work;
                };
            )
        });
        let work = work.map(|work| work.declaration());
        quote! {
            #[doc(hidden)] pub enum Marker {}
            #[doc(hidden)] pub trait Constants { #(#constants)* #work }
            #used
        }
    }

    /// The constants in the user's scope, and what is left for rustc to check of them.
    pub(crate) fn constants(&self) -> TokenStream {
        let (module, carried, work) = (&self.path, self.carried(), self.work());
        if carried.is_empty() && work.is_none() {
            return TokenStream::new();
        }
        let constants = carried.iter().map(|(name, ty, value)| {
            let ty = self.outside(ty.clone());
            quote!(const #name: #ty = #value;)
        });
        let work = work.map(|work| work.definition());
        let configured = &self.function.attributes.configured;
        let checks = self.function.combinations.doubts.iter().map(|doubt| self.check(doubt));
        let configured = quote!(#(#configured)*);
        quote! {
            #configured impl #module::Constants for #module::Marker { #(#constants)* #work }
            #(#configured #checks)*
        }
    }

    /// Types of the signature, as they are written where the function stands.
    pub(crate) fn outside(&self, types: TokenStream) -> TokenStream {
        let depth = self.function.captured.as_ref().map_or(0, |captured| captured.depth);
        (0..depth).fold(types, |types, _| methods::shallower(types))
    }

    /// Name, type and value of each constant.
    fn carried(&self) -> Vec<(Ident, TokenStream, TokenStream)> {
        let listed = self.function.combinations.constants.iter();
        let lifetime = quote!('static);
        let listed = listed
            .map(|Value { written, parameter, constant, .. }| (constant.clone(), parameter.lent(&lifetime), written.to_token_stream()));
        let hot = self.options.hot.iter();
        let hot = hot.map(|hot| (format_ident!("HOT"), quote!(::core::primitive::u64), hot.to_token_stream()));
        listed.chain(hot).collect()
    }

    /// The assertion that two listed values differ, which points at the later one.
    fn check(&self, doubt: &Doubt) -> TokenStream {
        let (module, v1) = (&self.path, &self.v1);
        let path = quote!(#module::);
        let [earlier, later] = &doubt.pair;
        let differ = earlier.iter().zip(later).map(|(earlier, later)| {
            let parameter = &earlier.parameter;
            let (earlier, later) = (value(earlier, &path), value(later, &path));
            if parameter.form.is_scalar() {
                return quote!(#earlier != #later);
            }
            let (earlier, later) = (parameter.elements(&earlier), parameter.elements(&later));
            quote!(#v1::differ(#earlier, #later))
        });
        let message = format!("this value of `{}` is listed twice; keep one", doubt.names);
        // Only the place is the user's: these words are of the macro's edition.
        quote_spanned!(doubt.span.resolved_at(Span::call_site())=> const _: () = ::core::assert!(#(#differ)||*, #message);)
    }

    /// A call, in an `unsafe` block if the function is unsafe.
    pub(crate) fn unsafely(&self, call: TokenStream) -> TokenStream {
        if self.signature.unsafety.is_some() { quote!(unsafe { #call }) } else { call }
    }
}

/// The value inside the module that `path` leads to.
pub(crate) fn value(value: &Value, path: &TokenStream) -> TokenStream {
    let constant = &value.constant;
    value.literal.map_or_else(|| quote!(<#path Marker as #path Constants>::#constant), |literal| quote!(#literal))
}
