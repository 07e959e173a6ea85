//! The derive of `Value`: which structs and enums are flat data, and how their images are written.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DeriveInput, Fields, GenericParam, Ident, Member, Path, Type, parse_quote};

use crate::form::{self, Place};
use crate::mistakes::Mistakes;

/// Representations that put the tag of an enum in a known place.
const INTEGERS: [&str; 12] = ["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"];

/// The implementation for a struct or enum as the compiler hands it to a derive, or every mistake in it.
pub(crate) fn derive(input: TokenStream, edition: &str) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let implementation = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => {
            let root = root(&input.attrs, &mut mistakes).unwrap_or_else(|| parse_quote!(::specialize));
            value(&input, &quote!(#root::__private::v1), &mut mistakes)
        }
        Err(error) => {
            mistakes.add(error);
            TokenStream::new()
        }
    };
    mistakes.into_errors(edition).unwrap_or(implementation)
}

/// The implementation of `Value`. Whatever is wrong with the type is added to the mistakes.
pub(crate) fn value(input: &DeriveInput, v1: &TokenStream, mistakes: &mut Mistakes) -> TokenStream {
    let representation = Representation::read(&input.attrs, mistakes);
    for lifetime in input.generics.lifetimes() {
        mistakes.at(lifetime, "`Value` cannot be derived: a value is flat, and does not borrow");
    }
    let shape = match &input.data {
        Data::Struct(data) => Shape { tag: None, arms: vec![Arm::of(None, &input.ident, &data.fields, mistakes)] },
        Data::Enum(data) => {
            check_enum(input, data.variants.len(), &representation, mistakes);
            let arms = data.variants.iter().map(|variant| Arm::of(Some(&variant.ident), &variant.ident, &variant.fields, mistakes));
            Shape { arms: arms.collect(), tag: representation.integer }
        }
        Data::Union(data) => {
            mistakes.at(data.union_token, "`Value` cannot be derived for a union: which of its fields is meant is not in its bytes");
            return TokenStream::new();
        }
    };
    let mut generics = input.generics.clone();
    for parameter in &mut generics.params {
        if let GenericParam::Type(parameter) = parameter {
            parameter.bounds.push(parse_quote!(#v1::Value));
        }
    }
    let (implemented, arguments, clause) = generics.split_for_impl();
    let name = &input.ident;
    let (dense, fields, show) = (shape.dense(v1), shape.fields(v1), shape.show(v1));
    // The type of a generic struct is only known where it is used.
    let check = generics.params.is_empty().then(|| {
        let span = name.span().resolved_at(Span::call_site());
        quote_spanned! {span=>
            const _: () = ::core::assert!(::core::mem::align_of::<#name>() <= 16, "a value must not be aligned to more than 16 bytes");
            const _: () = ::core::assert!(!::core::mem::needs_drop::<#name>(), "a value is flat data, which nothing drops");
        }
    });
    quote! {
        #[automatically_derived]
        unsafe impl #implemented #v1::Value for #name #arguments #clause {
            const NO_PADDING: ::core::primitive::bool = #dense;
            #[inline(always)]
            fn fields(
                &self,
                at: ::core::primitive::usize,
                take: &mut impl ::core::ops::FnMut(::core::primitive::usize, &[::core::primitive::u8]),
            ) { #fields }
            fn show(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { #show }
        }
        #check
    }
}

/// Refuses enums whose values cannot be written down.
fn check_enum(input: &DeriveInput, variants: usize, representation: &Representation, mistakes: &mut Mistakes) {
    if variants == 0 {
        mistakes.at(&input.ident, "`Value` cannot be derived: this enum has no values");
    } else if representation.integer.is_none() {
        let integer = if variants <= 256 { "u8" } else { "u16" };
        mistakes.at(
            &input.ident,
            format!("`Value` cannot be derived: it is not known where this enum has its tag; add `#[repr({integer})]` to it"),
        );
    }
}

/// What `#[repr(...)]` says.
pub(crate) struct Representation {
    /// The type of an enum's tag.
    pub(crate) integer: Option<Ident>,
}

impl Representation {
    /// Reads the attributes of a type. A representation that has no fields to refer to is a mistake.
    pub(crate) fn read(attributes: &[Attribute], mistakes: &mut Mistakes) -> Representation {
        let mut integer = None;
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("repr")) {
            let read = attribute.parse_nested_meta(|meta| {
                if meta.input.peek(syn::token::Paren) {
                    meta.input.parse::<proc_macro2::Group>()?;
                }
                let Some(word) = meta.path.get_ident() else { return Ok(()) };
                if word == "packed" {
                    mistakes.at(
                        word,
                        "`Value` cannot be derived for a packed struct: there are no references to its fields; \
                         remove `packed`, or take the fields as an array of bytes",
                    );
                }
                if INTEGERS.iter().any(|name| word == name) {
                    integer = Some(word.clone());
                }
                Ok(())
            });
            // rustc says what is wrong with it.
            if read.is_err() {
                mistakes.leave_to_rustc();
            }
        }
        Representation { integer }
    }
}

/// The path in `#[value(crate = path)]`.
pub(crate) fn root(attributes: &[Attribute], mistakes: &mut Mistakes) -> Option<Path> {
    let mut root = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("value")) {
        let read = attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                return Err(meta.error("unknown option; the only one is `crate = path`, where the crate `specialize` is re-exported"));
            }
            root = Some(meta.value()?.call(Path::parse_mod_style)?);
            Ok(())
        });
        read.unwrap_or_else(|error| mistakes.add(error));
    }
    root
}

/// What a type consists of.
struct Shape {
    tag: Option<Ident>,
    arms: Vec<Arm>,
}

/// A struct, or a variant of an enum.
struct Arm {
    variant: Option<Ident>,
    shown: String,
    fields: Vec<Field>,
    named: bool,
}

struct Field {
    member: Member,
    /// What a pattern calls it.
    bound: Ident,
    ty: Type,
}

impl Arm {
    fn of(variant: Option<&Ident>, name: &Ident, fields: &Fields, mistakes: &mut Mistakes) -> Arm {
        let read = fields.members().zip(fields).enumerate().map(|(index, (member, field))| {
            if let Err(refusal) = form::check_flat(&field.ty, Place::Inside) {
                mistakes.at(refusal.tokens, format!("`Value` cannot be derived: {}", refusal.reason));
            }
            Field { member, bound: format_ident!("field_{index}"), ty: field.ty.clone() }
        });
        Arm {
            variant: variant.cloned(),
            shown: name.unraw().to_string(),
            fields: read.collect(),
            named: matches!(fields, Fields::Named(_)),
        }
    }

    fn pattern(&self) -> TokenStream {
        let fields = self.fields.iter().map(|Field { member, bound, .. }| quote!(#member: #bound));
        let variant = self.variant.iter();
        quote!(Self #(::#variant)* { #(#fields),* })
    }
}

impl Shape {
    /// Whether it has no padding.
    fn dense(&self, v1: &TokenStream) -> TokenStream {
        let fields = || self.arms.iter().flat_map(|arm| &arm.fields);
        if self.tag.is_some() {
            // The fields of a smaller variant leave bytes over: an enum with fields counts as padded.
            let whole = fields().next().is_none();
            return quote!(#whole);
        }
        let fields = fields().map(|Field { ty, .. }| {
            let trait_of = implementation(ty, v1);
            quote!((::core::mem::size_of::<#ty>(), #trait_of::NO_PADDING))
        });
        quote!(#v1::is_dense::<Self>(&[#(#fields),*]))
    }

    fn fields(&self, v1: &TokenStream) -> TokenStream {
        let tag = self.tag.iter();
        // SAFETY of what is generated: the enum has this representation.
        let tag = quote!(#(unsafe { #v1::tag::<Self, ::core::primitive::#tag>(self, at, take) })*);
        let arms = self.arms.iter().map(|arm| {
            let pattern = arm.pattern();
            let fields = arm.fields.iter().map(|Field { bound, ty, .. }| {
                let trait_of = implementation(ty, v1);
                quote!(#trait_of::fields(#bound, #v1::place(self, #bound, at), take);)
            });
            quote!(#pattern => { #(#fields)* })
        });
        let semicolon = self.tag.as_ref().map(|_| quote!(;));
        quote!(#tag #semicolon match self { #(#arms)* })
    }

    fn show(&self, v1: &TokenStream) -> TokenStream {
        let arms = self.arms.iter().map(|arm| {
            let (pattern, shown) = (arm.pattern(), &arm.shown);
            if arm.fields.is_empty() {
                return quote!(#pattern => formatter.write_str(#shown),);
            }
            let builder = if arm.named { quote!(debug_struct) } else { quote!(debug_tuple) };
            let fields = arm.fields.iter().map(|field| {
                let bound = &field.bound;
                let name = match &field.member {
                    Member::Named(name) if arm.named => {
                        let name = name.unraw().to_string();
                        quote!(#name,)
                    }
                    _ => TokenStream::new(),
                };
                let trait_of = implementation(&field.ty, v1);
                quote!(.field(#name &::core::fmt::from_fn(|formatter| #trait_of::show(#bound, formatter))))
            });
            quote!(#pattern => formatter.#builder(#shown)#(#fields)*.finish(),)
        });
        quote!(match self { #(#arms)* })
    }
}

/// `<Type as Value>` for the type of a field. Where the type is no value, the error stands at the type.
fn implementation(ty: &Type, v1: &TokenStream) -> TokenStream {
    let span = ty.span().resolved_at(Span::call_site());
    let (ty, v1) = (ty.to_token_stream(), v1.clone());
    quote_spanned!(span=> <#ty as #v1::Value>)
}
