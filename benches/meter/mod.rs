//! How ways to make a call are compared: by time, the best of rounds in turn on one core, and by instructions, where valgrind is there.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::env;
use std::fs;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use core_affinity::CoreId;

/// Calls in a round.
pub(crate) const CALLS: u64 = 10_000_000;
/// Rounds of each way.
pub(crate) const ROUNDS: usize = 32;

/// Calls of a way while its instructions are counted.
const COUNTED: u64 = 100_000;
/// Set where this program runs to have its instructions counted.
const COUNTING: &str = "SPECIALIZE_BENCH_COUNTING";

/// One way to make a number of calls, by its name.
pub(crate) type Way<'a> = (&'static str, Box<dyn Fn(u64) -> u64 + 'a>);

/// What measures.
pub(crate) enum Meter {
    /// Times, with the counts of instructions made before, in the order of the ways.
    Times(RefCell<VecDeque<f64>>),
    /// Nothing: this program runs under callgrind.
    Counts,
}

impl Meter {
    /// Counts the instructions of the whole bench in a child, if that is possible, and prints the head of the table.
    pub(crate) fn new() -> Meter {
        if env::var_os(COUNTING).is_some() {
            return Meter::Counts;
        }
        let counts = count().unwrap_or_else(|error| {
            println!("instructions are not counted: {error}");
            VecDeque::new()
        });
        pin(0);
        println!("{:<64}{:>10}{:>8}{:>14}{:>8}", "", "ns/call", "ratio", "instructions", "ratio");
        Meter::Times(RefCell::new(counts))
    }

    /// Whether times are taken.
    pub(crate) fn takes_times(&self) -> bool {
        matches!(self, Meter::Times(_))
    }

    /// Prints each way of a group against the first.
    pub(crate) fn compare(&self, title: &str, ways: &[Way<'_>]) {
        match self {
            Meter::Counts => ways.iter().for_each(|(_, way)| {
                specialize_bench_boundary();
                black_box(way(COUNTED));
                specialize_bench_boundary();
            }),
            Meter::Times(counts) => print(title, ways, &times(ways), &mut counts.borrow_mut()),
        }
    }
}

/// Keeps the calling thread on one core.
pub(crate) fn pin(core: usize) {
    // Asked once: a thread that is pinned sees no core but its own.
    static CORES: OnceLock<Vec<CoreId>> = OnceLock::new();
    let cores = CORES.get_or_init(|| core_affinity::get_core_ids().unwrap_or_default());
    if let Some(core) = cores.get(core) {
        core_affinity::set_for_current(*core);
    }
}

/// Nanoseconds a call, for each way.
fn times(ways: &[Way<'_>]) -> Vec<f64> {
    let best = best_turns(ROUNDS, ways.len(), |way| {
        black_box(ways[way].1(CALLS));
    });
    best.into_iter().map(|turn| turn.as_nanos() as f64 / CALLS as f64).collect()
}

/// The shortest turn of each way, of as many rounds.
pub(crate) fn best_turns(rounds: usize, ways: usize, mut turn: impl FnMut(usize)) -> Vec<Duration> {
    let mut best = vec![Duration::MAX; ways];
    for _ in 0..rounds {
        for (way, best) in best.iter_mut().enumerate() {
            let started = Instant::now();
            turn(way);
            *best = started.elapsed().min(*best);
        }
    }
    best
}

fn print(title: &str, ways: &[Way<'_>], times: &[f64], counts: &mut VecDeque<f64>) {
    println!("{title}");
    let counts: Vec<f64> = ways.iter().filter_map(|_| counts.pop_front()).collect();
    for (index, ((name, _), time)) in ways.iter().zip(times).enumerate() {
        print!("  {name:<62}{time:>10.3}{:>8.3}", time / times[0]);
        match counts.get(index) {
            Some(count) => println!("{count:>14.2}{:>8.3}", count / counts[0]),
            None => println!(),
        }
    }
}

/// Instructions a call, for all ways of the bench.
fn count() -> io::Result<VecDeque<f64>> {
    let folder = tempfile::tempdir()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-before=specialize_bench_boundary"])
        .arg(format!("--callgrind-out-file={}", folder.path().join("counts").display()))
        .arg(env::current_exe()?)
        .arg("--bench")
        .env(COUNTING, "1")
        // valgrind knows no AVX-512.
        .env("SPECIALIZE_TARGET_CPU", "build")
        .stdout(Stdio::null())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    // A file is written at each boundary: every second one holds what a way took.
    (2..)
        .step_by(2)
        .map(|index| folder.path().join(format!("counts.{index}")))
        .take_while(|path| path.exists())
        .map(|path| total(&path))
        .collect()
}

fn total(path: &Path) -> io::Result<f64> {
    let text = fs::read_to_string(path)?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse::<u64>().ok());
    total.map(|total| total as f64 / COUNTED as f64).ok_or_else(|| io::Error::other("callgrind wrote no totals"))
}

/// Where callgrind is told to write down what it has counted.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn specialize_bench_boundary() {
    black_box(());
}
