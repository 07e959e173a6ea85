//! From a new value to a function that can be called: `cargo bench --bench cold`.
//!
//! Each way is measured in a child process of its own, one after the other in one run, so that the
//! ratios can be trusted where the times cannot: settings are per process, and what counts as cold
//! differs from way to way.

use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::{CString, OsStr};
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use specialize::{Origin, specialize};

/// The function of the article "Calling a dynamically compiled function from Go" (Daniel Lemire, 2021): a loop over an exponent.
#[specialize(n)]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

/// The inner product of the first `n` elements.
#[specialize(n)]
fn dot(a: &[f32], b: &[f32], n: usize) -> f32 {
    let mut sum = 0.0;
    for index in 0..n {
        sum += a[index] * b[index];
    }
    sum
}

/// A one-dimensional convolution with `taps` coefficients.
#[specialize(taps)]
fn convolve(input: &[f32], coefficients: &[f32], output: &mut [f32], taps: usize) {
    for (start, place) in output.iter_mut().enumerate() {
        let mut sum = 0.0;
        for tap in 0..taps {
            sum += input[start + tap] * coefficients[tap];
        }
        *place = sum;
    }
}

/// Unpacks integers of `width` bits.
#[specialize(width)]
fn unpack(packed: &[u32], output: &mut [u32], width: u32) {
    for (index, place) in output.iter_mut().enumerate() {
        let bit = index as u32 * width;
        let (word, shift) = ((bit / 32) as usize, bit % 32);
        let wide = u64::from(packed[word]) | u64::from(packed[word + 1]) << 32;
        *place = (wide >> shift) as u32 & ((1u32 << width) - 1);
    }
}

/// Distinct values of one measurement.
const VALUES: u32 = 40;

/// The first of them: exponents that a program may well have.
const FIRST: u32 = 3;

/// Values requested together.
const TOGETHER: u32 = 64;

/// Tells a child what to measure.
const CHILD: &str = "SPECIALIZE_BENCH_CHILD";

type Figures = BTreeMap<String, f64>;

fn main() -> ExitCode {
    let result = match std::env::var(CHILD) {
        Ok(what) => measure(&what),
        Err(_) => compare(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cold: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs every way as a child, and prints the table.
fn compare() -> Result<(), Box<dyn Error>> {
    let store = tempfile::tempdir()?;
    let llvm = child("values", store.path(), &[("SPECIALIZE_ENGINE", "llvm")])?;
    let disk = child("values", store.path(), &[("SPECIALIZE_MODE", "load")])?;
    let together = child("together", store.path(), &[("SPECIALIZE_ENGINE", "llvm")])?;
    let memory = child("memory", store.path(), &[("SPECIALIZE_ENGINE", "llvm")])?;
    let other = tempfile::tempdir()?;
    let rustc = child("values", other.path(), &[("SPECIALIZE_ENGINE", "rustc")])?;
    let gcc = if Path::new("/usr/bin/gcc").exists() { Some(child("gcc", other.path(), &[])?) } else { None };

    let new = llvm["median"];
    println!("{:<66}{:>12}{:>10}", "`power`, request to callable, median of 40 values", "us", "ratio");
    let row = |name: &str, microseconds: f64, ratio: Option<f64>| {
        println!("{name:<66}{microseconds:>12.0}{:>10}", ratio.map_or_else(String::new, |ratio| format!("{ratio:.3}")));
    };
    row("new value, LLVM alone, template ready", new, None);
    row("new value, a run of rustc, and the first row against it", rustc["median"], Some(new / rustc["median"]));
    match &gcc {
        Some(gcc) => row("gcc -O3 -shared and dlopen, and the first row against it", gcc["median"], Some(new / gcc["median"])),
        None => println!("gcc -O3 -shared and dlopen: skipped, there is no /usr/bin/gcc"),
    }
    row("first value ever on a machine, LLVM alone (everything is built)", llvm["first"], None);
    row("first value ever on a machine, rustc", rustc["first"], None);
    row("on disk already, new process, first value", disk["first"], None);
    row("on disk already, new process, further values", disk["median"], None);
    row("64 new values requested together, each", together["each"], None);
    println!("\nwhere the time of a new value goes, medians in us:");
    for stage in ["queue", "prepare", "fill", "optimise", "emit", "link", "pipe and checks", "load"] {
        println!("  {stage:<20}{:>8.0}{:>7.1} %", llvm[stage], 100.0 * llvm[stage] / new);
    }
    println!("\nspeed of the code, in ns a call: the constant function as rustc makes it, and as LLVM alone does");
    let (by_llvm, by_rustc) =
        (child("code", store.path(), &[("SPECIALIZE_ENGINE", "llvm")])?, child("code", other.path(), &[("SPECIALIZE_ENGINE", "rustc")])?);
    for (kernel, llvm) in &by_llvm {
        println!("  {kernel:<32}{:>10.1}{llvm:>10.1}{:>10.3}", by_rustc[kernel], llvm / by_rustc[kernel]);
    }
    println!("\nmemory and disk:");
    println!("  resident memory the host gains, once for everything    {:>10.0} KB", memory["once"]);
    println!("    of which is no file's                                {:>10.0} KB", memory["own"]);
    println!("  resident memory the host gains, per live variant       {:>10.1} KB", memory["each"]);
    println!("  mappings per live variant                              {:>10.2}", memory["mappings"]);
    println!("  artifact of `power` on disk, median                    {:>10.0} bytes", memory["artifact"]);
    Ok(())
}

/// Runs one measurement in a child, and reads its figures.
fn child(what: &str, store: &Path, variables: &[(&str, &str)]) -> Result<Figures, Box<dyn Error>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(CHILD, what).env("SPECIALIZE_CACHE_DIR", store).envs(variables.iter().copied());
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("the measurement `{what}` failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let figure = |line: &str| {
        let (name, value) = line.rsplit_once('=')?;
        Some((name.to_owned(), value.parse().ok()?))
    };
    Ok(String::from_utf8(output.stdout)?.lines().filter_map(figure).collect())
}

fn measure(what: &str) -> Result<(), Box<dyn Error>> {
    match what {
        "values" => measure_values(),
        "together" => measure_together(),
        "memory" => measure_memory(),
        "code" => measure_code(),
        "gcc" => measure_gcc(),
        other => Err(format!("there is no measurement `{other}`").into()),
    }
}

/// One value after another; what is built once is built by the first.
fn measure_values() -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    for n in FIRST..=FIRST + VALUES {
        let started = Instant::now();
        let bound = power::prepare(n)?;
        let took = started.elapsed();
        assert_eq!(bound.call(3), power::generic(3, n));
        times.push(took);
    }
    println!("first={}", microseconds(times[0]));
    println!("median={}", median(times[1..].iter().copied().map(microseconds)));
    let costs: Vec<_> = power::table().entries().iter().skip(1).filter_map(|entry| entry.cost()).collect();
    let stage = |name: &str, time: fn(&specialize::Cost) -> Duration| {
        println!("{name}={}", median(costs.iter().map(|cost| microseconds(time(cost)))));
    };
    stage("queue", |cost| cost.queue);
    stage("prepare", |cost| cost.prepare);
    stage("fill", |cost| cost.stages.fill);
    stage("optimise", |cost| cost.stages.optimise);
    stage("emit", |cost| cost.stages.emit);
    stage("link", |cost| cost.stages.link);
    stage("pipe and checks", |cost| {
        let stages = cost.stages;
        cost.compile.saturating_sub(stages.fill + stages.optimise + stages.emit + stages.link)
    });
    stage("load", |cost| cost.load);
    Ok(())
}

/// Many values at once, when everything that is built once is there.
fn measure_together() -> Result<(), Box<dyn Error>> {
    power::prepare(FIRST + 50)?;
    let started = Instant::now();
    let pending: Vec<_> = (FIRST + 51..FIRST + 51 + TOGETHER).map(power::request).collect();
    for pending in pending {
        pending.wait()?;
    }
    println!("each={}", microseconds(started.elapsed()) / f64::from(TOGETHER));
    Ok(())
}

/// What the code of variants is worth.
fn measure_code() -> Result<(), Box<dyn Error>> {
    let input: Vec<f32> = (0..4_200u16).map(|index| f32::from(index % 17)).collect();
    let packed: Vec<u32> = (0..4_200u32).map(|index| index.wrapping_mul(0x9e37_79b9)).collect();
    let (mut floats, mut integers) = (vec![0.0; 4_096], vec![0; 4_096]);
    let bound = power::prepare(13)?;
    time("power, n = 13", 20_000, || bound.call(black_box(3)));
    for n in [16, 96] {
        let bound = dot::prepare(n)?;
        time(&format!("dot, n = {n}"), 5_000, || bound.call(black_box(&input), black_box(&input)));
    }
    for taps in [3, 9, 16] {
        let bound = convolve::prepare(taps)?;
        time(&format!("convolve 4096, taps = {taps}"), 100, || bound.call(black_box(&input), black_box(&input[..taps]), &mut floats));
    }
    for width in [7, 13] {
        let bound = unpack::prepare(width)?;
        time(&format!("unpack 4096, width = {width}"), 100, || bound.call(black_box(&packed), &mut integers));
    }
    Ok(())
}

/// Prints the fastest of many rounds of calls, in nanoseconds a call.
fn time<R>(kernel: &str, calls: u32, mut call: impl FnMut() -> R) {
    let mut best = f64::INFINITY;
    for _ in 0..60 {
        let started = Instant::now();
        for _ in 0..calls {
            black_box(call());
        }
        best = best.min(started.elapsed().as_secs_f64() * 1e9 / f64::from(calls));
    }
    println!("{kernel}={best}");
}

/// What variants take in the host, and on disk.
fn measure_memory() -> Result<(), Box<dyn Error>> {
    black_box(power(3, 5));
    let (before, own_before) = (resident("VmRSS:")?, resident("RssAnon:")?);
    power::prepare(FIRST + 150)?;
    let (first, own_first, first_mappings) = (resident("VmRSS:")?, resident("RssAnon:")?, mappings()?);
    for n in FIRST + 151..FIRST + 151 + VALUES {
        black_box(power::prepare(n)?.call(3));
    }
    let (last, last_mappings) = (resident("VmRSS:")?, mappings()?);
    println!("once={}", first - before);
    println!("own={}", own_first - own_before);
    println!("each={}", (last - first) / f64::from(VALUES));
    println!("mappings={}", (last_mappings - first_mappings) / f64::from(VALUES));
    assert!(power::table().entries().iter().all(|entry| entry.origin() != Some(Origin::Rustc)));
    let artifacts = Path::new(&std::env::var_os("SPECIALIZE_CACHE_DIR").ok_or("no store")?).join("v1/artifacts");
    let sizes = fs::read_dir(artifacts)?.flatten().filter_map(|entry| Some(entry.metadata().ok()?.len() as f64));
    println!("artifact={}", median(sizes));
    Ok(())
}

/// What a person without this crate would do in C.
fn measure_gcc() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut times = Vec::new();
    for n in FIRST..=FIRST + VALUES {
        let started = Instant::now();
        let (source, library) = (folder.path().join(format!("{n}.c")), folder.path().join(format!("{n}.so")));
        fs::write(
            &source,
            format!(
                "#include <stdint.h>\nuint64_t power(uint64_t x) {{ uint64_t p = 1; for (uint32_t i = 0; i < {n}; i++) p *= x; return p; }}\n"
            ),
        )?;
        let arguments = ["-O3", "-march=native", "-shared", "-fPIC", "-o"].map(OsStr::new);
        let status = Command::new("/usr/bin/gcc").args(arguments).arg(&library).arg(&source).status()?;
        if !status.success() {
            return Err("gcc failed".into());
        }
        // SAFETY: the library was made just now, and has no initializers.
        let library = unsafe { libloading::Library::new(&library)? };
        let name = CString::new("power")?;
        // SAFETY: the source above defines it with this signature.
        let function = unsafe { library.get::<unsafe extern "C" fn(u64) -> u64>(name.as_bytes_with_nul())? };
        let took = started.elapsed();
        // SAFETY: as above.
        assert_eq!(unsafe { function(3) }, power::generic(3, n));
        times.push(took);
    }
    println!("median={}", median(times[1..].iter().copied().map(microseconds)));
    Ok(())
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A kind of resident memory of this process, in KB.
fn resident(kind: &str) -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(kind)).ok_or("the kernel does not say")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// How many mappings this process has of libraries.
fn mappings() -> Result<f64, Box<dyn Error>> {
    Ok(fs::read_to_string("/proc/self/maps")?.lines().filter(|line| line.ends_with(".so")).count() as f64)
}
