//! The signature of an annotated function, in a form that can be copied: every parameter has a plain name, and every
//! lifetime one of its own.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::format_ident;
use syn::ext::IdentExt as _;
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{
    FnArg, GenericParam, Generics, Ident, Lifetime, LifetimeParam, ParenthesizedGenericArguments, Pat, ReturnType, Safety, Token, Type,
    TypeFnPtr, TypeReference, WhereClause,
};

use crate::form::Form;
use crate::mistakes::Mistakes;

/// A specialized parameter.
#[derive(Clone)]
pub(crate) struct Specialized {
    /// Its name, as the user wrote it.
    pub(crate) name: Ident,
    /// Its place among the parameters.
    pub(crate) position: usize,
    /// What it is.
    pub(crate) form: Form,
    /// Its type as written.
    pub(crate) ty: Type,
    /// The name of its const generic, or of the constant that has its value.
    pub(crate) constant: Ident,
}

/// A parameter of a copied signature.
pub(crate) struct Parameter {
    /// A plain identifier, whatever pattern stood there.
    pub(crate) name: Ident,
    /// The name the user gave it, if it has one.
    pub(crate) own: Option<Ident>,
    /// The type as written.
    pub(crate) written: Type,
    /// The type with all its lifetimes named.
    pub(crate) named: Type,
}

/// A signature that can be copied.
pub(crate) struct Signature {
    /// The function's name.
    pub(crate) name: Ident,
    /// `unsafe`, or nothing.
    pub(crate) unsafety: Option<Token![unsafe]>,
    /// The generics as written.
    pub(crate) generics: Generics,
    /// All lifetimes: the written ones and those that were elided.
    pub(crate) lifetimes: Punctuated<LifetimeParam, Token![,]>,
    /// The parameters.
    pub(crate) parameters: Vec<Parameter>,
    /// The return type as written.
    pub(crate) written_output: ReturnType,
    /// The return type with all its lifetimes named.
    pub(crate) output: ReturnType,
}

impl Signature {
    /// The copyable form of a signature without receiver.
    pub(crate) fn read(signature: &syn::Signature, mistakes: &mut Mistakes) -> Signature {
        let mut lifetimes = Elided::beside(&signature.generics);
        let mut names = HashSet::new();
        let mut parameters = Vec::new();
        for (position, parameter) in signature.inputs.iter().enumerate() {
            let FnArg::Typed(typed) = parameter else { continue };
            let mut named = (*typed.ty).clone();
            lifetimes.visit_type_mut(&mut named);
            let name = plain_name(&typed.pat, position, &mut names);
            let own = match &*typed.pat {
                Pat::Ident(pattern) => Some(pattern.ident.clone()),
                _ => None,
            };
            parameters.push(Parameter { name, own, written: (*typed.ty).clone(), named });
        }
        let mut output = signature.output.clone();
        match only_lifetime(&parameters) {
            Some(only) => Replaced { by: &only, elided: true, own: None }.visit_return_type_mut(&mut output),
            None => check_elided(&output, &parameters, mistakes),
        }
        Signature {
            name: signature.ident.clone(),
            unsafety: match signature.safety {
                Safety::Unsafe(unsafety) => Some(unsafety),
                _ => None,
            },
            generics: signature.generics.clone(),
            lifetimes: lifetimes.into_parameters(&signature.generics),
            parameters,
            written_output: signature.output.clone(),
            output,
        }
    }

    /// The where clause, or nothing.
    pub(crate) fn where_clause(&self) -> Option<&WhereClause> {
        self.generics.where_clause.as_ref()
    }

    /// The names of all parameters.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        self.parameters.iter().map(|parameter| &parameter.name)
    }

    /// Whether the function returns at all.
    pub(crate) fn returns(&self) -> bool {
        !matches!(&self.output, ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)))
    }

    /// The types of all parameters, then the return type, each with `'static` for every lifetime.
    pub(crate) fn erased_types(&self) -> Vec<Type> {
        let output = match &self.output {
            ReturnType::Type(_, ty) if self.returns() => (**ty).clone(),
            _ => syn::parse_quote!(()),
        };
        let types = self.parameters.iter().map(|parameter| parameter.named.clone()).chain([output]);
        let everywhere = Lifetime::new("'static", Span::call_site());
        let mut erase = Replaced { by: &everywhere, elided: true, own: Some(&self.lifetimes) };
        let mut types: Vec<Type> = types.collect();
        types.iter_mut().for_each(|ty| erase.visit_type_mut(ty));
        types
    }
}

/// The names for const generics of `names`: upper case, each another, and none that is `taken` by a parameter.
pub(crate) fn constants<'a>(names: impl IntoIterator<Item = &'a Ident>, taken: impl IntoIterator<Item = &'a Ident>) -> Vec<Ident> {
    let mut taken: HashSet<String> = taken.into_iter().map(Ident::to_string).collect();
    let mut constants = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        let upper = name.unraw().to_string().to_uppercase();
        let mut constant = syn::parse_str::<Ident>(&upper).unwrap_or_else(|_| format_ident!("VALUE_{index}"));
        while !taken.insert(constant.to_string()) {
            constant = format_ident!("{constant}_{index}");
        }
        constant.set_span(name.span().resolved_at(Span::mixed_site()));
        constants.push(constant);
    }
    constants
}

/// The name a pattern binds as a whole, or one made from its position. Its hygiene is the macro's own, so that no lint
/// takes a use of it for the user's.
fn plain_name(pattern: &Pat, position: usize, taken: &mut HashSet<String>) -> Ident {
    let mut name = match pattern {
        Pat::Ident(pattern) => pattern.ident.clone(),
        other => Ident::new(&format!("argument_{position}"), syn::spanned::Spanned::span(other)),
    };
    while !taken.insert(name.to_string()) {
        name = format_ident!("{}_{}", name.unraw(), position, span = name.span());
    }
    let span = name.span().resolved_at(Span::mixed_site());
    // It is a keyword in the macro's own edition, but need not be one in the user's.
    if name == "gen" {
        return Ident::new_raw("gen", span);
    }
    name.set_span(span);
    name
}

/// The one lifetime in the types of the parameters, which elided ones in the return type then mean.
fn only_lifetime(parameters: &[Parameter]) -> Option<Lifetime> {
    let mut found = Mentioned::default();
    parameters.iter().for_each(|parameter| found.visit_type(&parameter.named));
    match &found.0[..] {
        [first, rest @ ..] if rest.iter().all(|other| other.ident == first.ident) => Some(first.clone()),
        _ => None,
    }
}

/// Judges elided lifetimes in a return type that no single lifetime of a parameter gives a meaning.
fn check_elided(output: &ReturnType, parameters: &[Parameter], mistakes: &mut Mistakes) {
    let mut elided = Elided { taken: HashSet::new(), new: Vec::new() };
    elided.visit_return_type_mut(&mut output.clone());
    let mut mentioned = Mentioned::default();
    parameters.iter().for_each(|parameter| mentioned.visit_type(&parameter.named));
    if elided.new.is_empty() {
        return;
    }
    if mentioned.0.is_empty() {
        mistakes
            .at(output, "it cannot be seen what this return type borrows from; where a path hides a lifetime, show it, as in `Chars<'_>`");
    } else {
        // It is a mistake for rustc too, which explains it well.
        mistakes.leave_to_rustc();
    }
}

/// The lifetimes that types mention, in their order.
#[derive(Default)]
pub(crate) struct Mentioned(pub(crate) Vec<Lifetime>);

impl<'ast> Visit<'ast> for Mentioned {
    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        self.0.push(lifetime.clone());
    }

    fn visit_type_fn_ptr(&mut self, _: &'ast TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast ParenthesizedGenericArguments) {}
}

/// Names elided lifetimes as it meets them.
struct Elided {
    taken: HashSet<String>,
    new: Vec<Lifetime>,
}

impl Elided {
    fn beside(generics: &Generics) -> Elided {
        Elided { taken: generics.lifetimes().map(|parameter| parameter.lifetime.ident.to_string()).collect(), new: Vec::new() }
    }

    fn next(&mut self, span: Span) -> Lifetime {
        let mut name = format!("elided_{}", self.new.len());
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        let lifetime = Lifetime::new(&format!("'{name}"), span.resolved_at(Span::mixed_site()));
        self.new.push(lifetime.clone());
        lifetime
    }

    /// The written lifetime parameters, then the new ones.
    fn into_parameters(self, generics: &Generics) -> Punctuated<LifetimeParam, Token![,]> {
        let written = generics.params.iter().filter_map(|parameter| match parameter {
            GenericParam::Lifetime(lifetime) => Some(lifetime.clone()),
            _ => None,
        });
        written.chain(self.new.into_iter().map(LifetimeParam::new)).collect()
    }
}

impl VisitMut for Elided {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.next(reference.and_token.span));
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.next(lifetime.span());
        }
    }

    // Lifetimes elided in these are bound by them.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {}
}

/// Puts one lifetime in the place of elided ones, or of these and the function's own.
struct Replaced<'a> {
    by: &'a Lifetime,
    elided: bool,
    own: Option<&'a Punctuated<LifetimeParam, Token![,]>>,
}

impl Replaced<'_> {
    /// Those of the function's lifetimes that a type with its own elision mentions are replaced in it, its own are not.
    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        let elided = std::mem::replace(&mut self.elided, false);
        visit(self);
        self.elided = elided;
    }
}

impl VisitMut for Replaced<'_> {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if self.elided && reference.lifetime.is_none() {
            reference.lifetime = Some(self.by.clone());
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        let own = self.own.is_some_and(|own| own.iter().any(|own| own.lifetime.ident == lifetime.ident));
        if own || (self.elided && lifetime.ident == "_") {
            *lifetime = self.by.clone();
        }
    }

    fn visit_type_fn_ptr_mut(&mut self, pointer: &mut TypeFnPtr) {
        self.inside(|inner| visit_mut::visit_type_fn_ptr_mut(inner, pointer));
    }

    fn visit_parenthesized_generic_arguments_mut(&mut self, arguments: &mut ParenthesizedGenericArguments) {
        self.inside(|inner| visit_mut::visit_parenthesized_generic_arguments_mut(inner, arguments));
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use syn::{ItemFn, parse_quote};

    use super::*;

    fn text(tokens: impl ToTokens) -> String {
        tokens.to_token_stream().to_string().replace(' ', "")
    }

    fn read(function: &ItemFn) -> (String, String, String) {
        let signature = Signature::read(&function.sig, &mut Mistakes::default());
        let parameters: Vec<String> =
            signature.parameters.iter().map(|Parameter { name, named, .. }| format!("{name}:{}", text(named))).collect();
        (text(&signature.lifetimes), parameters.join(","), text(&signature.output))
    }

    #[test]
    fn elided_lifetimes_get_names_and_the_only_one_goes_to_the_return_type() {
        let (lifetimes, parameters, output) = read(&parse_quote!(
            fn f(x: &[u8], n: u32) -> Option<&u8> {}
        ));
        assert_eq!((&*lifetimes, &*output), ("'elided_0", "->Option<&'elided_0u8>"));
        assert_eq!(parameters, "x:&'elided_0[u8],n:u32");
    }

    #[test]
    fn named_lifetimes_stay_and_come_first() {
        let (lifetimes, _, output) = read(&parse_quote!(
            fn f<'a, 'b: 'a>(x: &'a u8, y: &'b u8, z: &u8) -> &'a u8 {}
        ));
        assert_eq!((&*lifetimes, &*output), ("'a,'b:'a,'elided_0", "->&'au8"));
    }

    #[test]
    fn lifetimes_bound_by_a_function_type_are_not_the_functions() {
        let (lifetimes, parameters, _) = read(&parse_quote!(
            fn f(x: &dyn Fn(&u8) -> &u8, y: fn(&u8)) {}
        ));
        assert_eq!((&*lifetimes, &*parameters), ("'elided_0", "x:&'elided_0dynFn(&u8)->&u8,y:fn(&u8)"));
    }

    #[test]
    fn patterns_become_plain_names() {
        let (_, parameters, _) = read(&parse_quote!(
            fn f((a, b): (u8, u8), mut c: u8, _: u8, r#type: u8) {}
        ));
        assert_eq!(parameters, "argument_0:(u8,u8),c:u8,argument_2:u8,r#type:u8");
    }

    #[test]
    fn erased_types_are_static_but_for_what_they_bind() {
        let function: ItemFn = parse_quote!(
            fn f<'a>(x: &'a [u8], y: for<'b> fn(&'b u8, &'a u8, &u8)) -> &u8 {}
        );
        let types: Vec<String> = Signature::read(&function.sig, &mut Mistakes::default()).erased_types().iter().map(text).collect();
        assert_eq!(types, ["&'static[u8]", "for<'b>fn(&'bu8,&'staticu8,&u8)", "&'staticu8"]);
    }

    #[test]
    fn constants_are_upper_case_and_unlike_each_other() {
        let names: [Ident; 4] = [parse_quote!(n), parse_quote!(N), parse_quote!(r#type), parse_quote!(_x)];
        let constants: Vec<String> = constants(&names, &names[..1]).iter().map(Ident::to_string).collect();
        assert_eq!(constants, ["N", "N_1", "TYPE", "_X"]);
    }
}
