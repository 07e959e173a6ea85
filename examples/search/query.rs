//! Queries: parsed, and flattened to steps, words and numbers.

use winnow::ascii::{float, multispace0};
use winnow::combinator::{alt, cut_err, delimited, fail, not, preceded, repeat};
use winnow::error::{ContextError, ErrMode, StrContext, StrContextValue};
use winnow::token::{one_of, take_while};
use winnow::{ModalResult, Parser};

use super::engine::{Postings, Step, WORDS};
use super::index::Index;
use super::shared;

/// A query as it was typed.
pub(crate) enum Query {
    Word(String),
    And(Box<Query>, Box<Query>),
    Or(Box<Query>, Box<Query>),
    Not(Box<Query>, Box<Query>),
    DisMax(f32, Vec<Query>),
    Constant(f32, Box<Query>),
}

type Failure = ErrMode<ContextError>;

pub(crate) fn query(text: &str) -> Result<Query, String> {
    shared::parse("the query", text, cut_err(any_of))
}

fn any_of(input: &mut &str) -> ModalResult<Query> {
    let first = all_of(input)?;
    let more: Vec<Query> = repeat(0.., preceded(keyword("OR"), cut_err(all_of))).parse_next(input)?;
    Ok(more.into_iter().fold(first, |first, second| Query::Or(Box::new(first), Box::new(second))))
}

fn all_of(input: &mut &str) -> ModalResult<Query> {
    let and = preceded(keyword("AND"), cut_err(one)).map(|second| (true, second));
    let not = preceded(keyword("NOT"), cut_err(one)).map(|second| (false, second));
    let first = one(input)?;
    let more: Vec<(bool, Query)> = repeat(0.., alt((and, not))).parse_next(input)?;
    Ok(more.into_iter().fold(first, |first, (is_and, second)| {
        if is_and { Query::And(Box::new(first), Box::new(second)) } else { Query::Not(Box::new(first), Box::new(second)) }
    }))
}

fn one(input: &mut &str) -> ModalResult<Query> {
    let group = delimited('(', cut_err(any_of), cut_err(sign(")")));
    let one = alt((preceded(keyword("DISMAX"), cut_err(dismax)), preceded(keyword("CONSTANT"), cut_err(constant)), group, word, fail));
    let expected = StrContextValue::Description("a word, `(`, `DISMAX(...)` or `CONSTANT(...)`");
    delimited(multispace0, one, multispace0).context(StrContext::Expected(expected)).parse_next(input)
}

fn dismax(input: &mut &str) -> ModalResult<Query> {
    let share = delimited(sign("("), number, sign(",")).parse_next(input)?;
    let mut operands = vec![any_of(input)?];
    operands.extend::<Vec<Query>>(repeat(0.., preceded(',', cut_err(any_of))).parse_next(input)?);
    sign(")").parse_next(input)?;
    Ok(Query::DisMax(share, operands))
}

fn constant(input: &mut &str) -> ModalResult<Query> {
    let (score, operand) = delimited(sign("("), (number, preceded(sign(","), any_of)), sign(")")).parse_next(input)?;
    Ok(Query::Constant(score, Box::new(operand)))
}

fn word(input: &mut &str) -> ModalResult<Query> {
    not(alt((keyword("AND"), keyword("OR"), keyword("NOT")))).parse_next(input)?;
    let word = take_while(1.., char::is_alphanumeric).parse_next(input)?;
    Ok(Query::Word(word.to_lowercase()))
}

fn number(input: &mut &str) -> ModalResult<f32> {
    let number = float.verify(|number: &f32| number.is_finite() && *number >= 0.0);
    let expected = StrContextValue::Description("a number, not below zero");
    delimited(multispace0, number, multispace0).context(StrContext::Expected(expected)).parse_next(input)
}

fn keyword<'a>(keyword: &'static str) -> impl Parser<&'a str, (), Failure> {
    (keyword, not(one_of(char::is_alphanumeric))).void()
}

fn sign<'a>(sign: &'static str) -> impl Parser<&'a str, (), Failure> {
    sign.context(StrContext::Expected(StrContextValue::StringLiteral(sign))).void()
}

/// A query for the engine: its shape as steps, and what stays an argument.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    pub(crate) numbers: Vec<f32>,
    /// Where the postings of each word begin, and the end of the last.
    pub(crate) words: Vec<u32>,
    pub(crate) documents: Vec<u32>,
    pub(crate) scores: Vec<f32>,
}

impl Plan {
    pub(crate) fn new(query: &Query, index: &Index) -> Result<Plan, String> {
        let mut plan = Plan { words: vec![0], ..Plan::default() };
        plan.push(query, index);
        if plan.words.len() - 1 > WORDS {
            return Err(format!("the query has {} words, and {WORDS} are as many as there may be", plan.words.len() - 1));
        }
        if plan.numbers.len() > usize::from(u8::MAX) {
            return Err(format!("the query has {} numbers, and {} are as many as there may be", plan.numbers.len(), u8::MAX));
        }
        Ok(plan)
    }

    fn push(&mut self, query: &Query, index: &Index) {
        let mut operation = |operation, operands: [&Query; 2]| {
            operands.iter().for_each(|operand| self.push(operand, index));
            self.steps.push(operation);
        };
        match query {
            Query::And(first, second) => operation(Step::And, [first, second]),
            Query::Or(first, second) => operation(Step::Or, [first, second]),
            Query::Not(first, second) => operation(Step::Not, [first, second]),
            Query::Word(word) => {
                self.steps.push(Step::Word((self.words.len() - 1) as u8));
                if let Some(postings) = index.words.get(word) {
                    self.documents.extend(&postings.documents);
                    self.scores.extend(&postings.scores);
                }
                self.words.push(self.documents.len() as u32);
            }
            Query::DisMax(share, operands) => {
                for (place, operand) in operands.iter().enumerate() {
                    self.push(operand, index);
                    if place > 0 {
                        self.steps.push(Step::Choose);
                    }
                }
                self.push_number(Step::Share, *share);
            }
            Query::Constant(score, operand) => {
                self.push(operand, index);
                self.push_number(Step::Constant, *score);
            }
        }
    }

    fn push_number(&mut self, step: fn(u8) -> Step, number: f32) {
        self.steps.push(step(self.numbers.len() as u8));
        self.numbers.push(number);
    }

    pub(crate) fn postings(&self) -> Postings<'_> {
        Postings { documents: &self.documents, scores: &self.scores, words: &self.words }
    }

    /// The documents and scores of a word.
    pub(crate) fn postings_of(&self, word: usize) -> (&[u32], &[f32]) {
        let range = self.words[word] as usize..self.words[word + 1] as usize;
        (&self.documents[range.clone()], &self.scores[range])
    }
}
