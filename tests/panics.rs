//! One meaning: a panic in a variant is the panic of the generic function, and goes on through the host as any other.

mod support;

#[path = "panics/kinds.rs"]
mod kinds;
#[path = "panics/places.rs"]
mod places;
#[path = "panics/unwinding.rs"]
mod unwinding;

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

/// A panic as the hook and the one who caught it saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Panic {
    message: String,
    file: String,
    line: u32,
    column: u32,
    payload: Payload,
    thread: Option<String>,
}

/// What a panic carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Payload {
    Str,
    String,
    Other,
}

impl Payload {
    fn of(payload: &(dyn Any + Send)) -> Payload {
        match payload {
            payload if payload.is::<&'static str>() => Payload::Str,
            payload if payload.is::<String>() => Payload::String,
            _ => Payload::Other,
        }
    }
}

thread_local! {
    /// The panics of this thread, where they are expected.
    static SEEN: RefCell<Option<Vec<Panic>>> = const { RefCell::new(None) };
}

/// What `call` returns, or the panic that it ends with. The hook must have seen exactly that one.
#[track_caller]
fn outcome<R>(call: impl FnOnce() -> R) -> Result<R, Panic> {
    let (result, mut seen) = observe(call);
    match result {
        Ok(result) => {
            assert_eq!(seen, [], "no panic");
            Ok(result)
        }
        Err(payload) => {
            assert_eq!(seen.len(), 1, "one panic: {seen:?}");
            let seen = seen.remove(0);
            let message = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
            assert_eq!(message, Some(seen.message.as_str()), "the payload carries the message");
            assert_eq!(Payload::of(&*payload), seen.payload, "the hook saw the payload that was caught");
            Err(seen)
        }
    }
}

/// What `call` returns or ends with, and the panics that the hook saw on the way.
fn observe<R>(call: impl FnOnce() -> R) -> (std::thread::Result<R>, Vec<Panic>) {
    expect_panics();
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    assert!(!std::thread::panicking(), "the count of panics is right again");
    (result, SEEN.take().expect("set above"))
}

/// From now on, the hook writes down this thread's panics instead of printing them.
fn expect_panics() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| match SEEN.take() {
            Some(mut seen) => {
                seen.push(seen_by_hook(info));
                SEEN.set(Some(seen));
            }
            None => before(info),
        }));
    });
    SEEN.set(Some(Vec::new()));
}

fn seen_by_hook(info: &PanicHookInfo<'_>) -> Panic {
    let location = info.location().expect("a panic has a location");
    Panic {
        message: info.payload_as_str().unwrap_or_default().to_owned(),
        file: location.file().to_owned(),
        line: location.line(),
        column: location.column(),
        payload: Payload::of(info.payload()),
        thread: std::thread::current().name().map(str::to_owned),
    }
}

/// Whether this test was built so that overflow panics. So are its variants, then.
fn overflow_checks() -> bool {
    observe(|| std::hint::black_box(u8::MAX) + std::hint::black_box(1)).0.is_err()
}

/// The text at a panic's place, in the file that it names.
fn text_at(panic: &Panic) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&panic.file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let line = text.lines().nth(panic.line as usize - 1).expect("the file has that line");
    let mut rest = line.chars();
    let mut column = 1;
    while column < panic.column {
        column += width(rest.next().expect("the line has that column"));
    }
    rest.as_str().to_owned()
}

/// The columns that a character takes in the place of a panic, which are those of a terminal. Only for what these tests hold.
fn width(character: char) -> u32 {
    match character {
        '\t' => 4,
        '\u{200d}' => 0,
        '\u{1f300}'.. => 2,
        _ => 1,
    }
}
