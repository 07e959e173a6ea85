//! Whether a signature is plain: whether nothing that a caller may keep can point into a variant's code or constants.
//!
//! Only a variant whose signature is plain may be unloaded. These types are allowed: scalars, `str`, `String`, and slices, arrays,
//! tuples, `Option`, `Result`, `Vec` and `Box` of these, and the structs and enums of a captured module that are made of these; references
//! only as the outermost type of a parameter.

use std::collections::HashSet;

use syn::{GenericArgument, Path, PathArguments, ReturnType, Type};

use crate::definitions::{Definition, Definitions, Kind, Meaning};
use crate::resolve::{Place, SCALARS};
use crate::signature::Signature;

/// Types that are plain if their parameters are.
const CONTAINERS: [&str; 4] = ["Option", "Result", "Vec", "Box"];

/// The full paths under which the above are known besides their bare names; scalars also stand in `primitive`.
const PATHS: [&str; 7] = [
    "std::string::String",
    "std::option::Option",
    "std::result::Result",
    "std::vec::Vec",
    "std::boxed::Box",
    "core::option::Option",
    "core::result::Result",
];

/// Whether the signature, as it is written at `place`, is plain, and the elements of the slice in the place of a batched parameter
/// too, given the types of the captured module around it.
pub(crate) fn is_plain(signature: &Signature, batch: Option<usize>, definitions: &Definitions, place: Place<'_>) -> bool {
    let mut plain = Plain { definitions, place, open: HashSet::new() };
    let output = match &signature.output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => matches!(**ty, Type::Never(_)) || plain.owns(ty),
    };
    let elements = batch.is_none_or(|position| plain.owns(&signature.parameters[position].named));
    output && elements && signature.parameters.iter().all(|parameter| plain.parameter(&parameter.named))
}

/// What is known while types are looked at.
struct Plain<'a> {
    definitions: &'a Definitions,
    /// Where the type that is looked at is written.
    place: Place<'a>,
    /// The module's types that are being looked at, or have been: a type may hold itself, in a box.
    open: HashSet<*const Definition>,
}

impl<'a> Plain<'a> {
    fn parameter(&mut self, ty: &Type) -> bool {
        match ty {
            Type::Group(group) => self.parameter(&group.elem),
            Type::Paren(paren) => self.parameter(&paren.elem),
            Type::Reference(reference) => self.owns(&reference.elem),
            ty => self.owns(ty),
        }
    }

    /// Whether the type holds no reference, pointer, vtable or function, whatever it holds.
    fn owns(&mut self, ty: &Type) -> bool {
        match ty {
            Type::Array(array) => self.owns(&array.elem),
            Type::Slice(slice) => self.owns(&slice.elem),
            Type::Tuple(tuple) => tuple.elems.iter().all(|ty| self.owns(ty)),
            Type::Group(group) => self.owns(&group.elem),
            Type::Paren(paren) => self.owns(&paren.elem),
            Type::Path(path) if path.qself.is_none() => self.owns_path(&path.path),
            _ => false,
        }
    }

    fn owns_path(&mut self, path: &Path) -> bool {
        let Some(last) = path.segments.last() else { return false };
        let known = match self.definitions.resolve(path, self.place) {
            None => return false,
            Some(Meaning::Own(definition)) => return last.arguments.is_none() && self.owns_defined(definition),
            Some(Meaning::Known(path)) => path,
        };
        let words: Vec<&str> = known.split("::").collect();
        let name = match words[..] {
            [name] | ["std" | "core", "primitive", name] => name,
            [.., name] if PATHS.contains(&known.as_str()) => name,
            _ => return false,
        };
        match &last.arguments {
            PathArguments::None => name == "String" || SCALARS.contains(&name),
            PathArguments::AngleBracketed(arguments) => {
                CONTAINERS.contains(&name)
                    && arguments.args.iter().all(|argument| matches!(argument, GenericArgument::Type(ty) if self.owns(ty)))
            }
            PathArguments::Parenthesized(_) => false,
        }
    }

    /// Whether all that a type of the module is made of is plain.
    fn owns_defined(&mut self, definition: &'a Definition) -> bool {
        if definition.generic {
            return false;
        }
        if !self.open.insert(definition) {
            return true;
        }
        let outside = std::mem::replace(&mut self.place, definition.inside());
        let owns = match &definition.kind {
            Kind::Struct(fields) => fields.iter().all(|field| self.owns(&field.ty)),
            Kind::Enum(types) => types.iter().all(|ty| self.owns(ty)),
            Kind::Alias(ty) => self.owns(ty),
        };
        self.place = outside;
        owns
    }
}

#[cfg(test)]
mod tests {
    use syn::{ItemFn, parse_str};

    use super::*;
    use crate::mistakes::Mistakes;

    fn plain(signature: &str) -> bool {
        let function: ItemFn = parse_str(&format!("fn f{signature} {{}}")).expect("a function");
        is_plain(&Signature::read(&function.sig, &mut Mistakes::default()), None, &Definitions::default(), Place::default())
    }

    #[test]
    fn the_elements_of_a_batch_hold_no_references() {
        let function: ItemFn = syn::parse_quote!(
            fn f(x: u64, y: &[u64]) -> u64 {}
        );
        let signature = Signature::read(&function.sig, &mut Mistakes::default());
        let plain = |batch| is_plain(&signature, batch, &Definitions::default(), Place::default());
        assert!(plain(None) && plain(Some(0)) && !plain(Some(1)));
    }

    #[test]
    fn what_owns_all_it_holds_is_plain() {
        for signature in [
            "()",
            "(x: u64, n: u32) -> u64",
            "(x: &[f32], y: &mut [f32], s: &str, v: &Vec<String>, a: &[u8; 4])",
            "(v: Vec<Option<Box<[u8]>>>) -> Result<(String, Box<str>), std::string::String>",
            "(x: core::primitive::u8) -> std::option::Option<char>",
            "() -> !",
        ] {
            assert!(plain(signature), "{signature}");
        }
    }

    #[test]
    fn what_may_be_kept_is_not() {
        for signature in [
            "(x: &[u8]) -> &[u8]",
            "() -> &'static str",
            "(x: &mut &'static str)",
            "(x: &[&str])",
            "(x: &mut Vec<&'static str>)",
            "(x: Option<&u8>)",
            "() -> fn()",
            "(x: &mut dyn FnMut())",
            "() -> Box<dyn std::error::Error>",
            "(x: *mut u8)",
            "(x: std::cell::Cell<u8>)",
            "(x: other::Vec<u8>)",
            "() -> std::io::Result<u8>",
            "(x: std::borrow::Cow<'static, str>)",
            "(x: Unknown)",
        ] {
            assert!(!plain(signature), "{signature}");
        }
    }

    /// Whether a signature is plain in a module.
    fn plain_in(module: &str, signature: &str) -> bool {
        plain_at("", module, signature)
    }

    /// Whether a signature is plain at a place in a module.
    fn plain_at(place: &str, module: &str, signature: &str) -> bool {
        let function: ItemFn = parse_str(&format!("fn f{signature} {{}}")).expect("a function");
        let module: syn::File = parse_str(module).expect("items");
        let modules: Vec<syn::Ident> = place.split_terminator("::").map(|word| parse_str(word).expect("a word")).collect();
        let mut definitions = Definitions::default();
        definitions.collect(&module.items, &[]);
        let signature = crate::methods::beside(&function.sig, None);
        is_plain(&Signature::read(&signature, &mut Mistakes::default()), None, &definitions, Place { modules: &modules, depth: 1 })
    }

    #[test]
    fn types_of_the_module_are_plain_if_what_they_are_made_of_is() {
        let module = "pub struct Point { x: f32, y: f32 } enum Shape { Dot(Point), Line { from: Point, to: Vec<Point> }, None }
            struct List { next: Option<Box<List>> } type Row = [Point; 4]; mod inner { pub struct Word(pub String); }";
        for signature in ["(p: &Point) -> Shape", "(list: List, row: &Row) -> Box<Point>", "(word: inner::Word) -> Option<Shape>"] {
            assert!(plain_in(module, signature), "{signature}");
        }
        let module = "struct Name(&'static str); struct Any { any: Box<dyn Fn()> } struct Of<T>(T); union Bits { x: u8 } trait Draw {}
            enum Deep { A(Option<Name>) } struct Mark(core::marker::PhantomData<fn()>); struct Twice(Any, Any);";
        for ty in ["Name", "Any", "Of<u8>", "Bits", "Deep", "Mark", "Twice", "&'static [Name]", "Vec<Deep>"] {
            assert!(!plain_in(module, &format!("(x: {ty})")), "{ty}");
            assert!(!plain_in(module, &format!("() -> {ty}")), "{ty}");
        }
    }

    #[test]
    fn names_that_mean_something_else_in_the_module_are_not_trusted() {
        assert!(!plain_in("use std::io::Result;", "() -> Result<u8>"));
        assert!(!plain_in("use std::rc::Rc as Box;", "() -> Box<u8>"));
        assert!(!plain_in("struct String(&'static str);", "(x: String)"));
        assert!(!plain_in("type Vec<T> = &'static [T];", "(x: Vec<u8>)"));
        assert!(!plain_in("make_types!();", "(x: String)"));
        assert!(plain_in("use std::string::String; macro_rules! m { () => {} }", "(x: String)"));
    }
    #[test]
    fn a_type_is_the_one_that_its_name_means_where_it_is_written() {
        let a = "pub mod a { pub struct W(pub u32); pub struct V(pub &'static str); }";
        let b = |content: &str, signature: &str| plain_at("b", &format!("{a} pub mod b {{ {content} }} pub struct Top(u8);"), signature);
        for (content, signature) in [
            ("", "() -> super::a::W"),
            ("use super::a::W;", "() -> W"),
            ("use super::a::{V, W as Word};", "(x: &Word) -> Box<self::Word>"),
            ("use super::{a as other, Top};", "(top: Top) -> other::W"),
            ("use super::a::{self};", "() -> a::W"),
            ("use super::*;", "(top: Top, n: u32) -> Result<a::W, String>"),
            ("use super::*; use a::W as V; type Alias = V;", "() -> Alias"),
            ("use super::a::V as W; struct W(u8);", "() -> W"),
            ("use other_crate::*; make_types!(); struct W(super::a::W);", "() -> W"),
            ("use std::arch::x86_64::*; use super::a::W;", "(x: &[u32]) -> W"),
        ] {
            assert!(b(content, signature), "{content} {signature}");
        }
    }

    #[test]
    fn a_type_that_only_shares_its_name_with_a_plain_one_is_not() {
        let a = "pub mod a { pub struct W(pub u32); pub struct Waker(pub u32); pub struct V(pub &'static str); }";
        let b = |content: &str, signature: &str| plain_at("b", &format!("{a} pub mod b {{ {content} }}"), signature);
        for content in [
            "",
            "use super::a::V as W;",
            "use super::a::V; type W = V;",
            "mod c { pub use super::super::a::V as W; } use self::c::W;",
            "use core::task::*;",
            "use super::a::*;",
            "make_types!();",
            "#[cfg(unix)] struct W(u32);",
            "#[cfg(unix)] use super::a::W;",
            "use super::a::W; use super::c::W;",
            "use self::W as W;",
            "trait W {}",
        ] {
            for signature in ["() -> W", "(x: &W)", "() -> Vec<super::b::W>", "() -> self::W"] {
                assert!(!b(content, signature), "{content} {signature}");
            }
            assert!(!b(content, "() -> Waker"), "{content}");
        }
        assert!(!plain_at("b", "mod b { use super::*; } use core::task::Waker; mod a { struct Waker(u32); }", "() -> Waker"));
        assert!(!plain_in("use a::V as W; mod a { pub struct W(u32); pub struct V(&'static str); } mod b { struct W(u8); }", "() -> W"));
        let twice =
            "mod a { pub struct V(&'static str); } #[cfg(x)] mod b { struct W(u8); } #[cfg(not(x))] mod b { use super::a::V as W; }";
        assert!(!plain_at("b", twice, "() -> W"));
    }

    #[test]
    fn what_a_field_is_called_counts_where_the_type_stands() {
        let module = "pub mod a { pub struct Word(pub u32); pub struct Holds(Word); }
            pub mod b { use std::task::Waker as Word; pub struct Holds(Word); pub use super::a::Holds as Other; }";
        assert!(plain_in(module, "() -> a::Holds") && plain_in(module, "(x: b::Other)"));
        assert!(!plain_in(module, "() -> b::Holds") && !plain_in(module, "() -> (a::Holds, b::Holds)"));
    }

    #[test]
    fn names_known_everywhere_count_where_nothing_may_redefine_them() {
        for (content, is_plain) in [
            ("use std::ops::*;", true),
            ("use ::core::arch::x86_64::*;", true),
            ("use libm::*;", false),
            ("use self::inner::*; mod inner { pub type u32 = fn(); }", false),
            ("type u32 = fn();", false),
            ("struct r#u32(&'static str);", false),
            ("use super::std; use std::ops::*;", false),
            ("mod std { pub mod ops { pub type u32 = fn(); } } use std::ops::*;", false),
            ("make_types! {}", false),
            ("use super::*;", false),
        ] {
            assert_eq!(plain_in(content, "(x: u32)"), is_plain, "{content}");
        }
        assert!(!plain_in("use std::fmt::*;", "() -> Result<u8, u8>") && plain_in("use std::fmt::*;", "() -> std::vec::Vec<u8>"));
        assert!(!plain_at("b", "struct Waker(u8); mod b { use super::*; use std::task::*; }", "(x: Waker)"));
        assert!(!plain_in("mod std { pub mod vec { pub struct Vec<T>(T); } }", "(x: std::vec::Vec<u8>)"));
        assert!(plain_in("use std::vec; use std::primitive::u32 as word;", "(x: vec::Vec<word>)"));
    }
}
