//! The option `work`: how much a call counts towards `hot`, as a function of the parameters in the user's scope.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::visit_mut::VisitMut;
use syn::{Expr, Lifetime, Type};

use crate::expand::Expansion;
use crate::resolve::SCALARS;
use crate::signature::Parameter;

/// The work of a call.
pub(crate) struct Work<'a> {
    expression: &'a Expr,
    expansion: &'a Expansion<'a>,
}

impl Expansion<'_> {
    /// What the option says, if it is given.
    pub(crate) fn work(&self) -> Option<Work<'_>> {
        self.options.work.as_ref().map(|expression| Work { expression, expansion: self })
    }
}

impl Work<'_> {
    /// The function in the trait that carries it.
    pub(crate) fn declaration(&self) -> TokenStream {
        let signature = self.signature();
        quote!(#signature;)
    }

    /// The function in the user's scope, with the user's own names.
    pub(crate) fn definition(&self) -> TokenStream {
        let (signature, v1, expression) = (self.expansion.outside(self.signature()), &self.expansion.v1, self.expression);
        let expression = match &self.expansion.function.family {
            Some(family) => family.put_into(expression.to_token_stream()),
            None => expression.to_token_stream(),
        };
        let own: Vec<Option<&Ident>> = self.expansion.signature.parameters.iter().map(|parameter| parameter.own.as_ref()).collect();
        let names = own.iter().map(|name| name.map_or_else(|| quote!(_), Ident::to_token_stream));
        let used = own.iter().flatten();
        // Every parameter counts as used, whatever the expression needs.
        quote!(#signature {
            let (#(#names,)*) = parameters;
            let _ = (#(&#used,)*);
            #v1::Work::amount(#expression)
        })
    }

    /// Its signature, with the parameters as a tuple: no lint judges what is in there.
    fn signature(&self) -> TokenStream {
        let types = self.expansion.signature.parameters.iter().map(|parameter| {
            let mut ty = parameter.named.clone();
            MacrosOwn.visit_type_mut(&mut ty);
            Passed::of(&ty).ty()
        });
        let (mut lifetimes, mut clause) = (self.expansion.signature.lifetimes.clone(), self.expansion.signature.where_clause().cloned());
        lifetimes.iter_mut().for_each(|lifetime| MacrosOwn.visit_lifetime_param_mut(lifetime));
        clause.iter_mut().for_each(|clause| MacrosOwn.visit_where_clause_mut(clause));
        quote!(fn work<#lifetimes>(parameters: (#(#types,)*)) -> ::core::primitive::u64 #clause)
    }

    /// The work of one call, as a closure.
    pub(crate) fn of_call(&self) -> TokenStream {
        let call = self.call(|_| None);
        quote!(|| #call)
    }

    /// The work of a call for every element of `batched`, as a closure.
    pub(crate) fn of_map(&self, batched: &Ident) -> TokenStream {
        let v1 = &self.expansion.v1;
        let element = |parameter: &Parameter| {
            (parameter.name == *batched).then(|| match Passed::of(&parameter.named) {
                Passed::ByValue(_) => quote!(*element),
                Passed::Borrowed(_) | Passed::Reborrowed(_) => quote!(element),
            })
        };
        let call = self.call(element);
        quote!(|| #v1::total(#batched, |element| #call))
    }

    /// The call of the function, where some parameters are passed as `instead` says.
    fn call(&self, instead: impl Fn(&Parameter) -> Option<TokenStream>) -> TokenStream {
        let arguments = self.expansion.signature.parameters.iter().map(|parameter| {
            let name = &parameter.name;
            instead(parameter).unwrap_or_else(|| match Passed::of(&parameter.named) {
                Passed::ByValue(_) => quote!(#name),
                Passed::Borrowed(_) => quote!(&#name),
                Passed::Reborrowed(_) => quote!(&*#name),
            })
        });
        quote!(<Marker as Constants>::work((#(#arguments,)*)))
    }
}

/// Makes lifetimes the macro's own, so that no lint takes them for what the user wrote: here, they may stand alone.
struct MacrosOwn;

impl VisitMut for MacrosOwn {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        lifetime.set_span(lifetime.span().resolved_at(Span::mixed_site()));
    }
}

/// How a parameter is passed, since the call itself needs it afterwards.
enum Passed<'a> {
    /// A copy of a scalar or a shared reference.
    ByValue(&'a Type),
    /// A reference to a value of this type.
    Borrowed(&'a Type),
    /// A shared reference in the place of a unique one.
    Reborrowed(&'a Type),
}

impl Passed<'_> {
    fn of(ty: &Type) -> Passed<'_> {
        match ty {
            Type::Group(group) => Passed::of(&group.elem),
            Type::Paren(paren) => Passed::of(&paren.elem),
            Type::Reference(reference) if reference.mutability.is_some() => Passed::Reborrowed(&reference.elem),
            Type::Reference(_) => Passed::ByValue(ty),
            Type::Path(path) if path.path.get_ident().is_some_and(|name| SCALARS.iter().any(|scalar| name == scalar)) => {
                Passed::ByValue(ty)
            }
            _ => Passed::Borrowed(ty),
        }
    }

    fn ty(&self) -> TokenStream {
        match self {
            Passed::ByValue(ty) => ty.to_token_stream(),
            Passed::Borrowed(ty) | Passed::Reborrowed(ty) => quote!(&#ty),
        }
    }
}
