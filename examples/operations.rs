//! What calling through an interface costs in a hot loop, and what it costs when the list of operations is the value: after the article
//! "Interface Dispatch" (Borislav Nikolov, REKKI).
//!
//! `cargo run --release --example operations -- 'add(5, 6, sub(x, 2))'`. An operation is a number, the argument `x`, `add(...)`, which
//! sums what it holds, or `sub(...)`, which takes all that from zero.

mod shared;

use std::fmt::Debug;
use std::hint::black_box;
use std::process::ExitCode;

use clap::Parser as Arguments;
use list::{DEPTH, Step, evaluate};
use shared::{BY_HAND, DISPATCHER, GENERIC, HANDLE, INTERFACE, MAP, Meter, Way, compare};
use specialize::specialize;
use winnow::ascii::{dec_int, multispace0};
use winnow::combinator::{alt, cut_err, delimited, fail, opt, preceded};
use winnow::error::{StrContext, StrContextValue};
use winnow::{ModalResult, Parser};

/// What is specialized: the evaluation of a list of operations.
#[specialize]
mod list {
    /// How deep the stack is.
    pub(crate) const DEPTH: usize = 32;

    /// One of a list of operations, in which operands come first.
    ///
    /// Each takes two operands at most: a loop over an operation's operands would be unrolled only after LLVM has given up on keeping
    /// the stack in registers.
    #[derive(Clone, Copy, Debug, specialize::Value)]
    pub(crate) enum Step {
        Number(i64),
        Argument,
        Add,
        Negate,
    }

    /// Evaluates a list of operations for an `x`.
    #[specialize(steps, batch(x))]
    pub(crate) fn evaluate(x: i64, steps: &[Step]) -> i64 {
        let mut stack = [0i64; DEPTH];
        let mut top = 0;
        for step in steps {
            match *step {
                Step::Number(_) | Step::Argument => {
                    stack[top % DEPTH] = if let Step::Number(number) = *step { number } else { x };
                    top += 1;
                }
                Step::Add => {
                    top -= 1;
                    stack[(top - 1) % DEPTH] = stack[(top - 1) % DEPTH].wrapping_add(stack[top % DEPTH]);
                }
                Step::Negate => stack[(top - 1) % DEPTH] = stack[(top - 1) % DEPTH].wrapping_neg(),
            }
        }
        stack[0]
    }
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
    fn list(&self, list: &mut Vec<Step>) {
        let (operands, negate) = match self {
            Typed::Number(Number(number)) => return list.push(Step::Number(*number)),
            Typed::Argument(_) => return list.push(Step::Argument),
            Typed::Add(Add(operands)) => (operands, false),
            Typed::Sub(Sub(operands)) => (operands, true),
        };
        list.push(Step::Number(0));
        for operand in operands {
            operand.list(list);
            list.push(Step::Add);
        }
        if negate {
            list.push(Step::Negate);
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

/// What is evaluated where nothing is asked for.
const OPERATION: &str = "add(5, 6, sub(x, 2, add(x, 3)), x)";

/// The same, as it would have been written if it had been known.
#[inline(never)]
fn by_hand(x: i64) -> i64 {
    5i64.wrapping_add(6).wrapping_sub(x.wrapping_add(2).wrapping_add(x.wrapping_add(3))).wrapping_add(x)
}

/// What calling through an interface costs, and what it costs when the list of operations is the value.
#[derive(Arguments)]
pub(crate) struct Settings {
    /// The operation.
    #[arg(default_value = OPERATION)]
    operation: String,
    /// How many times it is applied in a round.
    #[arg(long, default_value_t = 4_096, value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    times: u32,
}

fn main() -> ExitCode {
    shared::main(|settings| run(settings, &mut shared::table))
}

pub(crate) fn run(settings: Settings, meter: &mut Meter<'_>) -> Result<(), String> {
    let typed = shared::parse("the operation", &settings.operation, cut_err(operation))?;
    if typed.depth() > DEPTH {
        return Err(format!("the operation is more than {DEPTH} deep, which is as much as there is room for"));
    }
    println!("the article's loops, over add(5, 6)\n");
    the_articles_table(settings.times, meter)?;

    println!("\n{}, over {} different x", settings.operation, settings.times);
    let mut steps = Vec::new();
    typed.list(&mut steps);
    let (bound, took) = shared::ready(|| evaluate::prepare(&steps), || evaluate::bind(&steps));
    shared::arrived(evaluate::table(), bound.tier(), took);
    let interface = black_box(typed.interface());
    let xs = black_box((0..i64::from(settings.times)).collect::<Vec<_>>());
    let (xs, steps, mut out) = (&xs, &steps, vec![0; xs.len()]);
    let map = || {
        bound.map(black_box(xs), &mut out);
        out.iter().fold(0i64, |sum, one| sum.wrapping_add(*one))
    };
    let mut ways: Vec<Way<'_, i64>> = vec![
        (INTERFACE, "an object for each operation", Box::new(|| total(xs, |x| interface.apply(x)))),
        ("enum", "concrete types, as far as they can be known", Box::new(|| total(xs, |x| black_box(&typed).apply(x)))),
        (GENERIC, "the list interpreted", Box::new(|| total(xs, |x| evaluate::generic(x, black_box(steps))))),
        (DISPATCHER, "specialized on the list", Box::new(|| total(xs, |x| evaluate(x, black_box(steps))))),
        (HANDLE, "specialized on the list", Box::new(|| total(xs, |x| bound.call(x)))),
        (MAP, "specialized on the list, all x at once", Box::new(map)),
    ];
    if settings.operation == OPERATION {
        ways.push((BY_HAND, "the operation written in Rust, not inlined", Box::new(|| total(xs, by_hand))));
    }
    compare(meter, "operations", "call", f64::from(settings.times), ways)
}

/// Adds up in a local: a store to a global in every round would hide what is to be seen.
fn total(xs: &[i64], apply: impl Fn(i64) -> i64) -> i64 {
    xs.iter().fold(0, |sum, x| sum.wrapping_add(apply(*x)))
}

/// Noop, Interface and Inline, as in the article. Each gives how many times it applied the list, which makes eleven.
fn the_articles_table(times: u32, meter: &mut Meter<'_>) -> Result<(), String> {
    let interface = black_box(Box::new(Add::<Box<dyn Operation>>(vec![Box::new(Number(5)), Box::new(Number(6))])) as Box<dyn Operation>);
    let concrete = black_box(Add(vec![Number(5), Number(6)]));
    let steps = [Step::Number(5), Step::Number(6), Step::Add];
    let (bound, _) = shared::ready(|| evaluate::prepare(&steps), || evaluate::bind(&steps));
    let count = |sum: i64| sum / 11;
    let ways: Vec<Way<'_, i64>> = vec![
        ("noop", "", Box::new(|| (0..times).fold(0, |sum, _| black_box(sum) + 1))),
        (INTERFACE, "an object for each number", Box::new(|| count((0..times).fold(0, |sum, _| sum + black_box(&interface).apply(0))))),
        ("inline", "a list of concrete numbers", Box::new(|| count((0..times).fold(0, |sum, _| sum + black_box(&concrete).apply(0))))),
        (HANDLE, "specialized on the list", Box::new(|| count((0..times).fold(0, |sum, _| sum + black_box(&bound).call(0))))),
    ];
    compare(meter, "operations: the article's loops", "call", f64::from(times), ways)
}
