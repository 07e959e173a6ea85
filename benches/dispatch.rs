//! What a call costs by way of dispatch: `cargo bench --bench dispatch`.
//!
//! The functions are trivial, so that the call is what is measured, and each call takes the result
//! of the one before. The ways of one group take turns within one run, and each figure is the best
//! of its rounds: the ratios can be trusted where the times cannot.
//!
//! Where valgrind is there, the program runs once more under `callgrind`, ahead of the times: how many
//! instructions a call takes, loop included, repeats exactly.

mod meter;

use std::cell::Cell;
use std::env;
use std::error::Error;
use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use meter::{CALLS, Meter, ROUNDS, Way, pin};
use specialize::{Config, Tier, specialize};

/// Runtime values only.
#[specialize(n, batch(x), hot = 1_000_000_000_000)]
fn add(x: u64, n: u64) -> u64 {
    x.wrapping_add(n)
}

/// Never has a variant, since what it may print cannot be linked into one.
#[specialize(n)]
fn never(x: u64, n: u64) -> u64 {
    if x == u64::MAX {
        println!("{n}");
    }
    x.wrapping_add(n)
}

/// Listed values.
#[specialize(n in [1, 2, 3, 4])]
fn listed(x: u64, n: u64) -> u64 {
    x.wrapping_add(n)
}

/// Raises `x` to the power `n`, wrapping.
#[specialize(n in [12], batch(x), hot = 1_000_000_000_000)]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// The same, and these values are listed.
#[specialize(n in [2, 3, 8, 13, 20])]
fn listed_power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// The same for 13, written by hand.
#[inline(never)]
fn power_13(x: u64) -> u64 {
    inlined_power_13(x)
}

#[inline(always)]
fn inlined_power_13(x: u64) -> u64 {
    let square = x.wrapping_mul(x);
    let cube = square.wrapping_mul(x);
    let sixth = cube.wrapping_mul(cube);
    sixth.wrapping_mul(sixth).wrapping_mul(x)
}

#[inline(never)]
fn constant<const N: u64>(x: u64) -> u64 {
    x.wrapping_add(N)
}

/// What a person would write for listed values.
#[inline]
fn by_hand(x: u64, n: u64) -> u64 {
    match n {
        1 => constant::<1>(x),
        2 => constant::<2>(x),
        3 => constant::<3>(x),
        4 => constant::<4>(x),
        _ => generic(x, n),
    }
}

#[inline(never)]
fn generic(x: u64, n: u64) -> u64 {
    x.wrapping_add(n)
}

/// The interface of the article "Interface Dispatch" (Borislav Nikolov, REKKI).
trait Operation {
    fn apply(&self, x: u64) -> u64;
}

struct Add(u64);

impl Operation for Add {
    fn apply(&self, x: u64) -> u64 {
        x.wrapping_add(self.0)
    }
}

const FIRST_KEY: u64 = 100;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dispatch: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    if env::var_os(SAMPLED).is_some() {
        return sampled();
    }
    let store = tempfile::tempdir()?;
    Config::default().cache_dir(store.path()).install()?;
    let meter = Meter::new();
    listed_values(&meter);
    runtime_values(&meter)?;
    bound_functions(&meter)?;
    misses(&meter);
    threads(&meter)?;
    maps(&meter)?;
    powers::<2>(&meter)?;
    powers::<3>(&meter)?;
    powers::<8>(&meter)?;
    powers::<13>(&meter)?;
    powers::<20>(&meter)?;
    sampling(&meter)?;
    the_articles_table(&meter)
}

/// A loop whose every call takes the result of the one before. It stands at each quarter of a cache line, which take turns from round to
/// round: where a loop happens to stand is worth up to 0.8 ns, more than what is to be told apart.
macro_rules! looped {
    ($x:ident, $index:ident => $call:expr) => {{
        let turn = Cell::new(0);
        Box::new(move |calls: u64| match turn.replace(turn.get() + 1) % 4 {
            0 => apart(|| looped!("0", calls, $x, $index => $call)),
            1 => apart(|| looped!("16", calls, $x, $index => $call)),
            2 => apart(|| looped!("32", calls, $x, $index => $call)),
            _ => apart(|| looped!("48", calls, $x, $index => $call)),
        })
    }};
    ($place:literal, $calls:ident, $x:ident, $index:ident => $call:expr) => {{
        #[cfg(target_arch = "x86_64")]
        // SAFETY: instructions that do nothing.
        unsafe {
            std::arch::asm!(concat!(".balign 64, 0x90; .skip ", $place, ", 0x90"), options(nomem, nostack, preserves_flags));
        }
        // What went through `black_box` would live in memory, and each call wait for the store of the one before.
        let mut $x = $calls;
        for $index in 0..$calls {
            let _ = $index;
            $x = $call;
        }
        $x
    }};
}

#[inline(never)]
fn apart<T>(run: impl FnOnce() -> T) -> T {
    run()
}

fn listed_values(meter: &Meter) {
    meter.compare(
        "listed values, four in turn",
        &[
            ("a match by hand over constant functions", looped!(x, i => by_hand(x, black_box(1 + i % 4)))),
            ("the dispatcher", looped!(x, i => listed(x, black_box(1 + i % 4)))),
        ],
    );
    meter.compare(
        "listed value, constant at the call site",
        &[("the constant function", looped!(x, i => constant::<3>(x))), ("the dispatcher", looped!(x, i => listed(x, 3)))],
    );
}

fn runtime_values(meter: &Meter) -> Result<(), Box<dyn Error>> {
    let functions: Vec<fn(u64) -> u64> = vec![constant::<100>, constant::<101>, constant::<102>, constant::<103>];
    let many: Vec<fn(u64) -> u64> = (0..64).map(|index| functions[index % 4]).collect();
    for key in FIRST_KEY..FIRST_KEY + 64 {
        assert_eq!(add::prepare(key)?.call(1), 1 + key);
    }
    let one = black_box(functions[0]);
    let (functions, many) = (&functions, &many);
    meter.compare(
        "runtime value, one hot key",
        &[("a bare indirect call", looped!(x, i => black_box(one)(x))), ("the dispatcher", looped!(x, i => add(x, black_box(FIRST_KEY))))],
    );
    meter.compare(
        "runtime values, 4 in turn",
        &[
            ("indirect calls through an array", looped!(x, i => functions[(i % 4) as usize](x))),
            ("the dispatcher", looped!(x, i => add(x, FIRST_KEY + i % 4))),
        ],
    );
    meter.compare(
        "runtime values, 64 in turn",
        &[
            ("indirect calls through an array", looped!(x, i => many[(i % 64) as usize](x))),
            ("the dispatcher", looped!(x, i => add(x, FIRST_KEY + i % 64))),
        ],
    );
    Ok(())
}

fn bound_functions(meter: &Meter) -> Result<(), Box<dyn Error>> {
    let one = black_box(constant::<100> as fn(u64) -> u64);
    let (ready, waiting) = (add::prepare(FIRST_KEY)?, never::bind(FIRST_KEY));
    assert!(!specialize::settle(Duration::ZERO) || waiting.last_error().is_some());
    assert!(specialize::settle(Duration::from_secs(60)) && waiting.tier() == Tier::Generic);
    let (ready, waiting) = (&ready, &waiting);
    meter.compare(
        "bound function",
        &[
            ("a bare indirect call", looped!(x, i => black_box(one)(x))),
            ("Bound::call with a variant", looped!(x, i => black_box(ready).call(x))),
        ],
    );
    // It is not as simple as the others: what it may print stands in it.
    let generic = black_box(never::generic as fn(u64, u64) -> u64);
    meter.compare(
        "bound function, still generic",
        &[
            ("a bare indirect call of the generic function", looped!(x, i => black_box(generic)(x, FIRST_KEY))),
            ("Bound::call", looped!(x, i => black_box(waiting).call(x))),
        ],
    );
    Ok(())
}

fn misses(meter: &Meter) {
    let ways: [Way<'_>; 2] = [
        ("the generic function", looped!(x, i => add::generic(x, black_box(7)))),
        ("the dispatcher, a value without a variant (counted)", looped!(x, i => add(x, black_box(7)))),
    ];
    meter.compare("a miss", &ways);
}

fn threads(meter: &Meter) -> Result<(), Box<dyn Error>> {
    if !meter.takes_times() {
        return Ok(());
    }
    let calls = |core: usize| {
        pin(core);
        let started = processor_time();
        let mut x = black_box(1u64);
        for _ in 0..CALLS {
            x = add(x, black_box(FIRST_KEY));
        }
        black_box(x);
        processor_time().saturating_sub(started)
    };
    // By the clock, and by the processor time of the thread that took the most, since others use these cores as well.
    let round = |threads: usize| {
        let started = Instant::now();
        let most = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|core| scope.spawn(move || calls(core))).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).max()
        });
        [started.elapsed(), most.unwrap_or_default()]
    };
    let best = |threads| {
        let rounds = (0..ROUNDS).map(|_| round(threads)).reduce(|best, round| [best[0].min(round[0]), best[1].min(round[1])]);
        rounds.unwrap_or_default().map(|time| time.as_secs_f64())
    };
    let (one, two) = (best(1), best(2));
    for (index, of) in ["by the clock", "by processor time"].iter().enumerate() {
        println!("{:<64}{:>18.3}", format!("2 threads, same key: throughput against one thread, {of}"), 2.0 * one[index] / two[index]);
    }
    Ok(())
}

/// How long the calling thread has run.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the place for the time is one.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Set where this program runs to measure what it costs that calls are timed now and then.
const SAMPLED: &str = "SPECIALIZE_BENCH_SAMPLED";

/// What it costs that calls are timed now and then: the mean over all calls of a second, in processes with and without, the best of each.
fn sampling(meter: &Meter) -> Result<(), Box<dyn Error>> {
    if !meter.takes_times() {
        return Ok(());
    }
    let mut rounds = [const { [const { Vec::new() }; 2] }; 2];
    for round in 0..10 {
        let samples = round % 2;
        let mut child = Command::new(env::current_exe()?);
        let output = child.env(SAMPLED, "1").env("SPECIALIZE_SAMPLING", ["false", "true"][samples]).output()?;
        let text = String::from_utf8(output.stdout)?;
        for (way, figure) in text.split_whitespace().enumerate().take(2) {
            rounds[way][samples].push(figure.parse::<f64>()?);
        }
    }
    println!("calls timed now and then, mean of all calls of a second");
    for (way, [without, with]) in ["the dispatcher", "Bound::call"].iter().zip(&rounds) {
        let [without, with] = [without, with].map(|figures| figures.iter().copied().fold(f64::INFINITY, f64::min));
        println!("  {:<62}{without:>10.3}{:>8.3}", format!("{way}, without"), 1.0);
        println!("  {:<62}{with:>10.3}{:>8.3}", format!("{way}, with"), with / without);
    }
    Ok(())
}

/// Prints the mean nanoseconds of a call by the dispatcher, and by a handle.
fn sampled() -> Result<(), Box<dyn Error>> {
    let store = tempfile::tempdir()?;
    Config::default().cache_dir(store.path()).install()?;
    pin(0);
    let bound = &power::prepare(13)?;
    let ways: [Box<dyn Fn(u64) -> u64>; 2] =
        [looped!(x, i => power(x, black_box(13))), Box::new(|calls| (0..calls).fold(1, |x, _| black_box(bound).call(x)))];
    for way in ways {
        let (started, mut calls) = (Instant::now(), 0);
        while started.elapsed() < Duration::from_secs(1) {
            black_box(way(CALLS / 100));
            calls += CALLS / 100;
        }
        println!("{}", started.elapsed().as_nanos() as f64 / calls as f64);
    }
    Ok(())
}

/// `power` in each tier.
fn powers<const N: u32>(meter: &Meter) -> Result<(), Box<dyn Error>> {
    let bound = &power::prepare(N)?;
    assert_eq!([power::generic(3, N), power(3, N), listed_power(3, N)], [bound.call(3); 3]);
    meter.compare(
        &format!("power, n = {N}"),
        &[
            ("the generic function", looped!(x, i => power::generic(x, black_box(N)))),
            ("the dispatcher, listed value", looped!(x, i => listed_power(x, black_box(N)))),
            ("the dispatcher, runtime variant", looped!(x, i => power(x, black_box(N)))),
            ("by handle", looped!(x, i => black_box(bound).call(x))),
            ("listed value, constant at the call site", looped!(x, i => listed_power(x, N))),
            ("by `map`, over 4,096 at a time", mapped(|xs, out| bound.map(xs, out))),
        ],
    );
    Ok(())
}

fn the_articles_table(meter: &Meter) -> Result<(), Box<dyn Error>> {
    let bound = add::prepare(FIRST_KEY)?;
    let (bound, interface) = (&bound, black_box(Box::new(Add(FIRST_KEY)) as Box<dyn Operation>));
    let interface = &interface;
    meter.compare(
        "the article's table",
        &[
            ("Noop", looped!(x, i => black_box(x))),
            ("Inline", looped!(x, i => black_box(x).wrapping_add(FIRST_KEY))),
            ("Interface (dyn)", looped!(x, i => interface.apply(black_box(x)))),
            ("dispatched per call", looped!(x, i => add(black_box(x), FIRST_KEY))),
            ("by handle", looped!(x, i => bound.call(black_box(x)))),
            ("by `map`, over 4,096 at a time", mapped(move |xs, out| bound.map(xs, out))),
        ],
    );
    Ok(())
}

/// How many elements are mapped at once.
const ELEMENTS: usize = 4_096;

/// A way that makes as many calls as it is told to by mapping slices.
fn mapped<'a>(map: impl Fn(&[u64], &mut [u64]) + 'a) -> Box<dyn Fn(u64) -> u64 + 'a> {
    let xs: Vec<u64> = (0..ELEMENTS as u64).collect();
    let out = std::cell::RefCell::new(vec![0; ELEMENTS]);
    Box::new(move |calls| {
        let mut out = out.borrow_mut();
        let mut left = calls as usize;
        while left > 0 {
            let elements = left.min(ELEMENTS);
            map(black_box(&xs[..elements]), black_box(&mut out[..elements]));
            left -= elements;
        }
        out[1]
    })
}

fn maps(meter: &Meter) -> Result<(), Box<dyn Error>> {
    let bound = power::prepare(13)?;
    let (mut out, xs) = (vec![0; ELEMENTS], (0..ELEMENTS as u64).collect::<Vec<_>>());
    power::map(&xs, 13, &mut out);
    assert!(xs.iter().zip(&out).all(|(x, out)| power_13(*x) == *out));
    let by_hand = |xs: &[u64], out: &mut [u64]| xs.iter().zip(out).for_each(|(x, out)| *out = power_13(*x));
    let inlined = |xs: &[u64], out: &mut [u64]| xs.iter().zip(out).for_each(|(x, out)| *out = inlined_power_13(*x));
    meter.compare(
        "power over 4,096 u64 (per element)",
        &[
            ("a scalar loop over the constant function written by hand, n = 13", mapped(by_hand)),
            ("the same, inlined and vectorised for the baseline CPU", mapped(inlined)),
            ("map, generic, n = 11", mapped(|xs, out| power::map(xs, black_box(11), out))),
            ("map, listed, n = 12", mapped(|xs, out| power::map(xs, black_box(12), out))),
            ("map, runtime variant by the dispatcher, n = 13", mapped(|xs, out| power::map(xs, black_box(13), out))),
            ("map, runtime variant by a handle, n = 13", mapped(move |xs, out| bound.map(xs, out))),
        ],
    );
    Ok(())
}
