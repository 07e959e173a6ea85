//! From the tokens of the attribute and its item to the expansion.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Token, Visibility};

use crate::args::Arguments;
use crate::expand;
use crate::flags::Build;
use crate::function::Function;
use crate::marks;
use crate::mistakes::Mistakes;
use crate::module;

/// The expansion; or every mistake at once, beside the item as it was written.
pub(crate) fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expanded(arguments, item, &Build::read(std::env::args()))
}

/// As [`attribute`], in a crate that is compiled with these flags.
pub(crate) fn expanded(arguments: TokenStream, item: TokenStream, build: &Build) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let arguments = Arguments::read(arguments, build, &mut mistakes);
    if is_module(&item) {
        let module = module::expand(&arguments, &item, build, &mut mistakes);
        return match mistakes.into_errors(&build.edition) {
            None => module,
            Some(errors) => {
                let item = marks::stripped(item);
                quote!(#item #errors)
            }
        };
    }
    let function = Function::read(&item, &arguments, build, &mut mistakes);
    match (function, mistakes.into_errors(&build.edition)) {
        (Some(function), None) => expand::expand(&function, &arguments.options, build),
        (_, errors) => quote!(#item #errors),
    }
}

/// Whether the item starts as a module does.
fn is_module(item: &TokenStream) -> bool {
    let start = |input: ParseStream<'_>| {
        let (_, _) = (input.call(Attribute::parse_outer)?, input.parse::<Visibility>()?);
        let module = input.peek(Token![mod]) || (input.peek(Token![unsafe]) && input.peek2(Token![mod]));
        input.parse::<TokenStream>().map(|_| module)
    };
    start.parse2(item.clone()).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Right and wrong arguments with right and wrong items, every pair of them: none makes the macro panic.
    #[test]
    fn no_input_makes_the_macro_panic() {
        let arguments = [
            "",
            "n",
            "n in",
            "n in []",
            "n in [1]",
            "n in [A, 1, B]",
            "n in 1..=3",
            "n in ..",
            "(n, x) in [(1, 2), (1, A)]",
            "() in []",
            "(n) in [(1)]",
            "n, hot",
            "n, hot = 3",
            "n, hot = ",
            "n, batch(x), work = x as u64",
            "n, batch(n)",
            "n, batch(), batch(x, n), batch = x, batch",
            "n, work",
            "n, module = r#fn",
            "n in [1], T in [u8, Vec<u8>], U in [(u8, [T; 2])], batch(x)",
            "n, (T, U) in [(u8, &'a u8)], T, hot = T",
            "n, crate = crate::x",
            "n, crates(a, a, core), crates(), crates",
            "n, limit = 0",
            ",",
            ",,",
            "n in [1],,",
            "n in [-128, 127, -0]",
            "n in 'a'..='z'",
            "n in [!0]",
            "n in [-A]",
            "n in [[1]]",
            "3",
            "n, limit = 1_000",
            "n in 0..=340282366920938463463374607431768211455",
        ];
        let items = [
            "",
            "fn",
            "fn f",
            "fn f();",
            "fn f() {}",
            "fn f(n: u8) {}",
            "fn f(n: i8, x: i128) -> u8 { 1 }",
            "fn f(&self, n: u8) {}",
            "fn f(n: char) -> ! { loop {} }",
            "fn f<'a>(n: &'a u8, _: &'_ u8) -> &u8 { n }",
            "struct S;",
            "fn f<'a, T: ?Sized + Copy, U>(n: U, x: &'a T, y: T::Z) -> U where T: X<U> { n }",
            "mod m { impl S { #[specialize(n, T in [self::A])] fn f<T>(n: T, x: T) -> T {} } #[specialize(n, T in [super::A, S])] fn g<T>(n: T) {} }",
            "mod m;",
            "mod m {}",
            "mod m { #[specialize] fn f(n: u8) {} #[specialize(n in [1, A])] fn g(n: u8) -> u8 { g(n) } }",
            "mod m { #![x] impl S { #[specialize(n)] fn f(&mut self, n: u8) {} #[specialize(n)] fn g() {} } impl T for S { #[specialize] fn f(); } }",
            "mod m { #[derive(Value)] enum E { A } mod i { use super::*; #[specialize(n)] fn f(n: super::E) {} mod f; } fn }",
            "unsafe mod m { #[specialize(n)] struct S; static X: u8 = 0; x! {} trait T { #[specialize(n)] fn f(n: u8); } }",
            "fn f(mut n: u128, (x, _): (u8, u8), n_: u8) -> impl Copy {}",
            "fn f(n: u8) { $ $x $crate::a $!() }",
            "#[a] #![b] pub(crate) unsafe extern \"C\" fn r#fn(n: u8, ...) {}",
            "fn f(n: bool) { a!; b![]; c::d! {} x.0.1; ::y; <u8>::z; !(n) }",
            "fn f(n: u8) { #[cfg] #[cfg()] #[cfg(a)] #[cfg_attr(a, b(c), d)] #![cfg_attr()] cfg!(); cfg!(x, y) }",
            "fn f(n: u8) { '\\''; b'a'; 'a: loop {} }",
            "fn ß(ß: u8, n: u8) { \"ä\n\" }",
            "const async unsafe fn f<T, const N: usize>(n: [T; N], x: usize) where T: Copy {}",
        ];
        for words in arguments {
            for item in items {
                let (Ok(words), Ok(item)) = (words.parse(), item.parse()) else { continue };
                drop(attribute(words, item));
            }
        }
    }

    /// What one has while one types: the functions stay, and nothing else is generated.
    #[test]
    fn broken_input_is_kept() {
        let build = Build::read(["rustc".to_owned()].into_iter());
        let module: TokenStream = "mod m { #[specialize(n)] pub fn f(n: u32) -> u32 { n. } fn g() {} }".parse().expect("tokens");
        let kept: TokenStream = "mod m { pub fn f(n: u32) -> u32 { n. } fn g() {} }".parse().expect("tokens");
        let expanded = expanded(TokenStream::new(), module, &build).to_string();
        let rest = expanded.strip_prefix(&kept.to_string()).expect("the module as it was written");
        assert!(rest.trim_start().starts_with(":: core :: compile_error"), "{rest}");
    }
}
