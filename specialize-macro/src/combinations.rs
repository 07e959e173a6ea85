//! From the lists in the attribute to the build-time variants: which tuple of values each one fixes.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::{ToTokens as _, format_ident, quote};
use syn::spanned::Spanned as _;
use syn::{Expr, ExprArray, Ident};

use crate::args::{Arguments, List, Selection};
use crate::mistakes::Mistakes;
use crate::signature::Specialized;
use crate::values::{self, Literal, Value};

/// The values one variant fixes, in the order of `fixed`.
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

/// The build-time variants that the lists in the attribute ask for.
#[derive(Default)]
pub(crate) struct Combinations {
    /// One per variant.
    pub(crate) variants: Vec<Combination>,
    /// Which of the specialized parameters they fix, by their place among these.
    pub(crate) fixed: Vec<usize>,
    /// The values that only rustc knows, each once.
    pub(crate) constants: Vec<Value>,
    /// What is left for rustc to check.
    pub(crate) doubts: Vec<Doubt>,
}

/// One dimension: the parameters a list is for, and its elements.
struct Dimension<'a> {
    parameters: Vec<&'a Specialized>,
    elements: Vec<Element>,
    /// Whether all elements could be read.
    whole: bool,
}

/// An element of a list: a value for each of its parameters.
struct Element {
    written: Expr,
    values: Vec<Value>,
}

impl Combinations {
    /// Every combination of the listed values of `specialized`, which are in the order of the signature.
    pub(crate) fn read(arguments: &Arguments, specialized: &[Specialized], mistakes: &mut Mistakes) -> Combinations {
        let limit = arguments.options.limit();
        if arguments.selections.iter().all(|selection| selection.list.is_none()) {
            return Combinations::default();
        }
        let with_list = arguments.selections.iter().filter(|selection| selection.list.is_some());
        let dimensions = with_list.map(|selection| Dimension::read(selection, specialized, limit, mistakes));
        let dimensions: Vec<Option<Dimension<'_>>> = dimensions.collect();
        let Some(dimensions) = dimensions.into_iter().collect::<Option<Vec<_>>>() else { return Combinations::default() };
        let doubts = dimensions.iter().flat_map(|dimension| dimension.doubts(mistakes)).collect();
        let count = dimensions.iter().fold(1u128, |count, dimension| count.saturating_mul(dimension.elements.len() as u128));
        if count > limit as u128 {
            let names = arguments.selections.iter().flat_map(|selection| &selection.names);
            mistakes.at(quote!(#(#names)*), values::too_many(count, limit));
            return Combinations::default();
        }
        if dimensions.iter().any(|dimension| !dimension.whole) {
            return Combinations::default();
        }
        let values = dimensions.iter().flat_map(|dimension| &dimension.elements).flat_map(|element| &element.values);
        Combinations {
            variants: product(&dimensions, specialized),
            fixed: (0..specialized.len())
                .filter(|index| dimensions.iter().any(|dimension| dimension.is_for(&specialized[*index])))
                .collect(),
            constants: values.filter(|value| value.literal.is_none()).cloned().collect(),
            doubts,
        }
    }
}

impl<'a> Dimension<'a> {
    /// The elements of a list, or nothing if there is a mistake in it.
    fn read(selection: &Selection, specialized: &'a [Specialized], limit: usize, mistakes: &mut Mistakes) -> Option<Dimension<'a>> {
        let find = |name: &Ident| specialized.iter().find(|parameter| parameter.name == *name);
        let parameters: Vec<_> = selection.names.iter().map(find).collect::<Option<_>>()?;
        let (elements, whole) = match (&selection.list, &parameters[..]) {
            (Some(List::Elements(array)), _) => elements(array, &parameters, mistakes)?,
            (Some(List::Range(range)), [parameter]) => {
                let values = values::range(range, parameter, limit, mistakes)?.into_iter();
                (values.map(|value| Element { written: Expr::Range(range.clone()), values: vec![value] }).collect(), true)
            }
            (Some(List::Range(range)), _) => {
                mistakes.at(range, format!("a range is for one parameter; list tuples of {} values", parameters.len()));
                return None;
            }
            (Some(List::Types(types)), _) => {
                let name = &selection.names[0];
                mistakes.at(quote!(#(#types),*), format!("these are types, and `{name}` has values; list values, as in `[2, 3, 8]`"));
                return None;
            }
            (None, _) => return None,
        };
        Some(Dimension { parameters, elements, whole })
    }

    fn is_for(&self, parameter: &Specialized) -> bool {
        self.parameters.iter().any(|own| own.name == parameter.name)
    }

    /// Finds elements that stand twice in the list, and pairs that may be the same.
    fn doubts(&self, mistakes: &mut Mistakes) -> Vec<Doubt> {
        let names = self.parameters.iter().map(|parameter| parameter.name.to_string()).collect::<Vec<_>>().join(", ");
        let mut seen = HashSet::new();
        let mut doubts = Vec::new();
        for (index, element) in self.elements.iter().enumerate() {
            if element.literals().is_some_and(|literals| !seen.insert(literals)) {
                let written = element.written.to_token_stream().to_string().replace("- ", "-");
                mistakes.at(&element.written, format!("the value `{written}` of `{names}` is listed twice; keep one"));
            }
            for earlier in
                self.elements[..index].iter().filter(|earlier| (element.is_open() || earlier.is_open()) && earlier.may_equal(element))
            {
                let pair = [earlier.values.clone(), element.values.clone()];
                doubts.push(Doubt { pair, names: names.clone(), span: element.written.span() });
            }
        }
        doubts
    }
}

impl Element {
    /// The values, if the macro knows all of them.
    fn literals(&self) -> Option<Vec<Literal>> {
        self.values.iter().map(|value| value.literal).collect()
    }

    /// Whether only rustc knows all of the values.
    fn is_open(&self) -> bool {
        self.values.iter().any(|value| value.literal.is_none())
    }

    /// Whether no pair of literals tells two elements apart.
    fn may_equal(&self, later: &Element) -> bool {
        self.values.iter().zip(&later.values).all(|(earlier, later)| match (earlier.literal, later.literal) {
            (Some(earlier), Some(later)) => earlier == later,
            _ => true,
        })
    }
}

/// The elements of a list for `parameters`, each with a value per parameter, and whether these are all of them.
fn elements(array: &ExprArray, parameters: &[&Specialized], mistakes: &mut Mistakes) -> Option<(Vec<Element>, bool)> {
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
        for (written, parameter) in written.iter().zip(parameters) {
            let constant = format_ident!("{}_{}", parameter.constant, index);
            match Value::read(written, parameter, constant) {
                Ok(value) => values.push(value),
                Err(error) => mistakes.add(error),
            }
        }
        if values.len() == parameters.len() {
            elements.push(Element { written: element.clone(), values });
        } else {
            whole = false;
        }
    }
    Some((elements, whole))
}

/// Every combination of one element per dimension, with its values in the order of the signature.
fn product(dimensions: &[Dimension<'_>], specialized: &[Specialized]) -> Vec<Combination> {
    let mut rows: Vec<Vec<&Value>> = vec![Vec::new()];
    for dimension in dimensions {
        rows = rows
            .iter()
            .flat_map(|row| dimension.elements.iter().map(move |element| row.iter().copied().chain(&element.values).collect()))
            .collect();
    }
    let names: Vec<_> = dimensions.iter().flat_map(|dimension| &dimension.parameters).map(|parameter| &parameter.name).collect();
    let place = |parameter: &Specialized| names.iter().position(|name| **name == parameter.name);
    let order: Vec<usize> = specialized.iter().filter_map(place).collect();
    rows.iter().map(|row| order.iter().map(|&place| row[place].clone()).collect()).collect()
}
