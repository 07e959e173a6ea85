//! What a call costs in each tier.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use crate::children;
use crate::kernels::{EXPONENTS, batched, listed, power, remainders};

/// The tiers, and ways to reach them, in the order of their figures.
pub(crate) const TIERS: [&str; 6] = [
    "generic",
    "runtime variant, dispatcher",
    "listed, dispatcher",
    "runtime variant, handle",
    "listed, constant at the call site",
    "runtime variant, `map` over a slice",
];
/// Where the generic function stands in `TIERS`.
pub(crate) const GENERIC: usize = 0;
/// Where the handle stands in `TIERS`.
pub(crate) const HANDLE: usize = 3;

/// Calls in a row, and elements of a slice.
const ELEMENTS: usize = 4_096;
/// How often each way takes its turn, and how often it makes all these calls then.
const ROUNDS: u32 = 60;
const REPETITIONS: u32 = 10;
/// The divisor of `remainders`, and how many numbers it divides.
pub(crate) const DIVISOR: u32 = 10;
pub(crate) const NUMBERS: usize = 1_000;

/// Nanoseconds per call.
pub(crate) struct Calls {
    /// Of `power`, for each exponent, in each tier.
    pub(crate) power: Vec<[f64; TIERS.len()]>,
    /// Of `remainders`, generic and by a handle.
    pub(crate) remainders: [f64; 2],
}

impl Calls {
    /// Measures in a process of its own.
    pub(crate) fn new(store: &Path) -> Result<Calls, Box<dyn Error>> {
        let figures = children::costs_of_calls(store)?;
        let (power, rest) = figures.as_chunks();
        let calls = Calls { power: power.to_vec(), remainders: rest.try_into()? };
        calls.print();
        Ok(calls)
    }

    /// The figures of the generic function and of the handle for an exponent.
    pub(crate) fn of(&self, exponent: u32) -> Option<[f64; 2]> {
        let place = EXPONENTS.iter().position(|known| *known == exponent)?;
        self.power.get(place).map(|tiers| [tiers[GENERIC], tiers[HANDLE]])
    }

    fn print(&self) {
        print!("\n{:<40}", "`power`, ns per call, n =");
        EXPONENTS.iter().for_each(|exponent| print!("{exponent:>8}"));
        for (tier, name) in TIERS.iter().enumerate() {
            print!("\n{name:<40}");
            self.power.iter().for_each(|figures| print!("{:>8.2}", figures[tier]));
        }
        let [generic, handle] = self.remainders;
        println!("\n`remainders` of {NUMBERS} numbers by {DIVISOR}: generic {generic:.1}, by a handle {handle:.1}");
    }
}

/// A way to make as many calls as there are elements, which gives the last result.
type Way<'a> = Box<dyn FnMut() -> u64 + 'a>;

/// All figures, in the order of the exponents and `TIERS`, and then those of `remainders`.
pub(crate) fn measure() -> Result<Vec<f64>, Box<dyn Error>> {
    let mut figures = Vec::new();
    figures.extend(tiers::<2>()?);
    figures.extend(tiers::<3>()?);
    figures.extend(tiers::<8>()?);
    figures.extend(tiers::<13>()?);
    figures.extend(tiers::<20>()?);
    let numbers: Vec<u32> = (0..NUMBERS as u32).collect();
    let bound = remainders::prepare(DIVISOR)?;
    let generic: Way<'_> = Box::new(|| remainders::generic(black_box(&numbers), black_box(DIVISOR)));
    let handle: Way<'_> = Box::new(|| bound.call(black_box(&numbers)));
    figures.extend(best(&mut [generic, handle], 1)?);
    Ok(figures)
}

/// Nanoseconds per call of `power` in each tier.
fn tiers<const N: u32>() -> Result<Vec<f64>, Box<dyn Error>> {
    let bound = power::prepare(N)?;
    let handle = &bound;
    let chains = &mut [
        chain(|x| power::generic(x, black_box(N))),
        chain(|x| power(x, black_box(N))),
        chain(|x| listed(x, black_box(N))),
        chain(|x| handle.call(x)),
        chain(|x| listed(x, N)),
    ];
    let mut figures = best(chains, ELEMENTS)?;
    let (xs, mut out) = ((1..=ELEMENTS as u64).collect::<Vec<_>>(), vec![0; ELEMENTS]);
    let batched = batched::prepare(N)?;
    batched.map(&xs, &mut out);
    if !xs.iter().zip(&out).all(|(x, out)| power::generic(*x, N) == *out) {
        return Err("`map` gives something else than the generic function: this is a bug".into());
    }
    let map: Way<'_> = Box::new(|| {
        batched.map(black_box(&xs), black_box(&mut out));
        out[ELEMENTS - 1]
    });
    figures.extend(best(&mut [map], ELEMENTS)?);
    Ok(figures)
}

/// Calls that take each the result of the one before, and so cannot be made at once.
fn chain<'a>(call: impl Fn(u64) -> u64 + 'a) -> Way<'a> {
    Box::new(move || (0..ELEMENTS).fold(black_box(3), |x, _| call(x)))
}

/// Nanoseconds per call for each way, the best of the rounds in which they take turns; all must give the same.
fn best(ways: &mut [Way<'_>], calls: usize) -> Result<Vec<f64>, Box<dyn Error>> {
    let results: Vec<u64> = ways.iter_mut().map(|way| way()).collect();
    if results.iter().any(|result| *result != results[0]) {
        return Err(format!("the tiers give {results:?}, which should be the same: this is a bug").into());
    }
    let mut best = vec![f64::INFINITY; ways.len()];
    for _ in 0..ROUNDS {
        for (way, best) in ways.iter_mut().zip(&mut best) {
            let started = Instant::now();
            (0..REPETITIONS).for_each(|_| _ = black_box(way()));
            *best = best.min(started.elapsed().as_nanos() as f64 / f64::from(REPETITIONS) / calls as f64);
        }
    }
    Ok(best)
}
