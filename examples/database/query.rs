//! Queries: parsed, and checked against a table.

use winnow::ascii::{alpha1, digit1, multispace0};
use winnow::combinator::{alt, cut_err, delimited, fail, not, opt, preceded, repeat, terminated};
use winnow::error::{ContextError, ErrMode, StrContext, StrContextValue};
use winnow::token::{one_of, take_while};
use winnow::{ModalResult, Parser};

use super::data::{Kind, Table};
use super::engine::{Aggregate, Comparison, Step};
use super::{Answer, shared};

/// How deep a filter may be: it has as many bits.
const DEPTH: usize = 60;

/// A filter as it was typed.
#[derive(Debug)]
pub(crate) enum Filter {
    Compare { column: Word, comparison: Comparison, literal: Literal },
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
pub(crate) struct Call {
    function: Word,
    column: Option<Word>,
}

pub(crate) fn filter(text: &str) -> Result<Filter, String> {
    shared::parse("the filter", text, cut_err(any_of))
}

pub(crate) fn aggregate(text: &str) -> Result<Call, String> {
    let parser = |input: &mut &str| {
        let function = expected(word(alpha1), "`count`, `sum`, `min`, `max` or `mean`").parse_next(input)?;
        let column = delimited(sign("("), opt(word(name)), (multispace0, sign(")"))).parse_next(input)?;
        Ok(Call { function, column })
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
    let signs = alt((
        "=".value(Comparison::Equal),
        "!=".value(Comparison::NotEqual),
        "<=".value(Comparison::LessOrEqual),
        "<".value(Comparison::Less),
        ">=".value(Comparison::GreaterOrEqual),
        ">".value(Comparison::Greater),
    ));
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
    pub(crate) filter: Vec<Step>,
    pub(crate) aggregate: Aggregate,
    pub(crate) literals: Vec<u64>,
    /// Divides the sum by the count.
    is_mean: bool,
}

impl Query {
    /// Checks a query, given with the texts it was typed in, against a table.
    pub(crate) fn new(table: &Table, filter: (&str, &Filter), aggregate: (&str, &Call)) -> Result<Query, String> {
        let mut query = Query { filter: Vec::new(), aggregate: Aggregate::Count, literals: Vec::new(), is_mean: false };
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
        let step = match filter {
            Filter::Compare { column, comparison, literal } => {
                let (index, kind) = find(table, "the filter", text, column)?;
                let bits = bits(kind, *comparison, literal).map_err(|message| at(&literal.word, "the filter", text, &message))?;
                let step = if *kind == Kind::Fraction { Step::Fraction } else { Step::Whole };
                self.filter.push(step(*comparison, index, self.literals.len() as u8));
                self.literals.push(bits);
                return Ok(());
            }
            Filter::Not(one) => {
                self.push(table, text, one)?;
                Step::Not
            }
            Filter::And(first, second) | Filter::Or(first, second) => {
                self.push(table, text, first)?;
                self.push(table, text, second)?;
                if matches!(filter, Filter::And(..)) { Step::And } else { Step::Or }
            }
        };
        self.filter.push(step);
        Ok(())
    }

    fn set_aggregate(&mut self, table: &Table, text: &str, call: &Call) -> Result<(), String> {
        type Of = fn(u8) -> Aggregate;
        let (of_whole, of_fractions): (Of, Of) = match &*call.function.text {
            "count" => return Ok(()),
            "sum" | "mean" => (Aggregate::Sum, Aggregate::SumOfFractions),
            "min" => (Aggregate::Least, Aggregate::LeastFraction),
            "max" => (Aggregate::Greatest, Aggregate::GreatestFraction),
            _ => return Err(at(&call.function, "the aggregate", text, "expected `count`, `sum`, `min`, `max` or `mean`")),
        };
        let column = call.column.as_ref();
        let column = column.ok_or_else(|| shared::caret("the aggregate", text, text.len(), "expected a column to look at"))?;
        let (index, kind) = find(table, "the aggregate", text, column)?;
        self.aggregate = match kind {
            Kind::Whole => of_whole(index),
            Kind::Fraction => of_fractions(index),
            Kind::Words(_) => return Err(at(column, "the aggregate", text, "this column holds words, which cannot be added or compared")),
        };
        self.is_mean = call.function.text == "mean";
        Ok(())
    }

    /// An answer in words.
    pub(crate) fn shown(&self, (found, bits): Answer) -> String {
        use Aggregate::{Count, Greatest, Least, Sum};
        let is_whole = matches!(self.aggregate, Sum(_) | Least(_) | Greatest(_));
        let value = if is_whole { bits as i64 as f64 } else { f64::from_bits(bits) };
        match self.aggregate {
            Count => format!("{found}"),
            _ if found == 0 => "no row".to_owned(),
            _ if self.is_mean => format!("{} (of {found} rows)", value / found as f64),
            _ if is_whole => format!("{} (of {found} rows)", bits as i64),
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
fn bits(kind: &Kind, comparison: Comparison, literal: &Literal) -> Result<u64, String> {
    let text = &literal.word.text;
    let bits = match kind {
        Kind::Whole if !literal.quoted => text.parse::<i64>().ok().map(|number| number as u64),
        Kind::Fraction if !literal.quoted => text.parse::<f64>().ok().map(f64::to_bits),
        Kind::Words(_) if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) => {
            return Err("words are compared by `=` and `!=` only".to_owned());
        }
        // A word that no row has is equal to none.
        Kind::Words(words) if literal.quoted => Some(words.get(text).copied().unwrap_or(u64::MAX)),
        _ => None,
    };
    bits.ok_or_else(|| format!("this does not fit: the column holds {}", kind.noun()))
}

fn at(word: &Word, what: &str, text: &str, message: &str) -> String {
    shared::caret(what, text, text.len() - word.from_end, message)
}
