//! From the lists in the attribute to the build-time variants: which tuple of values each one fixes.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::{ToTokens as _, format_ident};
use syn::{Expr, ExprArray, Ident};

use crate::args::{Arguments, List, Selection};
use crate::mistakes::Mistakes;
use crate::signature::Specialized;
use crate::values::{self, Literal, Value};

/// The values one variant fixes, in the order of the signature.
pub(crate) type Combination = Vec<Value>;

/// Two values of a list that only rustc can tell apart, the second of them at `span`.
pub(crate) struct Doubt {
    /// The earlier and the later values, for the same parameters.
    pub(crate) pair: [Vec<Value>; 2],
    /// The parameters' names, for the message.
    pub(crate) names: String,
    /// The later values.
    pub(crate) span: Span,
}

/// What the lists in the attribute amount to.
#[derive(Default)]
pub(crate) struct Combinations {
    /// One per variant.
    pub(crate) variants: Vec<Combination>,
    /// The values that only rustc knows, each once.
    pub(crate) constants: Vec<Value>,
    /// What is left for rustc to check.
    pub(crate) doubts: Vec<Doubt>,
}

/// One dimension: the parameters a list is for, and its elements.
struct Dimension<'a> {
    parameters: Vec<&'a Specialized>,
    elements: Vec<Vec<Value>>,
}

impl Combinations {
    /// Every combination of the listed values of `specialized`, which are in the order of the signature.
    pub(crate) fn read(arguments: &Arguments, specialized: &[Specialized], mistakes: &mut Mistakes) -> Combinations {
        let limit = arguments.options.limit();
        let listed = arguments.selections.iter().filter(|selection| selection.list.is_some()).count();
        if listed == 0 {
            return Combinations::default();
        }
        for selection in arguments.selections.iter().filter(|selection| selection.list.is_none()) {
            mistakes.at(
                &selection.names[0],
                format!("no values are listed for `{}`, but for another parameter: list values for all of them, or for none", selection.names[0]),
            );
        }
        let dimensions: Option<Vec<_>> = arguments
            .selections
            .iter()
            .map(|selection| Dimension::read(selection, specialized, limit, mistakes))
            .collect();
        let Some(dimensions) = dimensions else { return Combinations::default() };
        let count = dimensions.iter().fold(1u128, |count, dimension| count.saturating_mul(dimension.elements.len() as u128));
        if count > limit as u128 {
            let names = arguments.selections.iter().flat_map(|selection| &selection.names);
            let lists: proc_macro2::TokenStream = names.map(|name| name.to_token_stream()).collect();
            mistakes.at(lists, values::too_many(count, limit));
            return Combinations::default();
        }
        let values = dimensions.iter().flat_map(|dimension| &dimension.elements).flatten();
        Combinations {
            variants: product(&dimensions, specialized),
            constants: values.filter(|value| value.literal.is_none()).cloned().collect(),
            doubts: dimensions.iter().flat_map(|dimension| dimension.doubts(mistakes)).collect(),
        }
    }
}

impl<'a> Dimension<'a> {
    /// The elements of a list, or nothing if there is a mistake in it.
    fn read(selection: &Selection, specialized: &'a [Specialized], limit: usize, mistakes: &mut Mistakes) -> Option<Dimension<'a>> {
        let find = |name: &Ident| specialized.iter().find(|parameter| parameter.name == *name);
        let parameters: Vec<_> = selection.names.iter().map(find).collect::<Option<_>>()?;
        let list = selection.list.as_ref()?;
        let elements = match (list, &parameters[..]) {
            (List::Range(range), [parameter]) => {
                values::range(range, parameter, limit, mistakes)?.into_iter().map(|value| vec![value]).collect()
            }
            (List::Range(range), _) => {
                mistakes.at(range, format!("a range is for one parameter; list tuples of {} values", parameters.len()));
                return None;
            }
            (List::Elements(array), _) => elements(array, &parameters, mistakes)?,
        };
        Some(Dimension { parameters, elements })
    }

    /// Finds elements that stand twice in the list, and pairs that may be the same.
    fn doubts(&self, mistakes: &mut Mistakes) -> Vec<Doubt> {
        let names = self.parameters.iter().map(|parameter| parameter.name.to_string()).collect::<Vec<_>>().join(", ");
        let mut seen: HashSet<Vec<Literal>> = HashSet::new();
        let mut doubts = Vec::new();
        let open: Vec<bool> = self.elements.iter().map(|element| element.iter().any(|value| value.literal.is_none())).collect();
        for (index, element) in self.elements.iter().enumerate() {
            let span = element.iter().map(Value::span).reduce(|first, last| first.join(last).unwrap_or(first)).unwrap_or_else(Span::call_site);
            let literals: Option<Vec<Literal>> = element.iter().map(|value| value.literal).collect();
            if literals.is_some_and(|literals| !seen.insert(literals)) {
                let written = element.iter().map(|value| value.literal.to_token_stream().to_string().replace("- ", "-"));
                let written = written.collect::<Vec<_>>().join(", ");
                mistakes.add(syn::Error::new(span, format!("`{written}` is listed twice for `{names}`; keep one")));
            }
            for (earlier, _) in self.elements[..index].iter().zip(&open).filter(|(_, earlier)| **earlier || open[index]) {
                if may_equal(earlier, element) {
                    doubts.push(Doubt { pair: [earlier.clone(), element.clone()], names: names.clone(), span });
                }
            }
        }
        doubts
    }
}

/// The elements of a list for `parameters`, each with a value per parameter.
fn elements(array: &ExprArray, parameters: &[&Specialized], mistakes: &mut Mistakes) -> Option<Vec<Vec<Value>>> {
    if array.elems.is_empty() {
        mistakes.at(array, "this list is empty; list values, or leave `in []` out to specialize at run time only");
        return None;
    }
    let mut whole = true;
    let mut elements = Vec::new();
    for (index, element) in array.elems.iter().enumerate() {
        let written: Vec<&Expr> = match element {
            one if parameters.len() == 1 => vec![one],
            Expr::Tuple(tuple) if tuple.elems.len() == parameters.len() => tuple.elems.iter().collect(),
            other => {
                mistakes.at(other, format!("expected a tuple of {} values, one per parameter", parameters.len()));
                whole = false;
                continue;
            }
        };
        let mut values = Vec::new();
        for (written, parameter) in written.into_iter().zip(parameters) {
            let constant = format_ident!("{}_{}", parameter.constant, index);
            match Value::read(written, parameter, constant) {
                Ok(value) => values.push(value),
                Err(error) => {
                    mistakes.add(error);
                    whole = false;
                }
            }
        }
        elements.push(values);
    }
    whole.then_some(elements)
}

/// Whether no pair of literals tells two elements apart.
fn may_equal(earlier: &[Value], later: &[Value]) -> bool {
    earlier.iter().zip(later).all(|(earlier, later)| match (earlier.literal, later.literal) {
        (Some(earlier), Some(later)) => earlier == later,
        _ => true,
    })
}

/// Every combination of one element per dimension, with its values in the order of the signature.
fn product(dimensions: &[Dimension<'_>], specialized: &[Specialized]) -> Vec<Combination> {
    let mut rows: Vec<Vec<&Value>> = vec![Vec::new()];
    for dimension in dimensions {
        rows = rows.iter().flat_map(|row| dimension.elements.iter().map(move |element| row.iter().copied().chain(element).collect())).collect();
    }
    let names: Vec<_> = dimensions.iter().flat_map(|dimension| &dimension.parameters).map(|parameter| &parameter.name).collect();
    let place = |parameter: &Specialized| names.iter().position(|name| **name == parameter.name);
    let order: Vec<usize> = specialized.iter().filter_map(place).collect();
    rows.iter().map(|row| order.iter().map(|&place| row[place].clone()).collect()).collect()
}
