//! Values a parameter can be specialized on: their types, and the literals and expressions that name them.

use std::fmt;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, ExprRange, Ident, Lit, LitInt, RangeLimits, Type, UnOp};

use crate::form::Form;
use crate::mistakes::Mistakes;
use crate::signature::Specialized;

/// A type whose values can stand in a const generic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// An integer type.
    Integer {
        /// Its name, such as `u32`.
        name: String,
        /// Whether it has negative values.
        signed: bool,
        /// Its width; that of `usize` and `isize` is taken as 64, and rustc has the last word.
        bits: u32,
    },
    /// `bool`
    Bool,
    /// `char`
    Char,
}

impl Scalar {
    /// The scalar that `ty` names, by its last word.
    pub(crate) fn of(ty: &Type) -> Option<Scalar> {
        match ty {
            Type::Group(group) => Scalar::of(&group.elem),
            Type::Paren(paren) => Scalar::of(&paren.elem),
            Type::Path(path) if path.qself.is_none() => {
                let last = path.path.segments.last()?;
                if last.arguments.is_none() { Scalar::named(&last.ident.to_string()) } else { None }
            }
            _ => None,
        }
    }

    fn named(name: &str) -> Option<Scalar> {
        let bits = match name {
            "bool" => return Some(Scalar::Bool),
            "char" => return Some(Scalar::Char),
            "usize" | "isize" => 64,
            _ => match name.get(1..)?.parse() {
                Ok(bits @ (8 | 16 | 32 | 64 | 128)) => bits,
                _ => return None,
            },
        };
        let signed = name.starts_with('i');
        (signed || name.starts_with('u')).then(|| Scalar::Integer { name: name.to_owned(), signed, bits })
    }

    /// Whether an integer lies between the type's smallest and largest value.
    fn holds(&self, negative: bool, magnitude: u128) -> bool {
        match *self {
            Scalar::Integer { signed: false, bits, .. } => !negative && magnitude <= u128::MAX >> (128 - bits),
            Scalar::Integer { signed: true, bits, .. } => magnitude < (1 << (bits - 1)) + u128::from(negative),
            _ => false,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Scalar::Integer { name, .. } => name,
            Scalar::Bool => "bool",
            Scalar::Char => "char",
        })
    }
}

/// A value that is known to the macro.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Literal {
    /// An integer; zero is not negative.
    Integer { negative: bool, magnitude: u128 },
    /// A `bool`.
    Bool(bool),
    /// A `char`.
    Char(char),
}

impl Literal {
    /// The literal that `expression` is, if it is one.
    ///
    /// # Errors
    ///
    /// The literal is not a value of the type `scalar`.
    fn read(expression: &Expr, scalar: &Scalar) -> syn::Result<Option<Literal>> {
        match expression {
            Expr::Group(group) => Literal::read(&group.expr, scalar),
            Expr::Paren(paren) => Literal::read(&paren.expr, scalar),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match &*unary.expr {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Int(integer) => Literal::integer(integer, true, expression, scalar).map(Some),
                    _ => Err(misfit(expression, scalar)),
                },
                _ => Ok(None),
            },
            Expr::Lit(literal) => match (&literal.lit, scalar) {
                (Lit::Int(integer), _) => Literal::integer(integer, false, expression, scalar).map(Some),
                (Lit::Byte(byte), Scalar::Integer { name, .. }) if name == "u8" => {
                    Ok(Some(Literal::Integer { negative: false, magnitude: byte.value().into() }))
                }
                (Lit::Bool(value), Scalar::Bool) => Ok(Some(Literal::Bool(value.value))),
                (Lit::Char(value), Scalar::Char) => Ok(Some(Literal::Char(value.value()))),
                _ => Err(misfit(expression, scalar)),
            },
            _ => Ok(None),
        }
    }

    fn integer(integer: &LitInt, negative: bool, expression: &Expr, scalar: &Scalar) -> syn::Result<Literal> {
        let suffix = integer.suffix();
        if !suffix.is_empty() && suffix != scalar.to_string() {
            let message = format!("the parameter is of type `{scalar}`, not `{suffix}`; drop the suffix");
            return Err(syn::Error::new_spanned(expression, message));
        }
        match integer.base10_parse::<u128>() {
            Ok(0) if scalar.holds(false, 0) => Ok(Literal::Integer { negative: false, magnitude: 0 }),
            Ok(magnitude) if scalar.holds(negative, magnitude) => Ok(Literal::Integer { negative, magnitude }),
            _ => Err(misfit(expression, scalar)),
        }
    }

    /// Where the value stands among all values of its type.
    fn ordinal(self) -> u128 {
        const ZERO: u128 = 1 << 127;
        match self {
            Literal::Integer { negative: true, magnitude } => ZERO - magnitude,
            // Only an unsigned type reaches beyond the middle, and it has nothing below it.
            Literal::Integer { magnitude, .. } => ZERO.wrapping_add(magnitude),
            Literal::Bool(value) => value.into(),
            Literal::Char(value) if value < SURROGATES.0 => u32::from(value).into(),
            Literal::Char(value) => (u32::from(value) - SURROGATES.1).into(),
        }
    }

    /// The value `steps` after this one, which must exist.
    fn after(self, steps: u128) -> Literal {
        match self {
            Literal::Integer { negative: true, magnitude } if magnitude > steps => {
                Literal::Integer { negative: true, magnitude: magnitude - steps }
            }
            Literal::Integer { negative: true, magnitude } => Literal::Integer { negative: false, magnitude: steps - magnitude },
            Literal::Integer { magnitude, .. } => Literal::Integer { negative: false, magnitude: magnitude + steps },
            Literal::Bool(value) => Literal::Bool(value || steps > 0),
            Literal::Char(value) => {
                let next = u32::try_from(self.ordinal() + steps).unwrap_or(u32::MAX);
                let next = if next < u32::from(SURROGATES.0) { next } else { next.saturating_add(SURROGATES.1) };
                Literal::Char(char::from_u32(next).unwrap_or(value))
            }
        }
    }
}

/// The first `char` behind the surrogates, and how many surrogates there are.
const SURROGATES: (char, u32) = ('\u{e000}', 0x800);

impl ToTokens for Literal {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Literal::Integer { negative, magnitude } => {
                let magnitude = proc_macro2::Literal::u128_unsuffixed(*magnitude);
                tokens.extend(if *negative { quote!(-#magnitude) } else { quote!(#magnitude) });
            }
            Literal::Bool(value) => value.to_tokens(tokens),
            Literal::Char(value) => value.to_tokens(tokens),
        }
    }
}

/// The error for a literal that is not a value of a type.
fn misfit(expression: &Expr, scalar: &Scalar) -> syn::Error {
    let written = expression.to_token_stream().to_string().replace("- ", "-");
    let message = match scalar {
        Scalar::Integer { signed: false, name, .. } if written.starts_with('-') => {
            format!("`{written}` does not fit: the parameter is of type `{name}`, which has no negative values")
        }
        _ => format!("`{written}` does not fit: the parameter is of type `{scalar}`"),
    };
    syn::Error::new_spanned(expression, message)
}

/// A listed value.
#[derive(Clone)]
pub(crate) struct Value {
    /// The value, where the macro knows it.
    pub(crate) literal: Option<Literal>,
    /// What was written, or the range it comes from.
    pub(crate) written: Expr,
    /// The parameter.
    pub(crate) parameter: Specialized,
    /// The associated constant that carries an expression's value.
    pub(crate) constant: Ident,
}

impl Value {
    /// The value that an element of a list names.
    ///
    /// # Errors
    ///
    /// It is a literal, but none of the parameter's type.
    pub(crate) fn read(written: &Expr, parameter: &Specialized, constant: Ident) -> syn::Result<Value> {
        let literal = match &parameter.form {
            Form::Scalar(scalar) => Literal::read(written, scalar)?,
            _ => None,
        };
        Ok(Value { literal, written: written.clone(), parameter: parameter.clone(), constant })
    }
}

/// The values in a range, if they are no more than `limit`. Mistakes are added.
pub(crate) fn range(range: &ExprRange, parameter: &Specialized, limit: usize, mistakes: &mut Mistakes) -> Option<Vec<Value>> {
    let Form::Scalar(scalar) = &parameter.form else {
        mistakes.at(range, "a range is for integers, `bool` and `char`; list the values, as in `[FIRST, SECOND]`");
        return None;
    };
    let mut bound = |bound: &Option<Box<Expr>>| match bound.as_deref().map(|bound| Literal::read(bound, scalar)) {
        Some(Ok(literal)) => Ok(literal),
        Some(Err(error)) => {
            mistakes.add(error);
            Err(())
        }
        None => Ok(None),
    };
    let (first, last) = match (bound(&range.start), bound(&range.end)) {
        (Ok(Some(first)), Ok(Some(last))) => (first, last),
        (Ok(_), Ok(_)) => {
            mistakes.at(range, "a range needs a literal on both sides, as in `1..=16`; list constants, as in `[FIRST, SECOND]`");
            return None;
        }
        _ => return None,
    };
    let inclusive = matches!(range.limits, RangeLimits::Closed(_));
    let Some(steps) = last.ordinal().checked_sub(first.ordinal()) else {
        mistakes.at(range, "this range is reversed: its first value is greater than its last");
        return None;
    };
    if steps == 0 && !inclusive {
        mistakes.at(range, "this range is empty; `..=` would include its last value");
        return None;
    }
    let count = steps.saturating_add(inclusive.into());
    if count > limit as u128 {
        mistakes.at(range, too_many(count, limit));
        return None;
    }
    let value = |steps| Value {
        literal: Some(first.after(steps)),
        written: Expr::Range(range.clone()),
        parameter: parameter.clone(),
        constant: parameter.constant.clone(),
    };
    Some((0..count).map(value).collect())
}

/// The message for more variants than the limit.
pub(crate) fn too_many(count: u128, limit: usize) -> String {
    /// With more, no build ends.
    const HOPELESS: u128 = 1 << 20;
    let advice = if count < HOPELESS { format!(", or raise it with `limit = {count}`") } else { String::new() };
    format!("{count} variants are more than the limit of {limit}; list fewer values{advice}")
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn read(expression: Expr, scalar: &str) -> Result<Option<Literal>, String> {
        let scalar = Scalar::named(scalar).expect("a scalar");
        Literal::read(&expression, &scalar).map_err(|error| error.to_string())
    }

    fn integer(negative: bool, magnitude: u128) -> Result<Option<Literal>, String> {
        Ok(Some(Literal::Integer { negative, magnitude }))
    }

    fn values(expression: ExprRange, scalar: &str, limit: usize) -> Result<Vec<String>, String> {
        let parameter = Specialized {
            name: parse_quote!(n),
            position: 0,
            form: Form::Scalar(Scalar::named(scalar).expect("a scalar")),
            ty: syn::parse_str(scalar).expect("a type"),
            constant: parse_quote!(N),
        };
        let mut mistakes = Mistakes::default();
        let values = range(&expression, &parameter, limit, &mut mistakes);
        match mistakes.into_errors("2024") {
            Some(errors) => Err(errors.to_string()),
            None => Ok(values.unwrap_or_default().iter().map(|value| value.literal.to_token_stream().to_string()).collect()),
        }
    }

    #[test]
    fn scalars_are_told_by_their_last_word() {
        let unsigned = Scalar::Integer { name: "u32".to_owned(), signed: false, bits: 32 };
        assert_eq!(Scalar::of(&parse_quote!(u32)), Some(unsigned.clone()));
        assert_eq!(Scalar::of(&parse_quote!((::core::primitive::u32))), Some(unsigned));
        assert_eq!(Scalar::of(&parse_quote!(isize)), Some(Scalar::Integer { name: "isize".to_owned(), signed: true, bits: 64 }));
        for other in ["f64", "u7", "u", "u256", "x32", "String"] {
            assert_eq!(Scalar::named(other), None, "{other}");
        }
    }

    #[test]
    fn literals_at_the_ends_of_their_type_fit_and_those_beyond_do_not() {
        assert_eq!(read(parse_quote!(255), "u8"), integer(false, 255));
        assert!(read(parse_quote!(256), "u8").is_err());
        assert_eq!(read(parse_quote!(-128), "i8"), integer(true, 128));
        assert!(read(parse_quote!(128), "i8").is_err());
        assert!(read(parse_quote!(-129), "i8").is_err());
        assert!(read(parse_quote!(-1), "u8").is_err());
        assert_eq!(read(parse_quote!(-0), "i8"), integer(false, 0));
        assert_eq!(read(parse_quote!(0xffff_ffff_ffff_ffff_ffff_ffff_ffff_ffff), "u128"), integer(false, u128::MAX));
        assert_eq!(read(parse_quote!(-170141183460469231731687303715884105728), "i128"), integer(true, 1 << 127));
        assert!(read(parse_quote!(340282366920938463463374607431768211456), "u128").is_err());
    }

    #[test]
    fn literals_of_another_type_do_not_fit() {
        assert!(read(parse_quote!(2u8), "u32").is_err());
        assert_eq!(read(parse_quote!(2u32), "u32"), integer(false, 2));
        assert_eq!(read(parse_quote!(b'a'), "u8"), integer(false, 97));
        assert!(read(parse_quote!(b'a'), "u16").is_err());
        assert!(read(parse_quote!(true), "u8").is_err());
        assert!(read(parse_quote!(1.5), "u8").is_err());
        assert!(read(parse_quote!(-1.5), "i8").is_err());
        assert!(read(parse_quote!(1), "bool").is_err());
        assert!(read(parse_quote!("a"), "char").is_err());
        assert_eq!(read(parse_quote!('a'), "char"), Ok(Some(Literal::Char('a'))));
        assert_eq!(read(parse_quote!(SIZE), "char"), Ok(None));
    }

    #[test]
    fn ranges_hold_what_lies_between_their_bounds() {
        assert_eq!(values(parse_quote!(1..4), "u8", 9), Ok(vec!["1".to_owned(), "2".to_owned(), "3".to_owned()]));
        assert_eq!(values(parse_quote!(-1..=1), "i8", 9), Ok(vec!["- 1".to_owned(), "0".to_owned(), "1".to_owned()]));
        assert_eq!(values(parse_quote!('\u{d7ff}'..='\u{e000}'), "char", 9).map(|values| values.len()), Ok(2));
        assert_eq!(values(parse_quote!(0..=255), "u8", 256).map(|values| values.len()), Ok(256));
        assert_eq!(values(parse_quote!(false..=true), "bool", 2).map(|values| values.len()), Ok(2));
        let all = "340282366920938463463374607431768211454..=340282366920938463463374607431768211455";
        let all = syn::parse_str(all).expect("a range");
        assert_eq!(values(all, "u128", 9).map(|values| values.len()), Ok(2));
    }

    #[test]
    fn ranges_that_are_empty_reversed_open_or_too_long_are_mistakes() {
        for (range, scalar) in [("1..1", "u8"), ("4..=1", "u8"), ("1..", "u8"), ("..=1", "u8"), ("1..=MANY", "u8"), ("0..=256", "u8")] {
            assert!(values(syn::parse_str(range).expect("a range"), scalar, 1024).is_err(), "{range}");
        }
        assert!(values(parse_quote!(0..=0xffff_ffff_ffff_ffff), "u64", 1024).is_err());
    }
}
