//! Whether a signature is plain: whether nothing that a caller may keep can point into a variant's code or constants.
//!
//! Only a variant whose signature is plain may be unloaded. The list is of what is allowed: scalars, `str`, `String`, and slices,
//! arrays, tuples, `Option`, `Result`, `Vec` and `Box` of these, and the structs and enums of a captured module that are made of these; references
//! only as the outermost type of a parameter.

use std::collections::HashSet;

use syn::{GenericArgument, Path, PathArguments, ReturnType, Type};

use crate::definitions::{Definitions, Kind};
use crate::signature::Signature;

/// Types without parameters.
const LEAVES: [&str; 18] =
    ["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64", "bool", "char", "str", "String"];

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

/// Whether the signature is plain, and the elements of the slice in the place of a batched parameter too, given the types of the
/// captured module around it.
pub(crate) fn is_plain(signature: &Signature, batch: Option<usize>, definitions: &Definitions) -> bool {
    let mut plain = Plain { definitions, open: HashSet::new() };
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
    /// The names of the module's types that are being looked at, or have been: a type may hold itself, in a box.
    open: HashSet<String>,
}

impl Plain<'_> {
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
        let name = last.ident.to_string();
        if self.definitions.define(&name) {
            return last.arguments.is_none() && self.owns_defined(path, name);
        }
        if path.segments.len() > 1 {
            let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            if !is_primitive(&segments) && !PATHS.contains(&segments.join("::").as_str()) {
                return false;
            }
        }
        if self.definitions.may_redefine(&name, |path| PATHS.contains(&path)) {
            return false;
        }
        match &last.arguments {
            PathArguments::None => LEAVES.contains(&name.as_str()),
            PathArguments::AngleBracketed(arguments) => {
                CONTAINERS.contains(&name.as_str())
                    && arguments.args.iter().all(|argument| matches!(argument, GenericArgument::Type(ty) if self.owns(ty)))
            }
            PathArguments::Parenthesized(_) => false,
        }
    }

    /// Whether all that the module defines by this name is plain.
    fn owns_defined(&mut self, path: &Path, name: String) -> bool {
        let definitions = self.definitions;
        let Some(found) = definitions.of(path) else { return false };
        if !self.open.insert(name) {
            return true;
        }
        found.iter().all(|definition| match &definition.kind {
            Kind::Struct(fields) => fields.iter().all(|field| self.owns(&field.ty)),
            Kind::Enum(types) => types.iter().all(|ty| self.owns(ty)),
            Kind::Alias(ty) => self.owns(ty),
            Kind::Other => false,
        })
    }
}

fn is_primitive(segments: &[String]) -> bool {
    matches!(segments, [root, primitive, _] if primitive == "primitive" && (root == "std" || root == "core"))
}

#[cfg(test)]
mod tests {
    use syn::{ItemFn, parse_str};

    use super::*;
    use crate::mistakes::Mistakes;

    fn plain(signature: &str) -> bool {
        let function: ItemFn = parse_str(&format!("fn f{signature} {{}}")).expect("a function");
        is_plain(&Signature::read(&function.sig, &mut Mistakes::default()), None, &Definitions::default())
    }

    #[test]
    fn the_elements_of_a_batch_hold_no_references() {
        let function: ItemFn = syn::parse_quote!(
            fn f(x: u64, y: &[u64]) -> u64 {}
        );
        let signature = Signature::read(&function.sig, &mut Mistakes::default());
        let plain = |batch| is_plain(&signature, batch, &Definitions::default());
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
        let function: ItemFn = parse_str(&format!("fn f{signature} {{}}")).expect("a function");
        let module: syn::File = parse_str(module).expect("items");
        let mut definitions = Definitions::default();
        definitions.collect(&module.items, &[]);
        is_plain(&Signature::read(&function.sig, &mut Mistakes::default()), None, &definitions)
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
}
