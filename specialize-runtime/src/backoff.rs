//! A failure that is remembered for a while, twice as long each time it comes again, and never for ever.

use std::time::{Duration, Instant};

/// How long the first failure is remembered, and how long any at most.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// Why something failed last, and until when it is not to be tried again unasked.
#[derive(Debug)]
pub(crate) struct Backoff<T> {
    failure: Option<Failure<T>>,
}

#[derive(Debug)]
struct Failure<T> {
    reason: T,
    since: Instant,
    pause: Duration,
}

impl<T> Default for Backoff<T> {
    fn default() -> Backoff<T> {
        Backoff::new()
    }
}

impl<T> Backoff<T> {
    /// Nothing has failed.
    pub(crate) const fn new() -> Backoff<T> {
        Backoff { failure: None }
    }

    /// Remembers a failure.
    pub(crate) fn failed(&mut self, reason: T) {
        let longer = self.failure.as_ref().map_or(Duration::ZERO, |failure| failure.pause * 2);
        self.failure = Some(Failure { reason, since: Instant::now(), pause: longer.clamp(SHORTEST, LONGEST) });
    }

    /// Forgets all failures.
    pub(crate) fn succeeded(&mut self) {
        self.failure = None;
    }

    /// The failure that holds up the next try, if there is one.
    pub(crate) fn holds_up(&self) -> Option<&T> {
        self.failure.as_ref().filter(|failure| failure.since.elapsed() < failure.pause).map(|failure| &failure.reason)
    }

    /// How long the next try is held up.
    pub(crate) fn left(&self) -> Duration {
        self.failure.as_ref().map_or(Duration::ZERO, |failure| failure.pause.saturating_sub(failure.since.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_in_a_row_is_remembered_for_longer() {
        let mut backoff = Backoff::new();
        assert!(backoff.holds_up().is_none() && backoff.left().is_zero());
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let before = Instant::now();
            backoff.failed(seconds);
            let (left, pause) = (backoff.left(), Duration::from_secs(seconds));
            assert!(left <= pause && left >= pause.saturating_sub(before.elapsed()), "{left:?} of {seconds} s");
            // Unless this thread was held up for as long.
            assert!(backoff.holds_up() == Some(&seconds) || before.elapsed() >= pause);
        }
        backoff.succeeded();
        assert!(backoff.holds_up().is_none());
    }

    #[test]
    fn what_has_passed_holds_up_nothing() {
        let mut backoff = Backoff::new();
        backoff.failed("once");
        let long_ago = Instant::now().checked_sub(Duration::from_secs(2)).expect("the machine runs for longer");
        backoff.failure.as_mut().expect("remembered").since = long_ago;
        assert!(backoff.holds_up().is_none() && backoff.left().is_zero());
    }
}
