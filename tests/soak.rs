//! Eight threads call five functions with values of all kinds, while compilers, the compile server, the store and the system fail and
//! recover: every answer is checked, and nothing grows.
//!
//! `SOAK_SECONDS=1800 cargo test --release --test soak -- --ignored --nocapture`

mod support;

#[path = "soak/faults.rs"]
mod faults;
#[path = "soak/kernels.rs"]
mod kernels;
#[path = "soak/latency.rs"]
mod latency;

use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use faults::Faults;
use kernels::{KERNELS, Random, Zipf};
use latency::Latency;
use support::is_child;
use support::place::{Place, own};
use support::processes::{PATIENCE, children, eventually, files_below, threads};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

const NAME: &str = "nothing_wears_out";

const THREADS: u64 = 8;

/// Of how many answers one comes from something else than the dispatcher.
const ODD_ONES: u64 = 4_096;

/// How often one thing happened, or was wrong.
static WRONG: AtomicU64 = AtomicU64::new(0);
static UNLOADED: AtomicU64 = AtomicU64::new(0);

/// Whether faults are on now, whether nobody calls for the moment, and whether it is over.
static FAULTS: AtomicBool = AtomicBool::new(false);
static PAUSE: AtomicBool = AtomicBool::new(false);
static OVER: AtomicBool = AtomicBool::new(false);

/// Counts variants that were unloaded.
struct Unloads;

impl<S: tracing::Subscriber> Layer<S> for Unloads {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "specialize::unload" {
            UNLOADED.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What a host uses.
#[derive(Clone, Copy, Debug)]
struct Use {
    resident: u64,
    descriptors: usize,
    threads: usize,
    processes: usize,
    temporary: usize,
}

impl std::fmt::Display for Use {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Use { resident, descriptors, threads, processes, temporary } = self;
        write!(
            formatter,
            "{resident} kB resident, {descriptors} descriptors, {threads} threads, {processes} processes, {temporary} temporary files"
        )
    }
}

impl Use {
    fn now() -> Use {
        let status = fs::read_to_string("/proc/self/status").expect("Linux");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
        let files = [files_below(&own().join("store/v1/work")), files_below(&own().join("temporary"))].concat();
        Use {
            resident: resident.expect("Linux"),
            descriptors: fs::read_dir("/proc/self/fd").expect("Linux").count(),
            threads: threads().len(),
            processes: children().len(),
            temporary: files.into_iter().filter(|path| path.is_file()).count(),
        }
    }
}

#[test]
#[ignore = "takes as long as it is told"]
fn nothing_wears_out() {
    if is_child(NAME) {
        return soak();
    }
    let place = Place::new(NAME);
    let compiler = faults::compiler_that_can_fail(&place);
    let compiler = compiler.to_str().expect("no strange characters");
    let mut host = place.host(&[
        ("SPECIALIZE_TOOLCHAIN", compiler),
        ("SPECIALIZE_ENGINE", "auto"),
        ("SPECIALIZE_HOT", "200"),
        ("SPECIALIZE_TABLE_CAPACITY", "24"),
        ("SPECIALIZE_CODE_LIMIT", "96"),
        ("SPECIALIZE_CACHE_LIMIT", "3000000"),
        ("SPECIALIZE_COMPILE_TIMEOUT_MS", "5000"),
    ]);
    host.arg("--ignored");
    assert!(host.status().expect("starts").success());
    eventually("the host's children end", || support::processes::at_work_in(place.path()).is_empty());
    assert_eq!(place.leftovers().len(), 0, "{:?}", place.leftovers());
}

fn soak() {
    tracing_subscriber::registry().with(Unloads).init();
    let seconds = std::env::var("SOAK_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(60);
    let (length, started) = (Duration::from_secs(seconds), Instant::now());
    let mut faults = Faults::default();
    let mut first = None;
    let latencies: Vec<[Latency; 4]> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || call(thread))).collect();
        while started.elapsed() < length {
            std::thread::sleep(Duration::from_secs(2));
            FAULTS.store(true, Ordering::SeqCst);
            faults.one();
            FAULTS.store(false, Ordering::SeqCst);
            // When everything that is built once is there.
            if first.is_none() && started.elapsed() > length / 4 {
                first = Some(settled());
            }
        }
        OVER.store(true, Ordering::SeqCst);
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let [dispatched, generic, dispatched_under_faults, generic_under_faults] =
        latencies.into_iter().reduce(|all, one| std::array::from_fn(|index| all[index].clone() + &one[index])).expect("threads");
    for kernel in KERNELS {
        eventually("variants are made again", || (kernel.prepare)(u32::MAX - 7));
    }
    let (first, last) = (first.expect("long enough"), settled());
    let mut table = String::new();
    let calls = [(&dispatched, "off"), (&dispatched_under_faults, "on")];
    let _ = writeln!(table, "\n| after {:?} | |\n| --- | --- |", started.elapsed());
    for (latency, state) in calls {
        let _ = writeln!(table, "| dispatcher calls with faults {state} | {latency} |");
    }
    let _ = writeln!(table, "| generic calls with faults off | {generic} |\n| generic calls with faults on | {generic_under_faults} |");
    let sum = |count: fn(specialize::Counts) -> u64| specialize::functions().iter().map(|table| count(table.counts())).sum::<u64>();
    let _ = writeln!(table, "| compiles | {} |\n| loads | {} |", sum(|counts| counts.compiled), sum(|counts| counts.loaded));
    let _ = writeln!(table, "| evictions | {} |\n| unloads | {} |", sum(|counts| counts.evicted), UNLOADED.load(Ordering::SeqCst));
    let _ = writeln!(table, "| failed requests | {} |\n| faults survived | {faults} |", sum(|counts| counts.failed));
    let _ = writeln!(table, "| wrong answers | {} |", WRONG.load(Ordering::SeqCst));
    let _ = writeln!(table, "| after a quarter of the time | {first} |\n| at the end | {last} |");
    println!("{table}");
    assert_eq!(WRONG.load(Ordering::SeqCst), 0);
    assert!(last.descriptors <= first.descriptors && last.threads <= first.threads && last.temporary == 0, "{first}; {last}");
    assert_eq!(last.processes, 0);
}

/// What is used when nobody calls, nothing is being made, and the compile server has left.
fn settled() -> Use {
    PAUSE.store(true, Ordering::SeqCst);
    eventually("the compile server leaves", || specialize::settle(PATIENCE) && children().is_empty());
    let used = Use::now();
    PAUSE.store(false, Ordering::SeqCst);
    used
}

/// What one of the threads does, and how long its calls took: by the dispatcher and the generic function, without faults and with.
fn call(thread: u64) -> [Latency; 4] {
    let mut random = Random::new(thread);
    let zipf = Zipf::new(300);
    let mut latencies: [Latency; 4] = std::array::from_fn(|_| Latency::default());
    while !OVER.load(Ordering::Relaxed) {
        while PAUSE.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let kernel = &KERNELS[(random.next() % KERNELS.len() as u64) as usize];
        let (x, n) = (random.next(), zipf.next(&mut random));
        let state = if FAULTS.load(Ordering::Relaxed) { 2 } else { 0 };
        let started = Instant::now();
        let expected = (kernel.generic)(x, n);
        let between = Instant::now();
        let answer = (kernel.call)(x, n);
        let took = between.elapsed();
        latencies[state].add(took);
        latencies[state + 1].add(between - started);
        let is_right = answer == expected && (!random.next().is_multiple_of(ODD_ONES) || (kernel.odd)(x, n) == expected);
        if !is_right {
            WRONG.fetch_add(1, Ordering::SeqCst);
        }
        // Held up for a moment, so that all threads get on and the background too.
        if random.next().is_multiple_of(64) {
            std::thread::sleep(Duration::from_micros(200));
        }
    }
    latencies
}
