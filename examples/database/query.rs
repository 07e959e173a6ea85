//! Queries: parsed, checked against a table, and as objects behind an interface.

use winnow::ascii::{alpha1, digit1, multispace0};
use winnow::combinator::{alt, cut_err, delimited, fail, not, opt, preceded, repeat, terminated};
use winnow::error::{ContextError, ErrMode, StrContext, StrContextValue};
use winnow::token::{one_of, take_while};
use winnow::{ModalResult, Parser};

use crate::data::{Kind, LANES, Table};
use crate::{Answer, shared};

/// How deep a filter may be: it has as many bits.
const DEPTH: usize = 60;

/// A filter as it was typed.
#[derive(Debug)]
pub(crate) enum Filter {
    Compare { column: Word, comparison: u8, literal: Literal },
    Not(Box<Filter>),
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
}

/// A word and its place, counted from the end of the text.
#[derive(Debug)]
pub(crate) struct Word {
    text: String,
    from_end: usize,
}

#[derive(Debug)]
pub(crate) struct Literal {
    word: Word,
    quoted: bool,
}

/// What to make of the rows: `sum(size)`.
#[derive(Debug)]
pub(crate) struct Aggregate {
    function: Word,
    column: Option<Word>,
}

pub(crate) fn filter(text: &str) -> Result<Filter, String> {
    shared::parse("the filter", text, cut_err(any_of))
}

pub(crate) fn aggregate(text: &str) -> Result<Aggregate, String> {
    let parser = |input: &mut &str| {
        let function = expected(word(alpha1), "`count`, `sum`, `min`, `max` or `mean`").parse_next(input)?;
        let column = delimited(sign("("), opt(word(name)), (multispace0, sign(")"))).parse_next(input)?;
        Ok(Aggregate { function, column })
    };
    shared::parse("the aggregate", text, cut_err(parser))
}

fn any_of(input: &mut &str) -> ModalResult<Filter> {
    let first = all_of(input)?;
    let mut more = repeat(0.., preceded(keyword("or"), cut_err(all_of)));
    let more: Vec<Filter> = more.parse_next(input)?;
    Ok(more.into_iter().fold(first, |first, second| Filter::Or(Box::new(first), Box::new(second))))
}

fn all_of(input: &mut &str) -> ModalResult<Filter> {
    let first = one(input)?;
    let mut more = repeat(0.., preceded(keyword("and"), cut_err(one)));
    let more: Vec<Filter> = more.parse_next(input)?;
    Ok(more.into_iter().fold(first, |first, second| Filter::And(Box::new(first), Box::new(second))))
}

fn one(input: &mut &str) -> ModalResult<Filter> {
    let negated = preceded(keyword("not"), cut_err(one)).map(|filter| Filter::Not(Box::new(filter)));
    let group = delimited(sign("("), cut_err(any_of), cut_err(sign(")")));
    let parser = delimited(multispace0, alt((negated, group, comparison, fail)), multispace0);
    expected(parser, "a comparison such as `size > 1`, `not` or `(`").parse_next(input)
}

fn comparison(input: &mut &str) -> ModalResult<Filter> {
    let signs = alt(("=".value(0), "!=".value(1), "<=".value(3), "<".value(2), ">=".value(5), ">".value(4)));
    let column = word(name).parse_next(input)?;
    let comparison = cut_err(expected(preceded(multispace0, signs), "`=`, `!=`, `<`, `<=`, `>` or `>=`")).parse_next(input)?;
    multispace0.parse_next(input)?;
    let number = word((opt('-'), digit1, opt(('.', digit1))).take()).map(|word| Literal { word, quoted: false });
    let quoted = terminated(word(preceded('"', take_while(0.., |letter| letter != '"'))), '"').map(|word| Literal { word, quoted: true });
    let literal = cut_err(expected(alt((number, quoted)), "a number, or a word in quotes")).parse_next(input)?;
    Ok(Filter::Compare { column, comparison, literal })
}

fn name<'a>(input: &mut &'a str) -> ModalResult<&'a str> {
    not((alt(("and", "or", "not")), not(one_of(is_of_a_name)))).parse_next(input)?;
    (one_of(|letter: char| letter.is_alphabetic() || letter == '_'), take_while(0.., is_of_a_name)).take().parse_next(input)
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn keyword<'a>(keyword: &'static str) -> impl Parser<&'a str, (), ErrMode<ContextError>> {
    (keyword, not(one_of(is_of_a_name))).void()
}

fn sign<'a>(sign: &'static str) -> impl Parser<&'a str, (), ErrMode<ContextError>> {
    sign.context(StrContext::Expected(StrContextValue::StringLiteral(sign))).void()
}

fn expected<'a, T>(
    parser: impl Parser<&'a str, T, ErrMode<ContextError>>,
    what: &'static str,
) -> impl Parser<&'a str, T, ErrMode<ContextError>> {
    parser.context(StrContext::Expected(StrContextValue::Description(what)))
}

/// What `parser` takes, and where it begins.
fn word<'a>(mut parser: impl Parser<&'a str, &'a str, ErrMode<ContextError>>) -> impl Parser<&'a str, Word, ErrMode<ContextError>> {
    move |input: &mut &'a str| {
        let from_end = input.len();
        Ok(Word { text: parser.parse_next(input)?.to_owned(), from_end })
    }
}

/// A query that fits a table: its shape and its literals.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) filter: Vec<(u8, u8, u8)>,
    pub(crate) aggregate: (u8, u8),
    pub(crate) literals: Vec<u64>,
    /// Divides the sum by the count.
    is_mean: bool,
}

impl Query {
    /// Checks a query, given with the texts it was typed in, against a table.
    pub(crate) fn new(table: &Table, filter: (&str, &Filter), aggregate: (&str, &Aggregate)) -> Result<Query, String> {
        let mut query = Query { filter: Vec::new(), aggregate: (0, 0), literals: Vec::new(), is_mean: false };
        if depth(filter.1) > DEPTH {
            return Err(format!("the filter is more than {DEPTH} deep"));
        }
        query.push(table, filter.0, filter.1)?;
        if query.literals.len() > usize::from(u8::MAX) {
            return Err("the filter has more than 255 comparisons".to_owned());
        }
        query.set_aggregate(table, aggregate.0, aggregate.1)?;
        Ok(query)
    }

    fn push(&mut self, table: &Table, text: &str, filter: &Filter) -> Result<(), String> {
        let operation = match filter {
            Filter::Compare { column, comparison, literal } => {
                let (index, kind) = find(table, "the filter", text, column)?;
                let bits = bits(kind, *comparison, literal).map_err(|message| at(&literal.word, "the filter", text, &message))?;
                let operation = if *kind == Kind::Fraction { comparison + 6 } else { *comparison };
                self.filter.push((operation, index, self.literals.len() as u8));
                self.literals.push(bits);
                return Ok(());
            }
            Filter::Not(one) => {
                self.push(table, text, one)?;
                14
            }
            Filter::And(first, second) | Filter::Or(first, second) => {
                self.push(table, text, first)?;
                self.push(table, text, second)?;
                if matches!(filter, Filter::And(..)) { 12 } else { 13 }
            }
        };
        self.filter.push((operation, 0, 0));
        Ok(())
    }

    fn set_aggregate(&mut self, table: &Table, text: &str, aggregate: &Aggregate) -> Result<(), String> {
        let function = match &*aggregate.function.text {
            "count" => return Ok(()),
            "sum" | "mean" => 1,
            "min" => 3,
            "max" => 5,
            _ => return Err(at(&aggregate.function, "the aggregate", text, "expected `count`, `sum`, `min`, `max` or `mean`")),
        };
        let column = aggregate.column.as_ref();
        let column = column.ok_or_else(|| shared::caret("the aggregate", text, text.len(), "expected a column to look at"))?;
        let (index, kind) = find(table, "the aggregate", text, column)?;
        let is_fraction = match kind {
            Kind::Whole => 0,
            Kind::Fraction => 1,
            Kind::Words(_) => return Err(at(column, "the aggregate", text, "this column holds words, which cannot be added or compared")),
        };
        (self.aggregate, self.is_mean) = ((function + is_fraction, index), aggregate.function.text == "mean");
        Ok(())
    }

    /// An answer in words.
    pub(crate) fn shown(&self, (found, bits): Answer) -> String {
        let value = if self.aggregate.0 % 2 == 1 { bits as i64 as f64 } else { f64::from_bits(bits) };
        match self.aggregate.0 {
            0 => format!("{found}"),
            3..=6 if found == 0 => "no row".to_owned(),
            _ if self.is_mean => format!("{} (of {found} rows)", value / found as f64),
            1 | 3 | 5 => format!("{} (of {found} rows)", bits as i64),
            _ => format!("{value} (of {found} rows)"),
        }
    }
}

fn depth(filter: &Filter) -> usize {
    match filter {
        Filter::Compare { .. } => 1,
        Filter::Not(one) => depth(one),
        Filter::And(first, second) | Filter::Or(first, second) => depth(first).max(1 + depth(second)),
    }
}

fn find<'a>(table: &'a Table, what: &str, text: &str, column: &Word) -> Result<(u8, &'a Kind), String> {
    let index = table.names().position(|name| name == column.text).ok_or_else(|| {
        let names = table.names().collect::<Vec<_>>().join("`, `");
        at(column, what, text, &format!("there is no column `{}`, but `{names}`", column.text))
    })?;
    Ok((index as u8, &table.columns[index].1))
}

/// The bits of a literal that is compared with cells of a kind.
fn bits(kind: &Kind, comparison: u8, literal: &Literal) -> Result<u64, String> {
    let text = &literal.word.text;
    let bits = match kind {
        Kind::Whole if !literal.quoted => text.parse::<i64>().ok().map(|number| number as u64),
        Kind::Fraction if !literal.quoted => text.parse::<f64>().ok().map(f64::to_bits),
        Kind::Words(_) if comparison > 1 => return Err("words are compared by `=` and `!=` only".to_owned()),
        // A word that no row has is equal to none.
        Kind::Words(words) if literal.quoted => Some(words.get(text).copied().unwrap_or(u64::MAX)),
        _ => None,
    };
    bits.ok_or_else(|| format!("this does not fit: the column holds {}", kind.noun()))
}

fn at(word: &Word, what: &str, text: &str, message: &str) -> String {
    shared::caret(what, text, text.len() - word.from_end, message)
}

/// A filter as objects, each of which knows those it is made of only by their interface.
pub(crate) trait Predicate {
    fn holds(&self, block: &[u64], lane: usize) -> bool;
}

impl<F: Fn(&[u64], usize) -> bool> Predicate for F {
    fn holds(&self, block: &[u64], lane: usize) -> bool {
        self(block, lane)
    }
}

/// The objects of a query's filter.
pub(crate) fn interface(query: &Query) -> Box<dyn Predicate> {
    let mut stack: Vec<Box<dyn Predicate>> = Vec::new();
    for &(operation, column, literal) in &query.filter {
        let mut pop = || stack.pop().unwrap_or_else(|| Box::new(|_: &[u64], _| true));
        let predicate: Box<dyn Predicate> = match operation {
            12 => {
                let (second, first) = (pop(), pop());
                Box::new(move |block: &[u64], lane| first.holds(block, lane) && second.holds(block, lane))
            }
            13 => {
                let (second, first) = (pop(), pop());
                Box::new(move |block: &[u64], lane| first.holds(block, lane) || second.holds(block, lane))
            }
            14 => {
                let one = pop();
                Box::new(move |block: &[u64], lane| !one.holds(block, lane))
            }
            _ => compare(operation, usize::from(column), query.literals[usize::from(literal)]),
        };
        stack.push(predicate);
    }
    stack.pop().unwrap_or_else(|| Box::new(|_: &[u64], _| true))
}

fn compare(operation: u8, column: usize, literal: u64) -> Box<dyn Predicate> {
    fn object(column: usize, holds: impl Fn(u64) -> bool + 'static) -> Box<dyn Predicate> {
        Box::new(move |block: &[u64], lane: usize| holds(block[column * LANES + lane]))
    }
    let (whole, fraction) = (literal as i64, f64::from_bits(literal));
    match operation {
        0 => object(column, move |cell| cell as i64 == whole),
        1 => object(column, move |cell| cell as i64 != whole),
        2 => object(column, move |cell| (cell as i64) < whole),
        3 => object(column, move |cell| cell as i64 <= whole),
        4 => object(column, move |cell| cell as i64 > whole),
        5 => object(column, move |cell| cell as i64 >= whole),
        6 => object(column, move |cell| f64::from_bits(cell) == fraction),
        7 => object(column, move |cell| f64::from_bits(cell) != fraction),
        8 => object(column, move |cell| f64::from_bits(cell) < fraction),
        9 => object(column, move |cell| f64::from_bits(cell) <= fraction),
        10 => object(column, move |cell| f64::from_bits(cell) > fraction),
        _ => object(column, move |cell| f64::from_bits(cell) >= fraction),
    }
}

/// How cells are put together: what there is so far, and one more.
type Fold = Box<dyn Fn(u64, u64) -> u64>;

/// The answer of a query whose filter and aggregate are known by their interfaces.
pub(crate) fn answer_by_interface(table: &Table, filter: &dyn Predicate, (function, column): (u8, u8)) -> Answer {
    let number = f64::from_bits;
    let (first, fold): (u64, Fold) = match function {
        0 => (0, Box::new(|so_far, _| so_far)),
        1 => (0, Box::new(|so_far, cell| so_far.wrapping_add(cell))),
        2 => (0, Box::new(move |so_far, cell| (number(so_far) + number(cell)).to_bits())),
        3 => (i64::MAX as u64, Box::new(|so_far, cell| (so_far as i64).min(cell as i64) as u64)),
        4 => (f64::INFINITY.to_bits(), Box::new(move |so_far, cell| if number(cell) < number(so_far) { cell } else { so_far })),
        5 => (i64::MIN as u64, Box::new(|so_far, cell| (so_far as i64).max(cell as i64) as u64)),
        _ => (f64::NEG_INFINITY.to_bits(), Box::new(move |so_far, cell| if number(cell) > number(so_far) { cell } else { so_far })),
    };
    let (mut found, mut so_far) = (0, first);
    for (index, block) in table.cells.chunks_exact(table.columns.len() * LANES).enumerate() {
        for lane in 0..(table.rows - index * LANES).min(LANES) {
            if filter.holds(block, lane) {
                found += 1;
                so_far = fold(so_far, block[usize::from(column) * LANES + lane]);
            }
        }
    }
    (found, so_far)
}
