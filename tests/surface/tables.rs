//! `table()`, and what the whole program can say: `functions()`, `stats()`, `settle`.

use specialize::{DispatchTable, Error, Mode, Origin, Tier, functions, settle, specialize, stats};

use crate::support::private_store;
use crate::support::processes::PATIENCE;

#[specialize(n in [3, 1, 1 + 1])]
fn shown(x: u32, n: u32) -> u32 {
    x ^ n
}

#[specialize(letter in ['b'], exact in [true], small in [-1], wide in [7])]
fn all_types(wide: u128, letter: char, exact: bool, small: i8) -> String {
    format!("{wide} {letter} {exact} {small}")
}

fn values(table: &DispatchTable, tier: Tier) -> Vec<String> {
    table.entries().iter().filter(|entry| entry.tier() == tier).map(|entry| entry.value().to_owned()).collect()
}

#[test]
fn a_table_shows_its_function_and_every_value_with_its_tier() {
    private_store();
    let table = shown::table();
    assert_eq!((table.name(), table.module_path()), ("shown", concat!(module_path!(), "::shown")));
    assert_eq!(table.parameters(), ["n"]);
    assert!(table.is_empty() && table.capacity() > 0);
    assert_eq!(values(table, Tier::BuildTime), ["3", "1", "2"]);
    assert_eq!(values(table, Tier::Runtime), [] as [&str; 0]);
    assert_eq!((table.counts().requests, table.counts().compiled), (0, 0));

    for n in [9, 1, 9, 4] {
        shown::prepare(n).expect("a variant");
    }
    assert_eq!(values(table, Tier::BuildTime), ["3", "1", "2"]);
    let mut found = values(table, Tier::Runtime);
    found.sort_unstable();
    assert_eq!(found, ["4", "9"]);
    let debugged = format!("{table:?}");
    assert!(debugged.contains("\"9\"") && debugged.contains("requests: 2") && !debugged.contains("x ^ n"), "{debugged}");
    for entry in table.entries() {
        assert_eq!(entry.origin().is_some_and(|origin| origin != Origin::Disk), entry.tier() == Tier::Runtime, "{entry:?}");
    }
    assert_eq!((table.len(), table.is_empty()), (2, false));
    let counts = table.counts();
    assert_eq!((counts.requests, counts.compiled, counts.loaded, counts.failed), (2, 2, 0, 0));
    assert!(table.last_error().is_none());
    let text = table.to_string();
    for part in ["shown(n)", "build-time", "runtime", " 9", " 4"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_table_shows_values_of_every_type_as_rust_writes_them() {
    private_store();
    all_types::prepare(u128::MAX, '\'', false, i8::MIN).expect("a variant");
    let table = all_types::table();
    assert_eq!(values(table, Tier::BuildTime), ["7, 'b', true, -1"]);
    assert_eq!(values(table, Tier::Runtime), [format!("{}, '\\'', false, -128", u128::MAX)]);
}

#[test]
fn every_annotated_function_of_the_program_is_listed_once() {
    private_store();
    let names: Vec<&str> = functions().iter().map(|table| table.name()).collect();
    for name in ["whereabouts", "shown", "all_types", "counted", "prints", "price", "kinds_of_types"] {
        assert_eq!(names.iter().filter(|&&found| found == name).count(), 1, "{name} in {names:?}");
    }
    assert!(functions().iter().any(|table| std::ptr::eq(*table, shown::table())));
    let paths: Vec<(&str, &str)> = functions().iter().map(|table| (table.module_path(), table.name())).collect();
    assert!(paths.is_sorted());
}

#[test]
fn statistics_tell_of_every_function_and_print() {
    #[specialize(n)]
    fn reported(n: u32) -> u32 {
        if n == 1 {
            eprintln!("never");
        }
        n
    }

    private_store();
    let of_reported = || stats().functions.into_iter().find(|function| function.name == "reported").expect("it is in the program");
    let before = of_reported();
    assert_eq!((before.variants, before.counts.requests, before.last_error.is_none()), (0, 0, true));
    assert_eq!((before.module_path, before.capacity), (reported::table().module_path(), reported::table().capacity()));
    assert!(reported::prepare(2).is_ok(), "for 2, nothing is left that prints");
    let error = reported::prepare(1).expect_err("it cannot be linked");
    assert!(matches!(error, Error::UnresolvedSymbol { .. }), "{error}");
    let after = of_reported();
    assert_eq!((after.variants, after.counts.requests, after.counts.compiled, after.counts.failed), (1, 2, 1, 1));
    assert_eq!(after.last_error.map(|error| error.to_string()), Some(error.to_string()));
    let stats = stats();
    assert_eq!((stats.mode, stats.store_error.is_none()), (Mode::Full, true));
    let text = stats.to_string();
    for part in ["mode full", reported::table().module_path(), "compiled", &error.to_string()] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn settle_waits_for_all_that_was_asked_for() {
    #[specialize(n)]
    fn asked(x: u32, n: u32) -> u32 {
        x + n
    }

    private_store();
    for n in 0..4 {
        drop(asked::bind(n));
    }
    drop(asked::request(4));
    assert!(settle(PATIENCE));
    assert_eq!(asked::table().len(), 5);
    for n in 0..5 {
        assert_eq!(asked::lookup(n).expect("settled").call(1), 1 + n);
    }
}
