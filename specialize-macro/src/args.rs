//! What stands in the attribute: parameters with the values listed for them, then options.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprRange, Ident, LitInt, Path, Token, Type, bracketed, parenthesized, token};

use crate::crates::Crates;
use crate::flags::Build;
use crate::mistakes::Mistakes;

/// The options by the names they are written with.
pub(crate) const OPTIONS: [&str; 7] = ["hot", "work", "batch", "module", "crate", "crates", "limit"];

/// How many variants may be listed, unless the option `limit` says otherwise.
const DEFAULT_LIMIT: usize = 1024;

/// The attribute as it was written.
#[derive(Default)]
pub(crate) struct Arguments {
    /// The parts that name parameters, in the order of the attribute.
    pub(crate) selections: Vec<Selection>,
    /// The options.
    pub(crate) options: Options,
    /// Whether a part could not be read, and was left out.
    pub(crate) incomplete: bool,
    /// Where the attribute stands, if it is not the one whose macro runs.
    pub(crate) place: Option<Span>,
}

/// A part of the attribute that names parameters.
#[derive(Clone)]
pub(crate) struct Selection {
    /// One name, or several in parentheses.
    pub(crate) names: Vec<Ident>,
    /// The values listed for them.
    pub(crate) list: Option<List>,
}

/// Values listed for one parameter, or combinations listed for several; or types listed for a type parameter.
#[derive(Clone)]
pub(crate) enum List {
    /// `[2, 3, 8]`
    Elements(syn::ExprArray),
    /// `1..=16`
    Range(ExprRange),
    /// `[Vec<u8>, String]`, which cannot be read as values.
    Types(Vec<Type>),
}

/// The options, each where it was given.
#[derive(Clone, Default)]
pub(crate) struct Options {
    /// Calls of one value, or their work, before a background compile.
    pub(crate) hot: Option<Expr>,
    /// The work of a call.
    pub(crate) work: Option<Expr>,
    /// The parameter that becomes a slice in `map`.
    pub(crate) batch: Option<Ident>,
    /// The name of the module beside the function.
    pub(crate) module: Option<Ident>,
    /// The path of the crate `specialize`.
    pub(crate) root: Option<Path>,
    /// The dependencies that the template may use.
    pub(crate) crates: Crates,
    limit: Option<usize>,
}

impl Options {
    /// How many variants may be listed.
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }

    /// The name of an option that is given and that only a function has.
    pub(crate) fn first_of_a_function(&self) -> Option<&'static str> {
        OPTIONS.into_iter().find(|option| !matches!(*option, "crate" | "crates") && self.given(option))
    }

    fn given(&self, name: &str) -> bool {
        match name {
            "hot" => self.hot.is_some(),
            "work" => self.work.is_some(),
            "batch" => self.batch.is_some(),
            "module" => self.module.is_some(),
            "crate" => self.root.is_some(),
            "crates" => !self.crates.is_empty(),
            _ => self.limit.is_some(),
        }
    }
}

impl Arguments {
    /// Reads the attribute. A part with a mistake is left out, and reading goes on after the next comma.
    pub(crate) fn read(tokens: TokenStream, build: &Build, mistakes: &mut Mistakes) -> Arguments {
        let mut arguments = Arguments::default();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                match arguments.part(input, mistakes) {
                    Ok(()) if input.is_empty() || input.peek(Token![,]) => {}
                    Ok(()) => mistakes.add(input.error("expected `,` or the end of the attribute")),
                    Err(error) => {
                        arguments.incomplete = true;
                        mistakes.add(error);
                    }
                }
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<TokenTree>()?;
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            mistakes.add(error);
        }
        arguments.options.root = arguments.options.root.take().map(|root| build.anchored(root));
        arguments
    }

    /// Reads what stands between two commas.
    fn part(&mut self, input: ParseStream<'_>, mistakes: &mut Mistakes) -> syn::Result<()> {
        let names = if input.peek(token::Paren) {
            let names;
            parenthesized!(names in input);
            let names = Punctuated::<Ident, Token![,]>::parse_terminated(&names)?;
            if names.is_empty() {
                return Err(input.error("name parameters in the parentheses, as in `(rows, cols) in [(2, 2), (3, 5)]`"));
            }
            names.into_iter().collect()
        } else {
            let name = input.call(Ident::parse_any).map_err(|error| syn::Error::new(error.span(), "expected a parameter or an option"))?;
            if input.peek(Token![=]) || input.peek(token::Paren) {
                return self.option(&name, input, mistakes);
            }
            vec![name]
        };
        if let Some(option) = OPTIONS.into_iter().find(|option| self.options.given(option)) {
            mistakes.at(&names[0], format!("parameters come first: move this before the option `{option}`"));
        }
        let list = input.parse::<Option<Token![in]>>()?.map(|_| list(input)).transpose()?;
        if list.is_none() && !input.is_empty() && !input.peek(Token![,]) {
            return Err(input.error("expected `in` and the values, as in `n in [2, 3, 8]`, or `,`"));
        }
        self.selections.push(Selection { names, list });
        Ok(())
    }

    /// Reads an option from behind its name.
    fn option(&mut self, name: &Ident, input: ParseStream<'_>, mistakes: &mut Mistakes) -> syn::Result<()> {
        let word = name.to_string();
        if !OPTIONS.contains(&word.as_str()) {
            let options = OPTIONS.join("`, `");
            let message = format!(
                "unknown option `{word}`; the options are `{options}`; the values of a parameter stand behind `in`, as in `n in [2, 3, 8]`"
            );
            return Err(syn::Error::new(name.span(), message));
        }
        if self.options.given(&word) {
            mistakes.at(name, format!("the option `{word}` is given twice; keep one"));
        }
        if word == "batch" {
            self.options.batch = Some(batched(name, input)?);
            return Ok(());
        }
        if word == "crates" {
            self.options.crates = Crates::read(name, input, mistakes)?;
            return Ok(());
        }
        let expected = |example: &str| {
            let message = format!("the option `{word}` needs a value, as in `{word} = {example}`");
            move |error: syn::Error| syn::Error::new(error.span(), message)
        };
        input.parse::<Token![=]>().map_err(expected("..."))?;
        match word.as_str() {
            "hot" => self.options.hot = Some(input.parse()?),
            "work" => self.options.work = Some(input.parse()?),
            "module" => self.options.module = Some(input.parse().map_err(expected("other_name"))?),
            "crate" => self.options.root = Some(input.call(Path::parse_mod_style).map_err(expected("other::specialize"))?),
            _ => self.options.limit = Some(input.parse::<LitInt>()?.base10_parse()?),
        }
        Ok(())
    }
}

/// Reads the parameter of the option `batch`, which is `name`.
fn batched(name: &Ident, input: ParseStream<'_>) -> syn::Result<Ident> {
    const EXPECTED: &str = "name one parameter in parentheses, as in `batch(x)`";
    if !input.peek(token::Paren) {
        return Err(input.error(EXPECTED));
    }
    let names;
    parenthesized!(names in input);
    let mut names = Punctuated::<Ident, Token![,]>::parse_terminated_with(&names, Ident::parse_any)?.into_iter();
    match (names.next(), names.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(second)) => Err(syn::Error::new(second.span(), EXPECTED)),
        (None, _) => Err(syn::Error::new(name.span(), EXPECTED)),
    }
}

/// Reads a list of types, unless it can be read as a list of values.
fn only_types(input: ParseStream<'_>) -> syn::Result<Option<Vec<Type>>> {
    if !input.peek(token::Bracket) || input.fork().parse::<Expr>().is_ok() {
        return Ok(None);
    }
    let read = |input: ParseStream<'_>| {
        let types;
        bracketed!(types in input);
        Punctuated::<Type, Token![,]>::parse_terminated(&types)
    };
    if read(&input.fork()).is_err() {
        return Ok(None);
    }
    read(input).map(|types| Some(types.into_iter().collect()))
}

/// Reads the values behind `in`.
fn list(input: ParseStream<'_>) -> syn::Result<List> {
    const EXPECTED: &str = "expected a list such as `[2, 3, 8]`, or a range such as `1..=16`";
    if input.is_empty() || input.peek(Token![,]) || input.peek(token::Brace) {
        return Err(input.error(EXPECTED));
    }
    if let Some(types) = only_types(input)? {
        return Ok(List::Types(types));
    }
    let mut expression: Expr = input.parse()?;
    loop {
        expression = match expression {
            Expr::Group(group) => *group.expr,
            Expr::Paren(paren) => *paren.expr,
            Expr::Array(array) => match array.elems.iter().find(|element| matches!(element, Expr::Range(_))) {
                Some(range) => return Err(syn::Error::new_spanned(range, "a range stands without brackets, as in `n in 1..=16`")),
                None => return Ok(List::Elements(array)),
            },
            Expr::Range(range) => return Ok(List::Range(range)),
            other => return Err(syn::Error::new_spanned(other, EXPECTED)),
        }
    }
}
