//! What the examples gain: `cargo bench --bench examples` runs each of them as a person would, and puts their tables side by side.
//!
//! Each example compares its ways within one run, and has a store of its own here, so that its variants are new.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// An example with arguments, and what it is called in the table.
const RUNS: [(&str, &str, &[&str]); 8] = [
    ("operations", "operations: add(5, 6, sub(x, 2, add(x, 3)), x)", &[]),
    ("database", "database: sum, four comparisons", &[]),
    ("database", "database: count, one comparison", &["--filter", "size > 20000", "--aggregate", "count()"]),
    ("writer", "writer: to memory, sum", &[]),
    ("writer", "writer: to memory, Adler's", &["--checksum", "adler"]),
    ("cpu8", "cpu8: counting", &[]),
    ("search", "search: DISMAX and OR", &[]),
    ("search", "search: AND", &["borrow AND lifetime"]),
];

fn main() -> ExitCode {
    match compare() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("examples: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> Result<(), Box<dyn Error>> {
    let folder = build()?;
    let head = ["generic", "dyn", "handle", "map", "generic/handle", "dyn/handle"].map(|name| format!("{name:>15}")).concat();
    println!("{:<48}{head}  to the variant", "nanoseconds for each step, row, record, call or posting");
    for (example, name, arguments) in RUNS {
        let printed = run(&folder.join(example), arguments)?;
        print(name, &printed);
        // A second program of an example has a table of its own.
        if let (true, Some((_, second))) = (name.starts_with("cpu8"), printed.rsplit_once("\n\na multiplication")) {
            print("cpu8: a multiplication, without a loop", second);
        }
    }
    Ok(())
}

/// Builds the examples, and gives the folder they are in.
fn build() -> Result<PathBuf, Box<dyn Error>> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--examples", "--quiet", "--manifest-path"]).arg(manifest).arg("--target-dir").arg(target);
    if !cargo.status()?.success() {
        return Err("the examples cannot be built".into());
    }
    Ok(target.join("release/examples"))
}

fn run(example: &Path, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let store = tempfile::tempdir()?;
    let output = Command::new(example).args(arguments).env("SPECIALIZE_CACHE_DIR", store.path()).output()?;
    if !output.status.success() {
        return Err(format!("{} failed: {}", example.display(), String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Prints a row for the first table in which there is a generic way.
fn print(name: &str, printed: &str) {
    let table: Vec<&str> = printed.lines().skip_while(|line| !line.starts_with("generic") && !line.contains("(dyn")).collect();
    let time = |way: &str| {
        let line = table.iter().take_while(|line| !line.is_empty()).find(|line| line.contains(way))?;
        line.split_whitespace().rev().nth(1)?.parse::<f64>().ok()
    };
    let (generic, interface, handle, map) = (time("generic"), time("(dyn"), time("by handle"), time("by `map`"));
    let shown = |figure: Option<f64>| figure.map_or_else(String::new, |figure| format!("{figure:.2}"));
    let ratio = |other: Option<f64>| Some(other? / handle?);
    let figures = [generic, interface, handle, map, ratio(generic), ratio(interface)].map(|figure| format!("{:>15}", shown(figure)));
    let took = printed.lines().filter_map(|line| line.strip_prefix("time to the variant: ")).next().unwrap_or("");
    println!("{name:<48}{}  {took}", figures.concat());
}
