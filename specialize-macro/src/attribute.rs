//! From the tokens of the attribute and its item to the expansion.

use proc_macro2::TokenStream;
use quote::quote;

use crate::args::Arguments;
use crate::expand;
use crate::flags::Build;
use crate::function::Function;
use crate::mistakes::Mistakes;

/// The expansion; or every mistake at once, beside the item as it was written.
pub(crate) fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let build = Build::read(std::env::args());
    let mut mistakes = Mistakes::default();
    let arguments = Arguments::read(arguments, &mut mistakes);
    let function = Function::read(&item, &arguments, &build, &mut mistakes);
    match (function, mistakes.into_errors(&build.edition)) {
        (Some(function), None) => expand::expand(&function, &arguments.options, &build),
        (_, errors) => quote!(#item #errors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of what is right and of what is not, put together in every way: none makes the macro panic.
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
            "n, crate = crate::x",
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
            "mod m;",
            "mod m {}",
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
}
