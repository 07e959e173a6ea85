//! The program's own code where this crate runs it: wakers, and subscribers of `tracing`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing::Span;

/// Runs code of the program's; nothing where it panics, which the program's hook has told by then. Whoever asked for a variant, and
/// the thread that makes it, have nothing to do with that.
pub(crate) fn call<T>(code: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(code)).ok()
}

/// A span that this thread is in as long as it lives.
#[derive(Debug)]
pub(crate) struct Within {
    /// There until it is dropped, if it could be made.
    span: Option<Span>,
}

impl Within {
    /// Enters the span that `make` makes.
    pub(crate) fn enter(make: impl FnOnce() -> Span) -> Within {
        let span = call(make);
        if let Some(span) = &span {
            call(|| span.with_subscriber(|(id, subscriber)| subscriber.enter(id)));
        }
        Within { span }
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        let Some(span) = self.span.take() else { return };
        // A panic in the first must not meet one in the second: that would end the process.
        call(|| span.with_subscriber(|(id, subscriber)| subscriber.exit(id)));
        call(|| drop(span));
    }
}
