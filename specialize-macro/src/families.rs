//! Type parameters with lists of types: for every combination of these, a *family* of variants, which is a function of its own.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, Generics, Lifetime, Path, Type, TypePath, TypeReference, WherePredicate};

use crate::args::{Arguments, List, Selection};
use crate::methods;
use crate::mistakes::Mistakes;

/// A family: one combination of listed types.
#[derive(Clone)]
pub(crate) struct Family {
    /// Its number.
    pub(crate) index: usize,
    /// The type for each type parameter, in the order of the signature, as the attribute has it.
    pub(crate) types: Vec<Type>,
    parameters: Vec<Ident>,
}

/// The type parameters of a signature.
pub(crate) fn parameters(generics: &Generics) -> Vec<Ident> {
    generics.type_params().map(|parameter| parameter.ident.clone()).collect()
}

impl Arguments {
    /// The arguments without what is said of these type parameters; and what is said of them.
    pub(crate) fn split(&self, parameters: &[Ident]) -> (Arguments, Vec<&Selection>) {
        let is_of_types = |selection: &Selection| selection.names.iter().any(|name| parameters.contains(name));
        let (types, values): (Vec<_>, Vec<_>) = self.selections.iter().partition(|selection| is_of_types(selection));
        let arguments = Arguments {
            selections: values.into_iter().cloned().collect(),
            options: self.options.clone(),
            incomplete: self.incomplete,
            place: self.place,
        };
        (arguments, types)
    }
}

/// A family for every combination of the listed types. Whatever is wrong with the lists is added to the mistakes.
pub(crate) fn read(selections: &[&Selection], parameters: &[Ident], limit: usize, mistakes: &mut Mistakes) -> Vec<Family> {
    let mut families = vec![Family { index: 0, types: Vec::new(), parameters: parameters.to_vec() }];
    for parameter in parameters {
        let naming: Vec<_> = selections.iter().filter(|selection| selection.names.contains(parameter)).collect();
        // One that is not named is refused where it stands.
        let [selection] = naming[..] else {
            if let [_, second, ..] = naming[..] {
                mistakes.at(&second.names[0], format!("the type parameter `{parameter}` is named twice; keep one"));
            }
            return Vec::new();
        };
        let Some(types) = listed(selection, parameter, mistakes) else { return Vec::new() };
        let longer = families.iter().flat_map(|family| {
            types.iter().map(|ty| Family { types: family.types.iter().chain([ty]).cloned().collect(), ..family.clone() })
        });
        families = longer.collect();
        if families.len() > limit {
            mistakes.at(parameter, format!("these are {} combinations of types, more than `limit = {limit}`", families.len()));
            return Vec::new();
        }
    }
    families.iter_mut().enumerate().for_each(|(index, family)| family.index = index);
    families
}

/// The types that are listed for any parameter, each once.
pub(crate) fn all_listed(families: &[Family]) -> Vec<Type> {
    let mut seen = HashSet::new();
    let types = families.iter().flat_map(|family| &family.types);
    types.filter(|ty| seen.insert(ty.to_token_stream().to_string())).cloned().collect()
}

/// The types that are listed for a parameter.
fn listed(selection: &Selection, parameter: &Ident, mistakes: &mut Mistakes) -> Option<Vec<Type>> {
    if let [_, second, ..] = &selection.names[..] {
        mistakes.at(second, format!("a type parameter has a list of its own, as in `{parameter} in [f32, f64]`"));
        return None;
    }
    let advice = format!("list the types that `{parameter}` stands for, as in `{parameter} in [f32, f64]`");
    let types = match &selection.list {
        None => Err(syn::Error::new_spanned(&selection.names[0], advice)),
        Some(List::Types(types)) => Ok(types.clone()),
        Some(List::Elements(array)) if array.elems.is_empty() => Err(syn::Error::new_spanned(array, advice)),
        Some(List::Elements(array)) => {
            let read = |element: &syn::Expr| syn::parse2(element.to_token_stream());
            array.elems.iter().map(|element| read(element).map_err(|_| syn::Error::new_spanned(element, &advice))).collect()
        }
        Some(List::Range(range)) => Err(syn::Error::new_spanned(range, advice)),
    };
    let types: Vec<Type> = types.map_err(|error| mistakes.add(error)).ok()?;
    let mut seen = HashSet::new();
    for ty in &types {
        Borrows(mistakes).visit_type(ty);
        if !seen.insert(ty.to_token_stream().to_string()) {
            mistakes.at(ty, format!("the type `{}` of `{parameter}` is listed twice; keep one", ty.to_token_stream()));
        }
    }
    Some(types)
}

/// A walk over a listed type for what it borrows.
struct Borrows<'a>(&'a mut Mistakes);

const NO_LIFETIME: &str = "a listed type cannot borrow, since types are told apart without their lifetimes; list what is behind the \
                           reference, and take a reference to it in the signature";

impl<'ast> Visit<'ast> for Borrows<'_> {
    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        self.0.at(reference, NO_LIFETIME);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        self.0.at(lifetime, NO_LIFETIME);
    }
}

/// Refuses `T::Output` in a signature, which means nothing once `T` is a type.
pub(crate) fn check_associated(signature: &syn::Signature, parameters: &[Ident], mistakes: &mut Mistakes) {
    struct Associated<'a>(&'a [Ident], &'a mut Mistakes);
    impl<'ast> Visit<'ast> for Associated<'_> {
        fn visit_path(&mut self, path: &'ast Path) {
            if path.segments.len() > 1 && self.0.contains(&path.segments[0].ident) {
                let (name, rest) = (&path.segments[0].ident, &path.segments[1].ident);
                let message = "say which trait it is of, since it is written out for each listed type";
                self.1.at(path, format!("{message}: `<{name} as ...>::{rest}`"));
            }
            visit::visit_path(self, path);
        }
    }
    let mut associated = Associated(parameters, mistakes);
    signature.inputs.iter().for_each(|parameter| associated.visit_fn_arg(parameter));
    associated.visit_return_type(&signature.output);
}

impl Family {
    /// The listed types in the place of the type parameters, for a path.
    pub(crate) fn turbofish(&self, deeper: usize) -> TokenStream {
        let types = self.written(deeper);
        quote!(::<#(#types),*>)
    }

    /// The listed types as written so many modules deeper than the attribute.
    pub(crate) fn written(&self, deeper: usize) -> Vec<TokenStream> {
        self.types.iter().map(|ty| written(ty, deeper)).collect()
    }

    /// What the family is called to people.
    pub(crate) fn name(&self, function: &str) -> String {
        let types: Vec<String> = self.types.iter().map(|ty| ty.to_token_stream().to_string().replace(' ', "")).collect();
        format!("{function}::<{}>", types.join(", "))
    }

    /// The signature of the function for these types, as written so many modules deeper than the attribute, and one deeper than it was,
    /// if any.
    pub(crate) fn signature(&self, signature: &syn::Signature, deeper: usize) -> syn::Signature {
        let tokens = if deeper == 0 { signature.to_token_stream() } else { methods::deeper(signature.to_token_stream()) };
        let mut signature = syn::parse2(tokens).unwrap_or_else(|_| signature.clone());
        let generics = &mut signature.generics;
        generics.params = std::mem::take(&mut generics.params).into_iter().filter(|one| matches!(one, GenericParam::Lifetime(_))).collect();
        if let Some(clause) = &mut generics.where_clause {
            let predicates = std::mem::take(&mut clause.predicates).into_iter();
            clause.predicates = predicates.filter(|one| matches!(one, WherePredicate::Lifetime(_))).collect();
        }
        let types = self.types.iter().map(|ty| syn::parse2(written(ty, deeper)).unwrap_or_else(|_| ty.clone()));
        let mut put = Put { parameters: &self.parameters, types: types.collect() };
        signature.inputs.iter_mut().for_each(|parameter| put.visit_fn_arg_mut(parameter));
        put.visit_return_type_mut(&mut signature.output);
        signature
    }

    /// Tokens with the listed types in the place of the type parameters.
    pub(crate) fn put_into(&self, tokens: TokenStream) -> TokenStream {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let put = trees.iter().enumerate().map(|(index, tree)| match tree {
            TokenTree::Ident(word) => match self.parameters.iter().position(|parameter| parameter == word) {
                Some(parameter) => {
                    let ty = &self.types[parameter];
                    if methods::starts_path(&trees, index) { quote!(<#ty>) } else { ty.to_token_stream() }
                }
                None => word.to_token_stream(),
            },
            tree => methods::inside(tree.clone(), |tokens| self.put_into(tokens)).into(),
        });
        put.collect()
    }
}

fn written(ty: &Type, deeper: usize) -> TokenStream {
    (0..deeper).fold(ty.to_token_stream(), |tokens, _| methods::deeper(tokens))
}

/// Puts types in the place of type parameters.
struct Put<'a> {
    parameters: &'a [Ident],
    types: Vec<Type>,
}

impl VisitMut for Put<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if let Type::Path(TypePath { qself: None, path, .. }) = ty
            && let Some(index) = self.parameters.iter().position(|parameter| path.is_ident(parameter))
        {
            *ty = self.types[index].clone();
        }
    }
}

/// Whether the bounds of a type parameter let it be of no known size.
pub(crate) fn may_be_unsized(parameter: &syn::TypeParam, generics: &Generics) -> bool {
    let asks = |tokens: TokenStream| tokens.into_iter().any(|tree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == '?'));
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let is_own = |bounded: &Type| matches!(bounded, Type::Path(path) if path.path.is_ident(&parameter.ident));
    asks(parameter.to_token_stream())
        || predicates
            .into_iter()
            .any(|predicate| matches!(predicate, WherePredicate::Type(own) if is_own(&own.bounded_ty)) && asks(predicate.to_token_stream()))
}
