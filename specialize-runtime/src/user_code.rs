//! The program's own code where this crate runs it: wakers, and subscribers of `tracing`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing::Span;

/// Runs code of the program's. If it panics, nothing is returned and this crate goes on: the program's panic hook has reported it, and
/// neither who asked for a variant nor the thread that makes it has anything to do with it.
pub(crate) fn call<T>(code: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(code)).ok()
}

/// Reports a `tracing` event: its level, its target, then its fields and its message. No lock of a table or of the service may be held,
/// since a subscriber may call a specialized function.
macro_rules! event {
    ($level:ident, $target:literal, $($fields:tt)+) => {{
        let _ = $crate::user_code::call(|| ::tracing::$level!(target: $target, $($fields)+));
    }};
}
pub(crate) use event;

/// A span that this thread is in as long as it lives.
#[derive(Debug)]
pub(crate) struct EnteredSpan {
    /// There until it is dropped, if it could be made.
    span: Option<Span>,
}

impl EnteredSpan {
    /// Enters the span that `make` makes.
    pub(crate) fn enter(make: impl FnOnce() -> Span) -> EnteredSpan {
        let span = call(make);
        if let Some(span) = &span {
            call(|| span.with_subscriber(|(id, subscriber)| subscriber.enter(id)));
        }
        EnteredSpan { span }
    }
}

impl Drop for EnteredSpan {
    fn drop(&mut self) {
        let Some(span) = self.span.take() else { return };
        // A panic in the first must not meet one in the second: that would end the process.
        call(|| span.with_subscriber(|(id, subscriber)| subscriber.exit(id)));
        call(|| drop(span));
    }
}
