//! A variant that was asked for: something to wait for, with or without an executor.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::threads;
use crate::user_code;

/// A variant that is being made. It may be awaited under any executor, waited for, or dropped: the
/// variant is made all the same.
///
/// A task that awaits it is woken on the thread that makes variants. An executor may poll the task right there, and the task may ask for
/// more variants and await them. But it must not block, since no variant is made meanwhile; waiting for a variant there is
/// [`Error::WaitsForItself`] at once.
///
/// ```
/// # use specialize::specialize;
/// # #[specialize(n in [3])]
/// # fn power(x: u64, n: u32) -> u64 { (0..n).fold(1, |product: u64, _| product.wrapping_mul(x)) }
/// use std::time::Duration;
///
/// let pending: specialize::Pending = power::request(13);
/// let other = power::request(13); // the same work, once
/// if pending.wait_within(Duration::from_millis(1)).is_none() {
///     println!("still at it");
/// }
/// other.wait()?; // or `other.await`
/// assert!(pending.is_finished());
/// # Ok::<(), specialize::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pending(Inner);

#[derive(Clone, Debug)]
enum Inner {
    Ready(Result<(), Error>),
    Shared(Arc<Outcome>),
}

impl Pending {
    pub(crate) fn ready(result: Result<(), Error>) -> Pending {
        Pending(Inner::Ready(result))
    }

    pub(crate) fn shared(outcome: Arc<Outcome>) -> Pending {
        Pending(Inner::Shared(outcome))
    }

    /// Blocks until the variant is ready or has failed.
    ///
    /// # Errors
    ///
    /// Why the value has no variant, or [`Error::WaitsForItself`] on the thread that makes it.
    pub fn wait(self) -> Result<(), Error> {
        match self.0 {
            Inner::Ready(result) => result,
            Inner::Shared(outcome) => outcome.wait(),
        }
    }

    /// Blocks until the variant is ready or has failed, but no longer than `patience`; `None` if it
    /// takes longer. On the thread that makes it, the error is [`Error::WaitsForItself`] at once.
    #[must_use]
    pub fn wait_within(&self, patience: Duration) -> Option<Result<(), Error>> {
        match &self.0 {
            Inner::Ready(result) => Some(result.clone()),
            Inner::Shared(outcome) => outcome.wait_within(patience),
        }
    }

    /// Whether the variant is ready or has failed.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        match &self.0 {
            Inner::Ready(_) => true,
            Inner::Shared(outcome) => outcome.state().result.is_some(),
        }
    }
}

impl Future for Pending {
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match &self.0 {
            Inner::Ready(result) => Poll::Ready(result.clone()),
            Inner::Shared(outcome) => outcome.poll(context.waker()),
        }
    }
}

/// The outcome of one piece of background work, which many may wait for.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    state: Mutex<State>,
    finished: Condvar,
}

#[derive(Debug, Default)]
struct State {
    result: Option<Result<(), Error>>,
    wakers: Vec<Waker>,
}

impl Outcome {
    /// Hands `result` to everyone who waits, now and later. What it returns wakes the tasks that
    /// wait, which runs code of their executors: to be done when no lock is held.
    pub(crate) fn finish(&self, result: Result<(), Error>) -> Waiting {
        let mut state = self.state();
        state.result = Some(result);
        self.finished.notify_all();
        Waiting(std::mem::take(&mut state.wakers))
    }

    fn wait(&self) -> Result<(), Error> {
        let mut state = self.state();
        loop {
            if let Some(result) = &state.result {
                return result.clone();
            }
            if threads::would_wait_for_itself() {
                return Err(Error::WaitsForItself);
            }
            state = self.finished.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn wait_within(&self, patience: Duration) -> Option<Result<(), Error>> {
        let deadline = Instant::now().checked_add(patience);
        let mut state = self.state();
        loop {
            if let Some(result) = &state.result {
                return Some(result.clone());
            }
            if threads::would_wait_for_itself() {
                return Some(Err(Error::WaitsForItself));
            }
            // The deadline is beyond what the clock can express, so there is none.
            let Some(deadline) = deadline else {
                drop(state);
                return Some(self.wait());
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            state = self.finished.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn poll(&self, waker: &Waker) -> Poll<Result<(), Error>> {
        let mut state = self.state();
        if let Some(result) = &state.result {
            return Poll::Ready(result.clone());
        }
        if !state.wakers.iter().any(|known| known.will_wake(waker)) {
            state.wakers.push(waker.clone());
        }
        Poll::Pending
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tasks that waited for an outcome.
#[must_use = "the tasks go on when they are woken"]
pub(crate) struct Waiting(Vec<Waker>);

impl Waiting {
    /// Lets the tasks go on.
    pub(crate) fn wake(self) {
        for waker in self.0 {
            user_code::call(|| waker.wake());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_who_waits_gets_the_outcome() {
        let outcome = Arc::new(Outcome::default());
        let pending = Pending::shared(Arc::clone(&outcome));
        assert!(pending.wait_within(Duration::from_millis(1)).is_none());
        let waiting: Vec<_> = (0..4)
            .map(|_| {
                std::thread::spawn({
                    let pending = pending.clone();
                    move || pending.wait()
                })
            })
            .collect();
        outcome.finish(Err(Error::AlreadyConfigured)).wake();
        for thread in waiting {
            assert!(matches!(thread.join().expect("no panic"), Err(Error::AlreadyConfigured)));
        }
        assert!(pending.is_finished());
    }

    #[test]
    fn a_future_is_woken_once_the_outcome_is_known() {
        let outcome = Arc::new(Outcome::default());
        let mut pending = Pending::shared(Arc::clone(&outcome));
        let mut context = Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut pending).poll(&mut context).is_pending());
        outcome.finish(Ok(())).wake();
        assert!(matches!(Pin::new(&mut pending).poll(&mut context), Poll::Ready(Ok(()))));
    }
}
