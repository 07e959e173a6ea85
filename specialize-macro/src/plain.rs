//! Whether a signature is plain: whether nothing that a caller may keep can point into a variant's code or constants.
//!
//! Only a variant whose signature is plain may be unloaded. The list is of what is allowed: scalars, `str`, `String`, and slices,
//! arrays, tuples, `Option`, `Result`, `Vec` and `Box` of these; references only as the outermost type of a parameter.

use syn::{GenericArgument, PathArguments, ReturnType, Type, TypePath};

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

/// Whether the signature is plain, and the elements of the slice in the place of a batched parameter too.
pub(crate) fn is_plain(signature: &Signature, batch: Option<usize>) -> bool {
    let output = match &signature.output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => matches!(**ty, Type::Never(_)) || is_owned(ty),
    };
    let elements = batch.is_none_or(|position| is_owned(&signature.parameters[position].written));
    output && elements && signature.parameters.iter().all(|parameter| is_plain_parameter(&parameter.written))
}

fn is_plain_parameter(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => is_plain_parameter(&group.elem),
        Type::Paren(paren) => is_plain_parameter(&paren.elem),
        Type::Reference(reference) => is_owned(&reference.elem),
        ty => is_owned(ty),
    }
}

/// Whether the type holds no reference, pointer, vtable or function, whatever it holds.
fn is_owned(ty: &Type) -> bool {
    match ty {
        Type::Array(array) => is_owned(&array.elem),
        Type::Slice(slice) => is_owned(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_owned),
        Type::Group(group) => is_owned(&group.elem),
        Type::Paren(paren) => is_owned(&paren.elem),
        Type::Path(path) => is_owned_path(path),
        _ => false,
    }
}

fn is_owned_path(path: &TypePath) -> bool {
    let Some(last) = path.path.segments.last().filter(|_| path.qself.is_none()) else {
        return false;
    };
    let name = last.ident.to_string();
    if path.path.segments.len() > 1 {
        let segments: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let is_primitive = matches!(&segments[..], [root, primitive, _] if primitive == "primitive" && (root == "std" || root == "core"));
        if !is_primitive && !PATHS.contains(&segments.join("::").as_str()) {
            return false;
        }
    }
    match &last.arguments {
        PathArguments::None => LEAVES.contains(&name.as_str()),
        PathArguments::AngleBracketed(arguments) => {
            CONTAINERS.contains(&name.as_str())
                && arguments.args.iter().all(|argument| matches!(argument, GenericArgument::Type(ty) if is_owned(ty)))
        }
        PathArguments::Parenthesized(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use syn::{ItemFn, parse_str};

    use super::*;
    use crate::mistakes::Mistakes;

    fn plain(signature: &str) -> bool {
        let function: ItemFn = parse_str(&format!("fn f{signature} {{}}")).expect("a function");
        is_plain(&Signature::read(&function.sig, &mut Mistakes::default()), None)
    }

    #[test]
    fn the_elements_of_a_batch_hold_no_references() {
        let function: ItemFn = syn::parse_quote!(
            fn f(x: u64, y: &[u64]) -> u64 {}
        );
        let signature = Signature::read(&function.sig, &mut Mistakes::default());
        assert!(is_plain(&signature, None) && is_plain(&signature, Some(0)) && !is_plain(&signature, Some(1)));
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
}
