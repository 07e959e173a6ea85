//! Panics as the host sees them: the message and the place that its hook is told, and the payload that it catches.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Mutex;

/// A panic.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Panic {
    /// The message.
    pub(crate) message: String,
    /// File, line and column.
    pub(crate) place: String,
}

/// The last panic that the hook was told of.
static LAST: Mutex<Option<Panic>> = Mutex::new(None);

/// Has the hook remember every panic instead of printing it.
pub(crate) fn record() {
    panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        if let Ok(mut last) = LAST.lock() {
            *last = Some(Panic { message: message(info.payload()), place });
        }
    }));
}

/// What `call` gives back, or the panic that it ends in.
pub(crate) fn outcome<T>(call: impl FnOnce() -> T) -> Result<T, Panic> {
    let caught = panic::catch_unwind(AssertUnwindSafe(call));
    let told = LAST.lock().ok().and_then(|mut last| last.take());
    caught.map_err(|payload| match told {
        Some(told) if told.message == message(&*payload) => told,
        told => Panic { message: format!("{} (the hook was told {told:?})", message(&*payload)), place: String::new() },
    })
}

/// The message of a payload.
fn message(payload: &dyn Any) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("a payload that is no text").to_owned()
}
