//! What a call costs, by each way.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};

use super::compilers::Compiler;
use super::cranelift::{CodeGenerator, Form};
use super::functions::{
    DIMENSION, curried_dot, curried_power, dispatched_dot, dispatched_power, dot, multiversioned_dot, multiversioned_power, power,
};
use super::tables::{Table, Tables, Unit};

/// The row that the others are compared with.
const BASE: &str = "specialize, handle";

/// Vectors of the dimension.
type Vector = [f32; DIMENSION];

/// One group, and the table of it.
struct Ways<'a, 'b> {
    group: BenchmarkGroup<'a, WallTime>,
    table: &'b mut Table,
}

/// `power` with an exponent that no way but those that list it knows before it runs; each call takes the result of the one before.
pub(crate) fn powers(
    criterion: &mut Criterion,
    tables: &mut Tables,
    compilers: &[Compiler],
    generator: &CodeGenerator,
    n: u32,
) -> Result<(), Box<dyn Error>> {
    let bound = power::prepare(n)?;
    let listed = if n == 8 { "listed" } else { "not listed" };
    let mut ways = Ways::new(criterion, tables, &format!("power-{n}"), format!("`power`, n = {n}, {listed}"));
    let check = |call: &dyn Fn(u64) -> u64| [0, 1, 2, 3, u64::MAX].iter().all(|&x| call(x) == power::generic(x, n));
    ways.chain("specialize, generic", check, |x| power::generic(x, black_box(n)));
    ways.chain("specialize, dispatcher", check, |x| power(x, black_box(n)));
    ways.chain(BASE, check, |x| bound.call(x));
    if n == 8 {
        ways.chain("specialize, constant at the call site", check, power::at::<8>);
    }
    ways.chain("const-currying", check, |x| curried_power(x, black_box(n)));
    let small = u8::try_from(n)?;
    ways.chain("const-dispatch", check, |x| dispatched_power(x, black_box(small)));
    ways.chain("multiversion", check, |x| multiversioned_power(x, black_box(n)));
    for (name, form) in [("cranelift-jit, unrolled", Form::Unrolled), ("cranelift-jit, by squares", Form::Squares)] {
        let generated = generator.power(n, form)?;
        ways.chain(name, check, |x| generated.call(x));
    }
    for compiler in compilers {
        let compiled = compiler.power(n)?;
        ways.chain(compiler.name, check, |x| compiled.call(x));
    }
    Ok(())
}

/// `dot` with a fixed dimension.
pub(crate) fn dots(criterion: &mut Criterion, tables: &mut Tables, compilers: &[Compiler]) -> Result<(), Box<dyn Error>> {
    let bound = dot::prepare(DIMENSION)?;
    let mut ways = Ways::new(criterion, tables, &format!("dot-{DIMENSION}"), format!("`dot`, n = {DIMENSION}"));
    ways.repeat("specialize, generic", |a, b| dot::generic(a, b, black_box(DIMENSION)));
    ways.repeat("specialize, dispatcher", |a, b| dot(a, b, black_box(DIMENSION)));
    ways.repeat(BASE, |a, b| bound.call(a, b));
    ways.repeat("const-currying, listed", |a, b| curried_dot(a, b, black_box(DIMENSION)));
    let small = u8::try_from(DIMENSION)?;
    ways.repeat("const-dispatch", |a, b| dispatched_dot(a, b, black_box(small)));
    ways.repeat("multiversion, dimension written by hand", |a, b| multiversioned_dot(a, b));
    for compiler in compilers {
        let compiled = compiler.dot::<DIMENSION>()?;
        ways.repeat(compiler.name, |a, b| compiled.call(a, b));
    }
    Ok(())
}

impl<'a, 'b> Ways<'a, 'b> {
    fn new(criterion: &'a mut Criterion, tables: &'b mut Tables, name: &str, title: String) -> Ways<'a, 'b> {
        let mut group = criterion.benchmark_group(name);
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
        Ways { group, table: tables.add(title, name, Unit::Nanoseconds, BASE) }
    }

    /// A way of `power`, in a loop of its own.
    fn chain(&mut self, name: &str, check: impl Fn(&dyn Fn(u64) -> u64) -> bool, call: impl Fn(u64) -> u64) {
        assert!(check(&call), "{name}: another answer");
        self.table.row(name);
        self.group.bench_function(name, |bencher| {
            bencher.iter_custom(|calls| {
                let started = Instant::now();
                black_box((0..calls).fold(black_box(3), |x, _| call(x)));
                started.elapsed()
            });
        });
    }

    /// A way of `dot`, in a loop of its own.
    fn repeat(&mut self, name: &str, call: impl Fn(&Vector, &Vector) -> f32) {
        let (a, b): (Vector, Vector) = (vector(7_919), vector(104_729));
        let answer = dot::generic(&a, &b, DIMENSION);
        assert_eq!(call(&a, &b).to_bits(), answer.to_bits(), "{name}: another answer");
        self.table.row(name);
        self.group.bench_function(name, |bencher| bencher.iter(|| call(black_box(&a), black_box(&b))));
    }
}

fn vector(factor: usize) -> Vector {
    std::array::from_fn(|index| (index * factor % 1_000) as f32 / 500.0 - 1.0)
}
