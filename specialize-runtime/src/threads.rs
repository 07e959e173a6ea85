//! The threads of this crate's own: how they begin, how a turn of theirs ends, and that none of them waits for itself.

use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

use crate::lifetime;

thread_local! {
    /// Whether this thread makes variants, so that it would wait for itself.
    static MAKES: Cell<bool> = const { Cell::new(false) };
}

/// The proof that this code stays mapped, whatever becomes of who starts a thread that runs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pinned(());

/// Keeps this code mapped. To be called with no lock held: the loader has a lock of its own, which whoever loads a library holds while
/// initializers run, and those may call a specialized function.
pub(crate) fn pin_code() -> Pinned {
    static DONE: AtomicBool = AtomicBool::new(false);
    // Nobody waits for anybody here, since the loader's lock may be held.
    if !DONE.load(Ordering::Acquire) {
        lifetime::pin_this_code();
        DONE.store(true, Ordering::Release);
    }
    Pinned(())
}

/// Starts a thread that takes one turn after another as long as the process lives. A panic ends the turn in which it began, and nothing
/// else: what a turn has taken up, it must give up as that is dropped.
pub(crate) fn start(pinned: Pinned, name: &str, mut turn: impl FnMut() + Send + 'static) -> io::Result<()> {
    let turns = move || {
        loop {
            // The program's hook has told of it.
            let _ = catch_unwind(AssertUnwindSafe(&mut turn));
        }
    };
    spawn(pinned, name, turns).map(drop)
}

/// Starts a thread for `body`.
pub(crate) fn spawn<T: Send + 'static>(_: Pinned, name: &str, body: impl FnOnce() -> T + Send + 'static) -> io::Result<JoinHandle<T>> {
    Builder::new().name(name.to_owned()).spawn(move || {
        lifetime::survive_writing();
        let _makes = Making::begin();
        body()
    })
}

/// Says, as long as it lives, that this thread makes variants.
#[derive(Debug)]
pub(crate) struct Making {
    before: bool,
}

impl Making {
    pub(crate) fn begin() -> Making {
        Making { before: MAKES.replace(true) }
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        MAKES.set(self.before);
    }
}

/// Whether this thread would wait for itself, if it waited for a variant.
pub(crate) fn would_wait_for_itself() -> bool {
    MAKES.get()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_panic_ends_a_turn_and_not_the_thread() {
        let (sender, turns) = channel();
        let mut turn = 0;
        let taken = move || {
            turn += 1;
            let is_over = sender.send((turn, would_wait_for_itself())).is_err();
            if is_over {
                std::thread::park();
            }
            std::panic::resume_unwind(Box::new("a mistake"));
        };
        start(pin_code(), "test", taken).expect("a thread");
        assert_eq!(turns.iter().take(3).collect::<Vec<_>>(), [(1, true), (2, true), (3, true)]);
    }

    #[test]
    fn a_thread_makes_variants_until_all_say_that_it_does_not() {
        let outer = Making::begin();
        drop(Making::begin());
        assert!(would_wait_for_itself());
        drop(outer);
        assert!(!would_wait_for_itself());
    }
}
