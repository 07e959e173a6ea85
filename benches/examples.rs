//! What the examples gain: `cargo bench --bench examples` has criterion measure the ways of each, as the examples themselves compare
//! them, and ends with a table of the ratios, made of criterion's own estimates of that run.
#![allow(clippy::duplicate_mod, reason = "each example brings along what the examples share")]

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use criterion::Criterion;

#[path = "../examples/cpu8.rs"]
#[allow(dead_code, reason = "`main` is the example's own")]
mod cpu8;
#[path = "../examples/database.rs"]
#[allow(dead_code, reason = "`main` is the example's own")]
mod database;
#[path = "../examples/operations.rs"]
#[allow(dead_code, reason = "`main` is the example's own")]
mod operations;
#[path = "../examples/power.rs"]
#[allow(dead_code, reason = "`main` is the example's own")]
mod power;
#[path = "../examples/search.rs"]
#[allow(dead_code, reason = "`main` is the example's own")]
mod search;
#[path = "../examples/writer.rs"]
#[allow(dead_code, reason = "`main` is the example's own")]
mod writer;

/// What an example compares: for a title, a unit, how many units one call does, and the ways.
type Meter<'a> = dyn FnMut(&str, &str, f64, Vec<Way<'_>>) + 'a;

/// A way: its name, what it is in words, and how it is done.
type Way<'a> = (&'static str, &'static str, Box<dyn FnMut() + 'a>);

/// An example with its arguments.
type Run = (fn(&[&str], &mut Meter<'_>) -> Result<(), String>, &'static [&'static str]);

/// Calls an example as its own `main` does.
macro_rules! example {
    ($example:ident) => {
        |arguments, meter| {
            let arguments = [&[stringify!($example)], arguments].concat();
            $example::run($example::Settings::parse_from(arguments), meter)
        }
    };
}

const RUNS: [Run; 9] = [
    (example!(power), &["13"]),
    (example!(operations), &[]),
    (example!(database), &[]),
    (example!(database), &["--filter", "size > 20000", "--aggregate", "count()"]),
    (example!(writer), &[]),
    (example!(cpu8), &[]),
    (example!(search), &[]),
    (example!(search), &["borrow AND lifetime"]),
    (example!(search), &["(borrow OR mutable) AND DISMAX(0.1, lifetime, reference) NOT unsafe"]),
];

/// A row of the last table: the comparison, the way, its unit, and how many units one call does.
struct Row {
    title: String,
    way: &'static str,
    unit: String,
    units: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    // A store of its own, so that variants are new.
    let store = tempfile::tempdir()?;
    specialize::Config::default().cache_dir(store.path()).install()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?.join("criterion");
    let (warm_up, measurement) = (Duration::from_millis(300), Duration::from_millis(1_500));
    let criterion = Criterion::default().output_directory(&folder).warm_up_time(warm_up).measurement_time(measurement);
    let mut criterion = criterion.sample_size(30).configure_from_args();
    let mut rows = Vec::new();
    for (example, arguments) in RUNS {
        let mut meter = |title: &str, unit: &str, units: f64, ways: Vec<Way<'_>>| {
            rows.extend(measure(&mut criterion, title, ways).into_iter().map(|way| Row {
                title: title.to_owned(),
                way,
                unit: unit.to_owned(),
                units,
            }));
        };
        if let Err(message) = example(arguments, &mut meter) {
            println!("skipped: {message}");
        }
    }
    criterion.final_summary();
    // With these nothing is measured, and the estimates of an older run say nothing of this one.
    if !std::env::args().any(|argument| matches!(&*argument, "--test" | "--list")) {
        print(&rows, &estimates(&folder)?);
    }
    Ok(())
}

/// Has ways measured, and gives the names of those that the bench's arguments asked for.
fn measure(criterion: &mut Criterion, title: &str, ways: Vec<Way<'_>>) -> Vec<&'static str> {
    let mut group = criterion.benchmark_group(title);
    let mut measured = Vec::new();
    for (name, _, mut way) in ways {
        group.bench_function(name, |bencher| {
            bencher.iter(&mut way);
            if !measured.contains(&name) {
                measured.push(name);
            }
        });
    }
    group.finish();
    measured
}

/// An estimate of criterion: the time of a call in nanoseconds, and half the width of its confidence interval.
type Estimate = (f64, f64);

/// The estimates that stand in criterion's folder, by group and function.
fn estimates(folder: &Path) -> Result<HashMap<(String, String), Estimate>, Box<dyn Error>> {
    let mut all = HashMap::new();
    for function in folders(folder)?.iter().map(|group| folders(group)).collect::<Result<Vec<_>, _>>()?.concat() {
        let read = |file: &str| fs::read(function.join("new").join(file)).ok().and_then(|json| serde_json::from_slice(&json).ok());
        let (Some::<serde_json::Value>(benchmark), Some::<serde_json::Value>(estimates)) = (read("benchmark.json"), read("estimates.json"))
        else {
            continue;
        };
        let (Some(group), Some(name)) = (benchmark["group_id"].as_str(), benchmark["function_id"].as_str()) else { continue };
        // The median is not moved by the pauses of a shared machine.
        let estimate = &estimates["median"];
        let interval = &estimate["confidence_interval"];
        let bounds = (interval["lower_bound"].as_f64(), interval["upper_bound"].as_f64());
        if let (Some(time), (Some(lower), Some(upper))) = (estimate["point_estimate"].as_f64(), bounds) {
            all.insert((group.to_owned(), name.to_owned()), (time, (upper - lower) / 2.0));
        }
    }
    Ok(all)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    Ok(entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}

fn print(rows: &[Row], estimates: &HashMap<(String, String), Estimate>) {
    let estimate = |title: &str, way: &str| estimates.get(&(title.to_owned(), way.to_owned())).copied();
    let head = ["over dyn", "over generic", "over by hand"].map(|name| format!("{name:>14}")).concat();
    println!("\n{:<40}{:<12}{:<24}{head}", "", "", "    nanoseconds");
    for Row { title, way, unit, units } in rows {
        let Some((time, half)) = estimate(title, way) else { continue };
        let against = |reference| estimate(title, reference).map_or_else(String::new, |(other, _)| format!("{:.2}x", other / time));
        let gains = ["dyn", "generic", "by hand"].map(|reference| format!("{:>14}", against(reference))).concat();
        let spread = 100.0 * half / time;
        println!("{title:<40}{way:<12}{:>9.3} /{unit:<8}±{spread:>2.0} %{gains}", time / units);
    }
}
