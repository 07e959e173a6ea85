//! What calling through an interface costs in a hot loop, and what it costs when the list of operations is the value.
//!
//! `cargo run --release --example operations -- 'add(5, 6, sub(x, 2))'`. An operation is a number, the argument `x`, `add(...)`, which
//! sums what it holds, or `sub(...)`, which takes all that from zero.

mod shared;

use std::fmt::Debug;
use std::hint::black_box;
use std::process::ExitCode;

use clap::Parser as Arguments;
use shared::{Way, compare};
use specialize::specialize;
use winnow::ascii::{dec_int, multispace0};
use winnow::combinator::{alt, cut_err, delimited, fail, opt, preceded};
use winnow::error::{StrContext, StrContextValue};
use winnow::{ModalResult, Parser};

/// How deep the stack of [`evaluate`] is.
const DEPTH: usize = 32;

/// Evaluates a list of operations, operands first: a code, and a number where it is one.
///
/// Each takes two operands at most: a loop over an operation's operands would be unrolled only after LLVM has given up on keeping
/// the stack in registers.
#[specialize(list, batch(x))]
fn evaluate(x: i64, list: &[(u8, i64)]) -> i64 {
    let mut stack = [0i64; 32];
    let mut top = 0;
    for &(code, number) in list {
        match code {
            0 | 1 => {
                stack[top % 32] = if code == 0 { number } else { x };
                top += 1;
            }
            2 => {
                top -= 1;
                stack[(top - 1) % 32] = stack[(top - 1) % 32].wrapping_add(stack[top % 32]);
            }
            _ => stack[(top - 1) % 32] = stack[(top - 1) % 32].wrapping_neg(),
        }
    }
    stack[0]
}

/// The article's interface.
trait Operation: Debug {
    fn apply(&self, x: i64) -> i64;
}

#[derive(Debug)]
struct Number(i64);
#[derive(Debug)]
struct Argument;
#[derive(Debug)]
struct Add<T>(Vec<T>);
#[derive(Debug)]
struct Sub<T>(Vec<T>);

impl Operation for Number {
    fn apply(&self, _: i64) -> i64 {
        self.0
    }
}

impl Operation for Argument {
    fn apply(&self, x: i64) -> i64 {
        x
    }
}

impl<T: Operation> Operation for Add<T> {
    fn apply(&self, x: i64) -> i64 {
        self.0.iter().fold(0i64, |sum, operation| sum.wrapping_add(operation.apply(x)))
    }
}

impl<T: Operation> Operation for Sub<T> {
    fn apply(&self, x: i64) -> i64 {
        self.0.iter().fold(0i64, |sum, operation| sum.wrapping_sub(operation.apply(x)))
    }
}

impl Operation for Box<dyn Operation> {
    fn apply(&self, x: i64) -> i64 {
        (**self).apply(x)
    }
}

/// What was typed; and the same by concrete types, as far as types can know what is only typed now.
#[derive(Debug)]
enum Typed {
    Number(Number),
    Argument(Argument),
    Add(Add<Typed>),
    Sub(Sub<Typed>),
}

impl Operation for Typed {
    fn apply(&self, x: i64) -> i64 {
        match self {
            Typed::Number(number) => number.apply(x),
            Typed::Argument(argument) => argument.apply(x),
            Typed::Add(add) => add.apply(x),
            Typed::Sub(sub) => sub.apply(x),
        }
    }
}

impl Typed {
    fn interface(&self) -> Box<dyn Operation> {
        let all = |operands: &[Typed]| operands.iter().map(Typed::interface).collect();
        match self {
            Typed::Number(Number(number)) => Box::new(Number(*number)),
            Typed::Argument(_) => Box::new(Argument),
            Typed::Add(Add(operands)) => Box::new(Add::<Box<dyn Operation>>(all(operands))),
            Typed::Sub(Sub(operands)) => Box::new(Sub::<Box<dyn Operation>>(all(operands))),
        }
    }

    /// Appends the list for [`evaluate`].
    fn list(&self, list: &mut Vec<(u8, i64)>) {
        let (operands, negate) = match self {
            Typed::Number(Number(number)) => return list.push((0, *number)),
            Typed::Argument(_) => return list.push((1, 0)),
            Typed::Add(Add(operands)) => (operands, false),
            Typed::Sub(Sub(operands)) => (operands, true),
        };
        list.push((0, 0));
        for operand in operands {
            operand.list(list);
            list.push((2, 0));
        }
        if negate {
            list.push((3, 0));
        }
    }

    /// How many places of the stack it takes.
    fn depth(&self) -> usize {
        match self {
            Typed::Number(_) | Typed::Argument(_) => 1,
            Typed::Add(Add(operands)) | Typed::Sub(Sub(operands)) => 1 + operands.iter().map(Typed::depth).max().unwrap_or(0),
        }
    }
}

fn operation(input: &mut &str) -> ModalResult<Typed> {
    let number = dec_int.map(|number| Typed::Number(Number(number)));
    let argument = 'x'.value(()).map(|()| Typed::Argument(Argument));
    let add = preceded("add", cut_err(operands)).map(|operands| Typed::Add(Add(operands)));
    let sub = preceded("sub", cut_err(operands)).map(|operands| Typed::Sub(Sub(operands)));
    let expected = StrContextValue::Description("a number, `x`, `add(...)` or `sub(...)`");
    delimited(multispace0, alt((number, argument, add, sub, fail)), multispace0).context(StrContext::Expected(expected)).parse_next(input)
}

fn operands(input: &mut &str) -> ModalResult<Vec<Typed>> {
    let (open, close) = (StrContextValue::CharLiteral('('), StrContextValue::CharLiteral(')'));
    '('.context(StrContext::Expected(open)).parse_next(input)?;
    let mut operands: Vec<Typed> = opt(operation).parse_next(input)?.into_iter().collect();
    while !operands.is_empty() && opt(',').parse_next(input)?.is_some() {
        operands.push(operation(input)?);
    }
    preceded(multispace0, ')').context(StrContext::Expected(close)).parse_next(input)?;
    Ok(operands)
}

/// What calling through an interface costs, and what it costs when the list of operations is the value.
#[derive(Arguments)]
struct Settings {
    /// The operation.
    #[arg(default_value = "add(5, 6, sub(x, 2, add(x, 3)), x)")]
    operation: String,
    /// How many times it is applied in a round.
    #[arg(long, default_value_t = 4_096, value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    times: u32,
}

fn main() -> ExitCode {
    shared::main(run)
}

fn run(settings: Settings) -> Result<(), String> {
    let typed = shared::parse("the operation", &settings.operation, cut_err(operation))?;
    if typed.depth() > DEPTH {
        return Err(format!("the operation is more than {DEPTH} deep, which is as much as there is room for"));
    }
    println!("the article's loops, over add(5, 6)");
    the_articles_table(settings.times)?;

    println!("\n{}, over {} different x", settings.operation, settings.times);
    let mut list = Vec::new();
    typed.list(&mut list);
    let (bound, took) = shared::ready(|| evaluate::prepare(&list), || evaluate::bind(&list));
    shared::arrived(evaluate::table(), bound.tier(), took);
    let interface = black_box(typed.interface());
    let xs: Vec<i64> = (0..i64::from(settings.times)).collect();
    let (xs, list) = (&xs, &list);
    let mut out = vec![0; xs.len()];
    let mut ways: [Way<'_, i64>; 6] = [
        ("by interface (dyn)", Box::new(|| total(xs, |x| interface.apply(x)))),
        ("by concrete types (enum)", Box::new(|| total(xs, |x| black_box(&typed).apply(x)))),
        ("generic, over the list", Box::new(|| total(xs, |x| evaluate::generic(x, black_box(list))))),
        ("specialized on the list, by the dispatcher", Box::new(|| total(xs, |x| evaluate(x, black_box(list))))),
        ("specialized on the list, by handle", Box::new(|| total(xs, |x| bound.call(x)))),
        (
            "specialized on the list, by `map`",
            Box::new(|| {
                bound.map(black_box(xs), &mut out);
                out.iter().fold(0, |sum, one| sum.wrapping_add(*one))
            }),
        ),
    ];
    compare("call", f64::from(settings.times), &mut ways)
}

/// Adds up in a local: a store to a global in every round would hide what is to be seen.
fn total(xs: &[i64], apply: impl Fn(i64) -> i64) -> i64 {
    xs.iter().fold(0, |sum, x| sum.wrapping_add(apply(black_box(*x))))
}

/// Noop, Interface and Inline, as in the article. Each gives how many times it applied the list, which makes eleven.
fn the_articles_table(times: u32) -> Result<(), String> {
    let interface = black_box(Box::new(Add::<Box<dyn Operation>>(vec![Box::new(Number(5)), Box::new(Number(6))])) as Box<dyn Operation>);
    let concrete = black_box(Add(vec![Number(5), Number(6)]));
    let list = [(0, 5), (0, 6), (2, 0)];
    let (bound, _) = shared::ready(|| evaluate::prepare(&list), || evaluate::bind(&list));
    let count = |sum: i64| sum / 11;
    let mut ways: [Way<'_, i64>; 4] = [
        ("Noop", Box::new(|| (0..times).fold(0, |sum, _| black_box(sum) + 1))),
        ("Interface", Box::new(|| count((0..times).fold(0, |sum, _| sum + black_box(&interface).apply(0))))),
        ("Inline", Box::new(|| count((0..times).fold(0, |sum, _| sum + black_box(&concrete).apply(0))))),
        ("specialized on the list, by handle", Box::new(|| count((0..times).fold(0, |sum, _| sum + black_box(&bound).call(0))))),
    ];
    compare("call", f64::from(times), &mut ways)
}
