//! The examples as a person runs them: what they print, and what they say to what they cannot use.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, OnceLock};

use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, FloatType, Int32Type};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

/// Where the examples are, which are built first: a test that is run by name has not built them.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a folder of the target folder");
        let (profile, folder) = if cfg!(debug_assertions) { ("dev", "debug") } else { ("release", "release") };
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--examples", "--quiet", "--profile", profile, "--target-dir"]).arg(target);
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(cargo.arg("--manifest-path").arg(manifest).status().expect("cargo").success());
        target.join(folder).join("examples")
    })
}

/// Runs an example, with the engine that needs no compile server, which takes seconds to build.
fn run(example: &str, arguments: &[&str]) -> Output {
    let store = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(folder().join(example));
    command.args(arguments).env("SPECIALIZE_CACHE_DIR", store.path()).env("SPECIALIZE_ENGINE", "rustc");
    command.output().expect("the example can be started")
}

/// Checks that an example runs to its end with these lines, or parts of lines, in this order, and that nothing is a mistake.
#[track_caller]
fn shows(example: &str, arguments: &[&str], lines: &[&str]) {
    let output = run(example, arguments);
    let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && errors.is_empty(), "{}\n--- stdout\n{printed}\n--- stderr\n{errors}", output.status);
    let mut rest = &*printed;
    for line in lines {
        let at = rest.find(line).unwrap_or_else(|| panic!("`{line}` is not, or not there, in\n{printed}"));
        rest = &rest[at + line.len()..];
    }
}

/// Checks that an example refuses its arguments with this message and exit code 2.
#[track_caller]
fn refuses(example: &str, arguments: &[&str], message: &str) {
    let output = run(example, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains(message), "`{message}` is not in\n{errors}");
}

/// A file with this text, in a folder that is there as long as it is.
fn file(text: impl AsRef<[u8]>) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("input");
    fs::write(&path, text).expect("a file");
    let path = path.to_str().expect("a temporary folder is named in UTF-8").to_owned();
    (folder, path)
}

const NOWHERE: &str = "/nowhere/at/all";

#[test]
fn power_shows_every_tier() {
    shows("power", &["5"], &["power(x, 5)", "generic", "dispatcher", "handle", "Go plugin", "power(x, 8)", "constant", "by hand"]);
    shows("power", &["13"], &["over generic", "generic", "handle", "by hand", "Go plugin"]);
    shows("power", &["8"], &["served by the build-time tier", "constant", "by hand"]);
}

#[test]
fn power_refuses_what_is_no_exponent() {
    refuses("power", &["many"], "`many` is not a whole number from 0 to 4294967295");
    refuses("power", &["-1"], "`-1` is not a whole number");
    refuses("power", &["1", "2"], "unexpected argument '2'");
}

#[test]
fn operations_gives_the_same_by_every_way() {
    let ways = ["over dyn", "noop", "dyn", "inline", "handle", "over generic", "dyn", "enum", "generic", "dispatcher", "handle", "map"];
    shows("operations", &["sub(x, add(2, x), -3, sub())", "--times", "64"], &ways);
    shows("operations", &["--times", "64"], &["map", "by hand"]);
}

#[test]
fn operations_shows_where_it_cannot_go_on() {
    refuses("operations", &["add(5, mul(6))"], "  add(5, mul(6))\n         ^ expected a number");
    refuses("operations", &["add(5"], "  add(5\n       ^ expected `)`");
    refuses("operations", &["add(5) 6"], "  add(5) 6\n         ^ this is more");
    refuses("operations", &["99999999999999999999"], "^ expected a number");
    refuses("operations", &[&"add(".repeat(1_000)], "^ more than 200 parentheses are open here");
    refuses("operations", &[&" ".repeat(5_000)], "the operation is longer than 4096 bytes");
    refuses("operations", &[&format!("{}x{}", "add(".repeat(40), ")".repeat(40))], "more than 32 deep");
    refuses("operations", &["--times", "none"], "invalid value 'none'");
    refuses("operations", &["--fast"], "unexpected argument '--fast'");
}

#[test]
fn cpu8_runs_programs() {
    let counting = ["counting, for ever: stopped at address 1 after 10000 steps", "208 at 10", "over dyn", "handle", "by hand"];
    let multiplying = ["halts at address 68 after 40 steps", "127 at 201", "over dyn", "handle", "by hand"];
    shows("cpu8", &[], &[counting, multiplying].concat());
    let (_folder, program) =
        file("0: MOV r0, $250 // wraps\n\nMOV r1, $9\nADD\nMOV r0, 255\nMOV 0, r1\nMOV r1, 254\nJMP 14\n.byte 77\nHAL\n");
    shows("cpu8", &[&program], &["halts at address 14 after 8 steps", "5 at 254, 3 at 255"]);
}

#[test]
fn cpu8_refuses_programs() {
    let refused = |text: &str, message: &str| {
        let (_folder, program) = file(text);
        refuses("cpu8", &[&program], message);
    };
    refused("ADD\nSUB\n", "line 2 of ");
    refused("ADD\nSUB\n", "  SUB\n  ^ expected `MOV`");
    refused("MOV r0, 256\n", "  MOV r0, 256\n          ^ expected a number from 0 to 255");
    refused("MOV 7, r2\n", "         ^ expected `r0` or `r1`");
    refused("JMP 1 2\n", "        ^ this is more than it can have");
    refused(&"ADD\n".repeat(257), "longer than the processor's memory of 256 bytes: line 257 does not fit");
    refused("MOV r0, 1\n", "stores into its own code at address 0");
    refused(".byte 77\n", "at address 0 there is a 77, which is no instruction");
    refused("// nothing\n", "no instruction");
    refuses("cpu8", &[NOWHERE], "/nowhere/at/all cannot be read: No such file");
    refuses("cpu8", &["--steps", "-3"], "'-3'");
    refuses("cpu8", &["--steps", "0"], "0 is not in 1..=1000000000");
}

const DRINKS: &str = "name,price,year\ntea,2.5,1990\ncoffee,3.25,2001\n\"water, still\",1,2020\n";

#[test]
fn database_answers() {
    let (_folder, table) = file(DRINKS);
    let answers = |filter: &str, aggregate: &str, answer: &str| {
        let arguments = [&*table, "--filter", filter, "--aggregate", aggregate];
        shows("database", &arguments, &["3 rows of name, price, year", answer, "million rows/s", "dyn", "generic", "handle"]);
    };
    answers("price >= 1.0 and not name = \"tea\"", "mean(price)", ": 2.125 (of 2 rows)");
    answers("(year < 2000 or price < 2) and name != \"milk\"", "max(year)", ": 2020 (of 2 rows)");
    answers("name = \"water, still\"", "count()", ": 1\n");
    answers("year > 2020 or price = -1.5", "min(price)", ": no row\n");
}

#[test]
fn database_refuses_queries() {
    let (_folder, table) = file(DRINKS);
    let refused = |filter: &str, aggregate: &str, message: &str| {
        refuses("database", &[&table, "--filter", filter, "--aggregate", aggregate], message);
    };
    refused("year > ", "count()", "  year > \n         ^ expected a number, or a word in quotes");
    refused("year > 1 or", "count()", "             ^ expected a comparison");
    refused("year > 1 )", "count()", "           ^ this is more than it can have");
    refused(&"not ".repeat(1_000), "count()", "^ expected a comparison");
    refused("(year > 1", "count()", "           ^ expected `)`");
    refused("year ~ 1", "count()", "       ^ expected `=`");
    refused("prize > 1", "count()", "  prize > 1\n  ^ there is no column `prize`, but `name`, `price`, `year`");
    refused("year > 1.5", "count()", "         ^ this does not fit: the column holds whole numbers");
    refused("price > \"a\"", "count()", "          ^ this does not fit: the column holds numbers");
    refused("name < \"a\"", "count()", "words are compared by `=` and `!=` only");
    refused("year > 1", "sum(name)", "  sum(name)\n      ^ this column holds words");
    refused("year > 1", "sum(prize)", "there is no column `prize`");
    refused("year > 1", "median(year)", "  ^ expected `count`");
    refused("year > 1", "sum()", "expected a column");
}

#[test]
fn database_refuses_tables() {
    let refused = |text: &[u8], message: &str| {
        let (_folder, table) = file(text);
        refuses("database", &[&table, "--filter", "a = 1"], message);
    };
    refused(b"a,b\n1,2\n3\n", "line 3: the row has 1 cells, and 2 columns are named");
    refused(b"a,b\n1,2\n3,4\nx,5\n", "line 4: `x` does not fit into the column `a`, which holds whole numbers");
    refused(b"a\n1\n\xff\n", "line 3: the row is not UTF-8");
    refused(b"a,b\n1,2\n\n\nx,5\n", "line 5: `x` does not fit");
    refused(b"a,b\n1,2\n\n3\n", "line 4: the row has 1 cells");
    refused(b"a,b\r\n1,2\r\n\r\nx,5\r\n", "line 4: `x` does not fit");
    refused(b"a,b\n1,\"2\n2\"\nx,5\n", "line 4: `x` does not fit");
    refused(b"a,b\n", "has no rows");
    refused(b"", "has no rows");
    refused(format!("a{}\n1{}\n", ",b".repeat(255), ",2".repeat(255)).as_bytes(), "there are 256 columns");
    refused(b"PAR1 but not to its end", "this Parquet file cannot be used");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let no_parquet = folder.path().join("a.parquet");
    fs::write(&no_parquet, "a,b\n1,2\n").expect("a file");
    refuses("database", &[no_parquet.to_str().expect("UTF-8")], "this Parquet file cannot be used");
    refuses("database", &[NOWHERE], "/nowhere/at/all cannot be read: No such file");
    refuses("database", &["/"], "/ cannot be read: Is a directory");
}

/// A Parquet file of these columns, each given by its type, its values, and for each row whether there is one.
fn parquet(schema: &str, columns: &[&dyn Fn(&mut SerializedColumnWriter<'_>)]) -> (tempfile::TempDir, String) {
    let schema = Arc::new(parse_message_type(&format!("message table {{ {schema} }}")).expect("a schema"));
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::default()).expect("a Parquet file");
    let mut group = writer.next_row_group().expect("a group of rows");
    for column in columns {
        let mut writer = group.next_column().expect("a column that can be written").expect("one more column");
        column(&mut writer);
        writer.close().expect("a column");
    }
    group.close().expect("a group of rows");
    writer.close().expect("a Parquet file");
    file(bytes)
}

/// A column of values, all there or with their definition levels.
fn column<T: DataType>(values: Vec<T::T>, levels: Option<Vec<i16>>) -> impl Fn(&mut SerializedColumnWriter<'_>) {
    move |writer| {
        writer.typed::<T>().write_batch(&values, levels.as_deref(), None).expect("values");
    }
}

#[test]
fn database_reads_parquet() {
    let names = column::<ByteArrayType>(["tea", "coffee", "water"].map(ByteArray::from).to_vec(), None);
    let (prices, years) = (column::<FloatType>(vec![2.5, 3.25, 1.0], None), column::<Int32Type>(vec![1990, 2001, 2020], None));
    let cold = column::<BoolType>(vec![false, false, true], None);
    let schema = "REQUIRED BYTE_ARRAY name (UTF8); REQUIRED FLOAT price; REQUIRED INT32 year; REQUIRED BOOLEAN cold;";
    let (_folder, table) = parquet(schema, &[&names, &prices, &years, &cold]);
    let answers = |filter: &str, aggregate: &str, answer: &str| {
        let arguments = [&*table, "--filter", filter, "--aggregate", aggregate];
        shows("database", &arguments, &["3 rows of name, price, year, cold", answer, "handle"]);
    };
    answers("price >= 1.0 and not name = \"tea\"", "mean(price)", ": 2.125 (of 2 rows)");
    answers("cold = \"false\" or year > 2019", "max(year)", ": 2020 (of 3 rows)");
}

#[test]
fn database_refuses_what_does_not_fit_in_parquet() {
    let refused = |schema: &str, columns: &[&dyn Fn(&mut SerializedColumnWriter<'_>)], message: &str| {
        let (_folder, table) = parquet(schema, columns);
        refuses("database", &[&table, "--filter", "a = 1"], message);
    };
    let days = column::<Int32Type>(vec![0, 1], None);
    refused("REQUIRED INT32 a (DATE);", &[&days], "row 1: `1970-01-01` in the column `a` is neither a number nor a word");
    let gap = column::<Int32Type>(vec![7], Some(vec![1, 0]));
    refused("OPTIONAL INT32 a;", &[&gap], "row 2: a missing value does not fit into the column `a`, which holds whole numbers");
    refused("REQUIRED INT32 a;", &[&column::<Int32Type>(Vec::new(), None)], "has no rows");
}

/// A folder of three short texts.
fn texts() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let texts =
        [("a.txt", "red green"), ("b.md", "green blue blue"), ("c.html", "<p class=\"yellow\">red</p> <b>blue</b>"), ("d.bin", "red")];
    texts.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).expect("a file"));
    folder
}

#[test]
fn search_finds() {
    let folder = texts();
    let finds = |query: &str, lines: &[&str]| {
        shows("search", &[query, "--folder", folder.path().to_str().expect("UTF-8")], &[&["3 documents of "], lines, &["handle"]].concat());
    };
    finds("red", &["red: 2 documents", "a.txt", "c.html"]);
    finds("green AND blue", &[": 1 documents", "b.md"]);
    finds("(red OR blue) NOT green", &[": 1 documents", "c.html"]);
    finds("CONSTANT(2, blue) OR CONSTANT(1.5, red)", &[": 3 documents", "3.5000  c.html", "2.0000  b.md", "1.5000  a.txt"]);
    finds("DISMAX(0.5, CONSTANT(1, red), CONSTANT(2, blue))", &["2.5000  c.html", "2.0000  b.md", "1.0000  a.txt"]);
    finds("yellow OR missing", &[": 0 documents"]);
    finds(&vec!["red"; 16].join(" AND "), &[": 2 documents"]);
}

#[test]
fn search_refuses() {
    let folder = texts();
    let refused = |query: &str, message: &str| refuses("search", &[query, "--folder", folder.path().to_str().expect("UTF-8")], message);
    refused("red OR", "  red OR\n        ^ expected a word");
    refused("(red", "      ^ expected `)`");
    refused("red blue", "      ^ this is more than it can have");
    refused("DISMAX(red)", "         ^ expected a number");
    refused("CONSTANT(-1, red)", "           ^ expected a number, not below zero");
    refused(&"(".repeat(1_000), "^ more than 200 parentheses are open here");
    refused(&vec!["red"; 500].join(" OR "), "500 words, and 16 are as many as there may be");
    let many = format!("{}red{}", "CONSTANT(1,".repeat(150), ")".repeat(150));
    refused(&format!("{many} OR {many}"), "300 numbers, and 255 are as many as there may be");
    refused(&vec!["red"; 17].join(" OR "), "17 words, and 16 are as many as there may be");
    refuses("search", &["--folder", NOWHERE], "/nowhere/at/all cannot be read: No such file");
    refuses("search", &["--best", "0"], "invalid value '0'");
    refuses("search", &["--documents", "0"], "invalid value '0'");
    let empty = tempfile::tempdir().expect("a temporary folder");
    refuses("search", &["--folder", empty.path().to_str().expect("UTF-8")], "there is no text in ");
}

#[test]
fn writer_writes_the_same_by_every_way() {
    let (_folder, records) = file("one\n\nthree\n");
    for (to, checksum) in [("memory", "none"), ("memory", "sum"), ("ring", "fnv"), ("nowhere", "adler")] {
        let arguments = [&*records, "--to", to, "--checksum", checksum];
        shows(
            "writer",
            &arguments,
            &["3 records of 8 bytes", "dyn", "generic", "handle", "by hand", "to: Ring, checksum: None", "handle", "by hand"],
        );
    }
}

#[test]
fn writer_refuses() {
    let (_folder, nothing) = file("");
    refuses("writer", &[&nothing], "there are no records");
    refuses("writer", &[NOWHERE], "/nowhere/at/all cannot be read: No such file");
    refuses("writer", &["--to", "mars"], "possible values: nowhere, memory, ring");
    refuses("writer", &["--checksum", "good"], "possible values: none, sum, adler, fnv");
}

#[test]
fn report_draws_pictures() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pictures = folder.path().join("new/pictures");
    let lines = ["verdict", "from a value to its variant", "listed in the attribute", "ns per call", "generic", "wrote", "wrote", "wrote"];
    shows("report", &["--svg", pictures.to_str().expect("UTF-8")], &lines);
    let shows_all = |name: &str, labels: &[&str]| {
        let svg = fs::read_to_string(pictures.join(name)).expect("the picture");
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>") && svg.len() < 60_000, "{svg}");
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count(), "{svg}");
        labels.iter().for_each(|label| assert!(svg.contains(label), "`{label}` is not in\n{svg}"));
    };
    shows_all("time-to-variant.svg", &["listed in the attribute", "a run of rustc for each value", "Go plugin (cited)", "500 ms", "10 ms"]);
    shows_all("cost-per-call.svg", &["generic", "runtime variant, handle", "listed, constant at the call site", "n = 2\n", "n = 20\n"]);
    shows_all("break-even.svg", &["generic", "variant, by a run of rustc", "`power`, n = 13", "`remainders` of 1000 numbers"]);
    assert_eq!(fs::read_dir(&pictures).expect("the folder").count(), 3, "nothing else is left there");
}

#[test]
fn report_refuses_what_is_no_folder() {
    let (_folder, path) = file("");
    refuses("report", &["--svg", &path], "no pictures can be written to ");
    refuses("report", &["--svg", &format!("{path}/below")], "Not a directory");
    refuses("report", &["--svg"], "a value is required for '--svg <FOLDER>'");
    refuses("report", &["--draw"], "unexpected argument '--draw'");
    refuses("report", &["now"], "unrecognized subcommand 'now'");
}

#[test]
fn doctor_refuses_arguments() {
    refuses("doctor", &["--all"], "unexpected argument '--all'");
}

#[test]
fn whoever_reads_no_further_hears_of_no_panic() {
    for example in ["power", "operations", "database", "writer", "cpu8", "search", "doctor", "report"] {
        let store = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(folder().join(example));
        command.env("SPECIALIZE_CACHE_DIR", store.path()).env("SPECIALIZE_ENGINE", "rustc");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the example can be started");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the example ends");
        assert!(output.stderr.is_empty(), "{example}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.signal(), Some(libc::SIGPIPE), "{example}: {}", output.status);
    }
}
