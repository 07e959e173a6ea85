//! From a new value to a function that can be called, by the ways that can make one while the program runs.

use std::error::Error;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode};

use super::compilers::Compiler;
use super::cranelift::{CodeGenerator, Form};
use super::functions::power;
use super::tables::{Table, Tables, Unit};

/// The first exponent: it and the next ones are listed nowhere.
const FIRST: u32 = 9;
/// Values that are timed, each a sample.
const VALUES: u32 = 40;

/// A function that knows its exponent.
type Made<'a> = Box<dyn Fn(u64) -> u64 + 'a>;

/// Measures each way with the same values, each of them new to it.
pub(crate) fn powers(criterion: &mut Criterion, tables: &mut Tables, compilers: &[Compiler], generator: &CodeGenerator) {
    let mut group = criterion.benchmark_group("cold");
    group.sampling_mode(SamplingMode::Flat).sample_size(VALUES as usize).warm_up_time(Duration::from_nanos(1));
    let title = format!("`power`, from a new value to a function, median of {VALUES} values");
    let table = tables.add(title, "cold", Unit::Microseconds, "specialize, prepare");
    way(&mut group, table, "specialize, prepare", |n| {
        let bound = power::prepare(n)?;
        Ok(Box::new(move |x| bound.call(x)))
    });
    for (name, form) in [("cranelift-jit, unrolled", Form::Unrolled), ("cranelift-jit, by squares", Form::Squares)] {
        way(&mut group, table, name, |n| {
            let generated = generator.power(n, form)?;
            Ok(Box::new(move |x| generated.call(x)))
        });
    }
    for compiler in compilers {
        way(&mut group, table, compiler.name, |n| {
            let compiled = compiler.power(n)?;
            Ok(Box::new(move |x| compiled.call(x)))
        });
    }
    table.note("const-currying", "values listed at build time only");
    table.note("const-dispatch", "`u8`, all at build time");
    table.note("multiversion", "fixes no value");
    group.finish();
}

/// Times one new value for each of criterion's samples.
///
/// criterion asks for a number of iterations; it is told that each took as long as the one that there can be, since a second with the
/// same value would find the first one's result. Two values come before the samples: one to build what is built once, and one that
/// criterion plans by.
fn way<'a>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    table: &mut Table,
    name: &str,
    make: impl Fn(u32) -> Result<Made<'a>, Box<dyn Error>>,
) {
    let mut values = FIRST..;
    table.row(name);
    values.next().map(|n| time(name, n, &make));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let took = values.next().map_or(Duration::ZERO, |n| time(name, n, &make));
            took.mul_f64(iterations as f64)
        });
    });
}

fn time<'a>(name: &str, n: u32, make: impl Fn(u32) -> Result<Made<'a>, Box<dyn Error>>) -> Duration {
    let started = Instant::now();
    let made = make(n);
    let took = started.elapsed();
    match made {
        Ok(made) => assert_eq!(made(3), power::generic(3, n), "{name}: the answer for n = {n}"),
        Err(error) => panic!("{name}: no function for n = {n}: {error}"),
    }
    took
}
