//! Operators see what happens: each step is an event or a span with a stable target and stable fields, and none tells a value.

mod support;

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use specialize::{settle, specialize, stats};
use support::compilers::NO_COMPILER;
use support::is_child;
use support::place::Place;
use support::processes::PATIENCE;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

#[specialize(n in [2])]
fn power(x: u64, n: u32) -> u64 {
    let mut product = 1u64;
    for _ in 0..n {
        product = product.wrapping_mul(x);
    }
    product
}

#[specialize(n)]
fn multiple(x: u64, n: u64) -> u64 {
    x.wrapping_mul(n)
}

/// One event or span.
#[derive(Clone, Debug)]
struct Seen {
    level: tracing::Level,
    target: String,
    fields: BTreeSet<&'static str>,
    text: String,
}

static SEEN: Mutex<Vec<Seen>> = Mutex::new(Vec::new());

/// Whether a call by who is told of something went wrong.
static WRONG: AtomicBool = AtomicBool::new(false);

struct Recorder;

impl Recorder {
    fn record(metadata: &'static Metadata<'static>, visit: impl FnOnce(&mut Fields)) {
        let mut fields = Fields::default();
        visit(&mut fields);
        let Fields { names, text } = fields;
        let seen = Seen { level: *metadata.level(), target: metadata.target().to_owned(), fields: names, text };
        SEEN.lock().expect("no panic").push(seen);
    }
}

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        Recorder::record(event.metadata(), |fields| event.record(fields));
        // Whoever listens may call specialized functions. A panic here would be lost.
        let sum = power::bind(17).call(1) + power(1, 2);
        WRONG.fetch_or(sum != 2, Ordering::Relaxed);
    }

    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        Recorder::record(span.metadata(), |fields| span.record(fields));
    }
}

#[derive(Default)]
struct Fields {
    names: BTreeSet<&'static str>,
    text: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.names.insert(field.name());
        let _ = write!(self.text, "{}={value:?} ", field.name());
    }
}

fn seen() -> Vec<Seen> {
    assert!(!WRONG.load(Ordering::Relaxed));
    SEEN.lock().expect("no panic").clone()
}

/// Checks that something with this target has these fields, and gives it back.
#[track_caller]
fn told(target: &str, fields: &[&str]) -> Seen {
    let fits = |seen: &&Seen| seen.target == target && fields.iter().all(|field| seen.fields.contains(field));
    let all = seen();
    all.iter().find(fits).unwrap_or_else(|| panic!("no {target} with {fields:?} in {all:#?}")).clone()
}

#[test]
fn each_step_is_told_and_no_value() {
    const NAME: &str = "each_step_is_told_and_no_value";
    const SECRET: u64 = 49_501_234_567;
    if is_child(NAME) {
        tracing_subscriber::registry().with(Recorder).init();
        let again = std::env::var_os("AGAIN").is_some();
        for n in [12, 13, 14] {
            drop(power::prepare(n).expect("a variant"));
        }
        assert_eq!(multiple::prepare(SECRET).expect("a variant").call(2), 2 * SECRET);
        assert!(settle(PATIENCE));
        told("specialize::request", &["function", "value"]);
        told("specialize::load", &["function", "value", "artifact", "origin", "took", "cost"]);
        told("specialize::publish", &["function", "value"]);
        told("specialize::evict", &["function", "value"]);
        told("specialize::unload", &["function", "value"]);
        if !again {
            told("specialize::compile", &["function", "value"]);
            told("specialize::build", &["what", "took"]);
        }
        let setting = told("specialize::settings", &["setting", "value", "expected"]);
        assert!(setting.text.contains("SPECIALIZE_HOT") && setting.text.contains("often"), "{setting:?}");
        for seen in seen() {
            assert!(seen.target.starts_with("specialize::"), "{seen:?}");
            assert!(!tells(&seen.text, SECRET), "{seen:?}");
            // A text everywhere, so that a subscriber finds what belongs to one value by it.
            assert!(!seen.fields.contains("value") || seen.text.contains("value=\""), "{seen:?}");
            assert!(seen.level > tracing::Level::WARN || seen.target == "specialize::settings", "{seen:?}");
        }
        let table = stats().to_string();
        return assert!(!tells(&table, SECRET) && table.contains("multiple"), "{table}");
    }
    let place = Place::new(NAME);
    let variables = [("SPECIALIZE_TABLE_CAPACITY", "2"), ("SPECIALIZE_HOT", "often")];
    place.run(&variables);
    place.run(&[&variables[..], &[("AGAIN", "")]].concat());
    let strange: Vec<_> = support::processes::files_below(&place.store()).into_iter().filter(|path| !is_digest(path)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

/// Whether a text says the number, in decimal or hexadecimal digits.
fn tells(text: &str, number: u64) -> bool {
    text.contains(&number.to_string()) || text.contains(&format!("{number:x}"))
}

/// Whether the file is named by a digest.
fn is_digest(path: &std::path::Path) -> bool {
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    path.is_dir() || name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[test]
fn each_failure_is_told() {
    const NAME: &str = "each_failure_is_told";
    if is_child(NAME) {
        tracing_subscriber::registry().with(Recorder).init();
        let error = power::prepare(13).expect_err("there is no compiler");
        let failure = told("specialize::request", &["function", "value", "error"]);
        assert!(failure.level == tracing::Level::WARN && failure.text.contains(&error.to_string()), "{failure:?}");
        let store = told("specialize::store", &["error"]);
        return assert!(store.level == tracing::Level::WARN && store.text.contains("chmod go-w"), "{store:?}");
    }
    let place = Place::new(NAME);
    let open = place.path().join("open");
    std::fs::create_dir(&open).expect("a folder");
    std::fs::set_permissions(&open, std::os::unix::fs::PermissionsExt::from_mode(0o777)).expect("our own folder");
    let open = open.to_str().expect("no strange characters");
    place.run(&[("SPECIALIZE_TOOLCHAIN", NO_COMPILER), ("SPECIALIZE_CACHE_DIR", open)]);
}

/// Panics wherever it is told of something, as one that prints where nobody reads any more.
struct Breaks {
    spans_too: bool,
}

impl Breaks {
    fn break_if(&self, breaks: bool) {
        if breaks {
            std::panic::resume_unwind(Box::new("a mistake of the subscriber's"));
        }
    }
}

impl Subscriber for Breaks {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("specialize::")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.break_if(true);
    }

    fn enter(&self, _: &Id) {
        self.break_if(self.spans_too);
    }

    fn exit(&self, _: &Id) {
        self.break_if(self.spans_too);
    }

    fn try_close(&self, _: Id) -> bool {
        self.break_if(self.spans_too);
        false
    }
}

#[test]
fn a_subscriber_that_panics_costs_nobody_a_variant() {
    const NAME: &str = "a_subscriber_that_panics_costs_nobody_a_variant";
    if is_child(NAME) {
        let spans_too = std::env::var_os("SPANS_TOO").is_some();
        tracing::subscriber::set_global_default(Breaks { spans_too }).expect("the first");
        for n in 12..17 {
            assert_eq!(power::prepare_within(n, PATIENCE).expect("a variant").call(2), 1 << n);
        }
        assert!(multiple::bind(7).call(2) == 14 && settle(PATIENCE));
        let error = announced::prepare_within(3, PATIENCE).expect_err("it cannot be linked");
        assert!(matches!(error, specialize::Error::UnresolvedSymbol { .. }), "{error}");
        assert_eq!((multiple::lookup(7).map(|bound| bound.call(2)), power::table().counts().evicted), (Some(14), 3));
        return;
    }
    for variables in [&[][..], &[("SPANS_TOO", "")]] {
        let place = Place::new(NAME);
        let variables = [&[("SPECIALIZE_TABLE_CAPACITY", "2")], variables].concat();
        place.run(&variables);
        assert!(place.artifacts().len() > 6, "variants are kept for the next process");
        // All are loaded now, most of them by who asks.
        place.run(&variables);
    }
}

#[specialize(n)]
fn announced(x: u64, n: u64) -> u64 {
    println!("{x}");
    x + n
}

/// Waits for a variant whenever it is told of something.
struct Waits;

static WAITED: Mutex<Vec<Option<specialize::Error>>> = Mutex::new(Vec::new());

impl<S: Subscriber> Layer<S> for Waits {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        let waited = power::prepare(13).err();
        WAITED.lock().expect("no panic").push(waited);
    }
}

#[test]
fn a_subscriber_that_waits_for_a_variant_holds_up_nobody() {
    const NAME: &str = "a_subscriber_that_waits_for_a_variant_holds_up_nobody";
    if is_child(NAME) {
        tracing_subscriber::registry().with(Waits).init();
        for n in [12, 13, 14] {
            assert_eq!(power::prepare_within(n, PATIENCE).expect("a variant").call(2), 1 << n);
        }
        assert!(settle(PATIENCE));
        let waited = std::mem::take(&mut *WAITED.lock().expect("no panic"));
        let is_told = |error: &Option<specialize::Error>| matches!(error, Some(specialize::Error::WaitsForItself));
        // Where all is in the store, this thread may have 13 before the other is told of anything.
        assert!(std::env::var_os("AGAIN").is_some() || waited.iter().any(is_told), "{waited:?}");
        assert!(waited.iter().any(Option::is_none), "{waited:?}");
        return assert!(waited.iter().all(|error| error.is_none() || is_told(error)), "{waited:?}");
    }
    let place = Place::new(NAME);
    place.run(&[]);
    place.run(&[("AGAIN", "")]);
}
