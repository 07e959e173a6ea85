//! How a call ended: with what it returned, or with what it panicked, so that the tiers can be compared.

use std::any::Any;
use std::cell::RefCell;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How a call ended.
#[derive(Debug, PartialEq)]
pub enum Outcome<T> {
    /// It returned.
    Returned(T),
    /// It panicked.
    Panicked {
        /// The payload: its type, and the message.
        message: String,
        /// File, line and column.
        place: String,
    },
}

impl<T: Debug> Outcome<T> {
    /// What was returned.
    pub fn returned(self) -> T {
        match self {
            Outcome::Returned(value) => value,
            panicked => panic!("it was to return: {panicked:?}"),
        }
    }

    /// The message and the place of the panic.
    pub fn panicked(self) -> (String, String) {
        match self {
            Outcome::Panicked { message, place } => (message, place),
            returned => panic!("it was to panic: {returned:?}"),
        }
    }
}

thread_local! {
    /// Where the last panic of this thread was, while a call is watched.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
    static WATCHED: RefCell<bool> = const { RefCell::new(false) };
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// How many panics went through the hook of this std.
pub fn panics() -> usize {
    PANICS.load(Ordering::Relaxed)
}

/// Makes the call, and tells how it ended.
pub fn of<T>(call: impl FnOnce() -> T) -> Outcome<T> {
    watch();
    WATCHED.set(true);
    let ended = catch_unwind(AssertUnwindSafe(call));
    WATCHED.set(false);
    match ended {
        Ok(value) => Outcome::Returned(value),
        Err(payload) => {
            let place = PLACE.take().expect("the hook was called");
            assert!(!std::thread::panicking(), "the panic is over");
            Outcome::Panicked { message: message(&*payload), place }
        }
    }
}

/// Keeps quiet about panics that are watched, and notes where they were.
fn watch() {
    static WATCH: Once = Once::new();
    WATCH.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            if WATCHED.with_borrow(|watched| *watched) {
                PLACE.set(panic.location().map(ToString::to_string));
            } else {
                before(panic);
            }
        }));
    });
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&'static str>().map(|text| format!("&str {text}"));
    text.or_else(|| payload.downcast_ref::<String>().map(|text| format!("String {text}"))).unwrap_or_else(|| "something else".to_owned())
}

/// The outcome of all `calls`, each by the name of its tier.
///
/// # Panics
///
/// If they differ.
pub fn same<T: PartialEq + Debug>(what: &str, calls: &[(&str, &dyn Fn() -> T)]) -> Outcome<T> {
    let mut calls = calls.iter();
    let (_, first) = calls.next().expect("a call");
    let expected = of(first);
    for (tier, call) in calls {
        let outcome = of(call);
        assert_eq!(outcome, expected, "{what}: the tier `{tier}` ends otherwise than the generic function");
    }
    expected
}

/// Calls `function(arguments; value)` in every tier there is, where `value` is the last parameter and the only specialized
/// one, and gives back the one outcome.
///
/// A host that is linked statically has no variants of its own making; there, that is what is checked.
#[macro_export]
macro_rules! in_all_tiers {
    ($($function:ident)::+ ($($argument:expr),*; $value:literal)) => {{
        let bound = match $($function)::+::prepare($value) {
            Ok(bound) => {
                assert_eq!(bound.tier().to_string(), "runtime");
                bound
            }
            Err(error) if cfg!(target_feature = "crt-static") => {
                assert!(format!("{error:?}").starts_with("UnsupportedPlatform"), "{error}");
                $($function)::+::bind($value)
            }
            Err(error) => panic!("no variant of {}: {error}", stringify!($($function)::+)),
        };
        $crate::outcome::same(
            stringify!($($function)::+),
            &[
                ("generic", &|| $($function)::+::generic($($argument,)* $value)),
                ("build-time", &|| $($function)::+::at::<$value>($($argument),*)),
                ("runtime", &|| bound.call($($argument),*)),
                ("dispatcher", &|| $($function)::+($($argument,)* $value)),
            ],
        )
    }};
}
