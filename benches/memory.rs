//! What stays when values come and go: `cargo bench --bench memory` (some five minutes; no timing).
//!
//! `SPECIALIZE_BENCH_VALUES` sets another number of values than 100,000.

use std::collections::HashSet;
use std::error::Error;
use std::fs::{self, File};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::time::Duration;

use specialize::{Config, specialize};

/// Prepared, called and dropped, one value after another.
#[specialize(n)]
fn scale(x: u64, n: u64) -> u64 {
    x.wrapping_mul(n).rotate_left(7) ^ n
}

/// Called with a new value each time.
#[specialize(n)]
fn offset(x: u64, n: u64) -> u64 {
    x.wrapping_add(n)
}

const CALLS: u64 = 10_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let values: u64 = std::env::var("SPECIALIZE_BENCH_VALUES").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let store = tempfile::tempdir()?;
    Config::default().cache_dir(store.path()).cache_limit(16 << 20).install()?;
    come_and_go(values)?;
    never_come_back()
}

fn come_and_go(values: u64) -> Result<(), Box<dyn Error>> {
    println!("{values} distinct values, each prepared, called and dropped:");
    println!("  {:>9}  {:>12}  {:>18}  {:>10}  {:>10}", "values", "resident KB", "mapped libraries", "in table", "evicted");
    let mut after_first_thousand = 0;
    for n in 1..=values {
        assert_eq!(scale::prepare(n)?.call(black_box(3)), scale::generic(3, n));
        if n == 1_000 {
            after_first_thousand = resident()?;
        }
        if n == 1_000 || n % (values / 5).max(1) == 0 {
            let table = scale::table();
            println!("  {n:>9}  {:>12}  {:>18}  {:>10}  {:>10}", resident()?, mapped()?, table.len(), table.counts().evicted);
        }
    }
    println!("  growth after the first 1,000: {} KB\n", resident()? - after_first_thousand);
    Ok(())
}

fn never_come_back() -> Result<(), Box<dyn Error>> {
    black_box(offset(1, 0));
    let before = resident()?;
    for n in 0..CALLS {
        black_box(offset(black_box(1), n));
    }
    assert!(specialize::settle(Duration::from_secs(60)));
    println!("{CALLS} calls of the dispatcher, each with a new value:");
    println!("  growth: {} KB; variants asked for: {}", resident()? - before, offset::table().counts().requests);
    Ok(())
}

/// Resident memory of this process, in KB.
fn resident() -> Result<i64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// How many libraries this process has mapped.
fn mapped() -> Result<usize, Box<dyn Error>> {
    // Line by line: the whole of it would be memory of this process's own.
    let (mut libraries, mut line) = (HashSet::new(), String::new());
    let mut maps = BufReader::new(File::open("/proc/self/maps")?);
    while maps.read_line(&mut line)? > 0 {
        if let Some(path) = line.split_whitespace().nth(5).filter(|path| path.contains("/v1/")) {
            libraries.insert(BuildHasherDefault::<DefaultHasher>::default().hash_one(path));
        }
        line.clear();
    }
    Ok(libraries.len())
}
