//! The form of a specialized parameter: which types there may be, and how their values are handed on.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{PathSegment, Type, TypePath, TypeReference};

use crate::isolation;
use crate::signature::Specialized;
use crate::values::Scalar;

/// What a specialized parameter is.
#[derive(Clone)]
pub(crate) enum Form {
    /// A number, truth value or character, which can stand in a const generic.
    Scalar(Scalar),
    /// Another value, as far as can be seen; its type has the last word.
    Value,
    /// A reference to a slice of such values.
    Slice(Box<Type>),
    /// A reference to a string.
    Text,
}

/// Types of std that are seen not to be flat: their names, and what to do about one as a parameter and inside of a value.
const NOT_FLAT: [(&[&str], [&str; 2]); 5] = [
    (&["Vec", "VecDeque", "HashSet", "BTreeSet"], ["take a slice, `&[...]`", "use an array"]),
    (&["HashMap", "BTreeMap"], ["take a slice of pairs, `&[(..., ...)]`", "use an array of pairs"]),
    (&["String", "PathBuf", "OsString"], ["take a `&str`", "use an array of bytes"]),
    (&["Box", "Rc", "Arc", "Cow"], ["take the value itself, or a slice", "use the value itself, or an array"]),
    (&["Option", "Result"], [OWN_ENUM, OWN_ENUM]),
];

const OWN_ENUM: &str = "use an enum of your own that derives `specialize::Value`";

/// Where a type stands.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// It is that of a parameter.
    Parameter,
    /// It is that of something inside of a value.
    Inside,
}

/// Why a type is refused, and the part of it that is to blame.
pub(crate) struct Refusal {
    /// The part.
    pub(crate) tokens: TokenStream,
    /// The reason, and what to do.
    pub(crate) reason: String,
}

impl Refusal {
    fn of(tokens: impl ToTokens, reason: &str) -> Refusal {
        Refusal { tokens: tokens.to_token_stream(), reason: reason.to_owned() }
    }
}

impl Form {
    /// The form of a parameter of type `ty`.
    ///
    /// # Errors
    ///
    /// Why there is none, at the part of the type that is to blame.
    pub(crate) fn of(ty: &Type) -> Result<Form, Refusal> {
        match ty {
            Type::Group(group) => Form::of(&group.elem),
            Type::Paren(paren) => Form::of(&paren.elem),
            Type::Reference(reference) => Form::of_reference(reference),
            ty => match Scalar::of(ty) {
                Some(scalar) => Ok(Form::Scalar(scalar)),
                None => check_flat(ty, Place::Parameter).map(|()| Form::Value),
            },
        }
    }

    fn of_reference(reference: &TypeReference) -> Result<Form, Refusal> {
        if let Some(mutability) = &reference.mutability {
            return Err(Refusal::of(mutability, "what can be written to is no value; take a shared reference, or the value itself"));
        }
        if let Some(lifetime) = reference.lifetime.as_ref().filter(|lifetime| lifetime.ident == "static") {
            let reason = "a bound function lends its own copy of the value, which does not live as long; leave the lifetime out";
            return Err(Refusal::of(lifetime, reason));
        }
        let mut target = &*reference.elem;
        while let Type::Group(syn::TypeGroup { elem, .. }) | Type::Paren(syn::TypeParen { elem, .. }) = target {
            target = elem;
        }
        match target {
            Type::Slice(slice) => check_flat(&slice.elem, Place::Inside).map(|()| Form::Slice(slice.elem.clone())),
            Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "str") => Ok(Form::Text),
            other => Err(Refusal::of(other, "a reference is only specialized to a slice, `&[...]`, or a `&str`; take the value itself")),
        }
    }

    /// Whether its values can be const generics.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self, Form::Scalar(_))
    }
}

/// Refuses types that are seen not to be flat.
///
/// # Errors
///
/// Why a type is not, at the part of it that is to blame.
pub(crate) fn check_flat(ty: &Type, place: Place) -> Result<(), Refusal> {
    let refuse = |reason: &str| Err(Refusal::of(ty, reason));
    match ty {
        Type::Group(group) => check_flat(&group.elem, place),
        Type::Paren(paren) => check_flat(&paren.elem, place),
        Type::Array(array) => check_flat(&array.elem, Place::Inside),
        Type::Tuple(tuple) => tuple.elems.iter().try_for_each(|field| check_flat(field, Place::Inside)),
        Type::Reference(_) | Type::Ptr(_) => refuse("a value is flat, and what is behind a reference or a pointer is no part of it"),
        Type::FnPtr(_) => refuse("a value is flat, and this is the address of code; use an enum of the choices"),
        Type::TraitObject(_) => refuse("a value is of a known type; use an enum of the choices"),
        Type::Slice(_) => refuse("a slice has no size of its own; use an array"),
        Type::Never(_) => refuse("`!` has no values"),
        Type::Path(path) => match path.path.segments.last().and_then(advice) {
            Some((name, advice)) => refuse(&format!("`{name}` is not flat; {}", advice[place as usize])),
            None if is_of_std(path) => refuse(
                "it is not known to be flat; a value is an integer, a float, a `bool` or a `char`, an array or a tuple of values, \
                 or a struct or an enum of values that derives `specialize::Value`",
            ),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Whether a path leads to a type of std that is not a scalar.
fn is_of_std(path: &TypePath) -> bool {
    let (first, last) = (path.path.segments.first(), path.path.segments.last());
    let is_float = last.is_some_and(|last| last.ident == "f32" || last.ident == "f64");
    let is_scalar = Scalar::of(&Type::Path(path.clone())).is_some();
    !is_float && !is_scalar && path.qself.is_none() && first.is_some_and(|first| isolation::is_known(&first.ident))
}

/// What to do about a type that is seen not to be flat.
fn advice(last: &PathSegment) -> Option<(&'static str, [&'static str; 2])> {
    NOT_FLAT.iter().find_map(|(names, advice)| names.iter().find(|name| last.ident == **name).map(|name| (*name, *advice)))
}

impl Specialized {
    /// What the parameter is, or refers to.
    pub(crate) fn target(&self) -> TokenStream {
        match &self.form {
            Form::Slice(element) => quote!([#element]),
            Form::Text => quote!(str),
            Form::Scalar(_) | Form::Value => {
                let ty = &self.ty;
                quote!(#ty)
            }
        }
    }

    /// The parameter's type with `lifetime`, or none.
    pub(crate) fn lent(&self, lifetime: &TokenStream) -> TokenStream {
        let target = self.target();
        if self.is_reference() { quote!(& #lifetime #target) } else { target }
    }

    /// A reference to what is in `value`, which is of the parameter's type.
    pub(crate) fn refer(&self, value: &TokenStream) -> TokenStream {
        if self.is_reference() { quote!(#value) } else { quote!(&#value) }
    }

    /// What is in a hole, in the template.
    pub(crate) fn read_hole(&self, hole: &Ident) -> TokenStream {
        // A value need not be `Copy`.
        if matches!(self.form, Form::Value) { quote!(unsafe { ::core::ptr::read(&#hole) }) } else { quote!(#hole) }
    }

    /// The elements in `value`, as a slice, where constants are evaluated.
    pub(crate) fn elements(&self, value: &TokenStream) -> TokenStream {
        match self.form {
            Form::Slice(_) => quote!(#value),
            Form::Text => quote!(#value.as_bytes()),
            Form::Scalar(_) | Form::Value => quote!(::core::slice::from_ref(&#value)),
        }
    }

    fn is_reference(&self) -> bool {
        matches!(self.form, Form::Slice(_) | Form::Text)
    }
}
