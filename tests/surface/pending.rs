//! `request`: a future of no runtime, which may be awaited, waited for or dropped.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use specialize::{Error, Finding, Pending, Tier, settle, specialize};

use crate::support::place::{Place, own};
use crate::support::processes::PATIENCE;
use crate::support::{is_child, private_store};
use crate::{closed_compiler, open, whereabouts};

/// An executor for one future: the thread sleeps until it is woken.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let (mut future, started) = (pin!(future), Instant::now());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park_timeout(PATIENCE);
        assert!(started.elapsed() < PATIENCE, "the future was not woken");
    }
}

/// An executor for many: a future that is woken goes to the end of a queue.
struct Executor {
    queue: Receiver<Arc<Task>>,
    spawner: Sender<Arc<Task>>,
}

struct Task {
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    queue: Sender<Arc<Task>>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        // The executor may be gone.
        let _ = self.queue.send(Arc::clone(&self));
    }
}

impl Executor {
    fn new() -> Executor {
        let (spawner, queue) = channel();
        Executor { queue, spawner }
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Task { future: Mutex::new(Some(Box::pin(future))), queue: self.spawner.clone() };
        self.spawner.send(Arc::new(task)).expect("the executor has the other end");
    }

    /// Runs until no task is left.
    fn run(self) {
        drop(self.spawner);
        loop {
            let task = match self.queue.recv_timeout(PATIENCE) {
                Ok(task) => task,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => panic!("a task was not woken"),
            };
            let mut slot = task.future.lock().expect("no panic");
            if let Some(mut future) = slot.take() {
                let waker = Waker::from(Arc::clone(&task));
                if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                    *slot = Some(future);
                }
            }
        }
    }
}

/// Counts how often it is woken.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_request_is_pending_until_the_variant_is_there_and_wakes_everyone_once() {
    const NAME: &str = "pending::a_request_is_pending_until_the_variant_is_there_and_wakes_everyone_once";
    if !is_child(NAME) {
        let place = Place::new(NAME);
        let toolchain = closed_compiler(place.path());
        return place.run(&[("SPECIALIZE_TOOLCHAIN", toolchain.to_str().expect("text"))]);
    }
    let (mut first, mut second) = (whereabouts::request(13), whereabouts::request(13));
    drop(whereabouts::request(14));
    let bells = [Arc::new(Bell::default()), Arc::new(Bell::default())];
    let wakers = bells.clone().map(Waker::from);
    for _ in 0..3 {
        for (pending, waker) in [(&mut first, &wakers[0]), (&mut second, &wakers[1])] {
            assert!(Pin::new(pending).poll(&mut Context::from_waker(waker)).is_pending());
        }
    }
    // One that is polled and dropped leaves the others alone.
    let mut third = first.clone();
    assert!(Pin::new(&mut third).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(third);
    assert!(!first.is_finished() && first.wait_within(Duration::from_millis(20)).is_none());
    assert_eq!(bells.each_ref().map(|bell| bell.0.load(Ordering::SeqCst)), [0, 0]);
    assert_eq!(whereabouts::table().counts().requests, 2, "one for each value");

    open(&own());
    assert!(settle(PATIENCE));
    assert_eq!(bells.map(|bell| bell.0.load(Ordering::SeqCst)), [1, 1]);
    for pending in [&mut first, &mut second] {
        assert!(pending.is_finished());
        assert!(matches!(Pin::new(&mut *pending).poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
        assert!(matches!(pending.wait_within(Duration::ZERO), Some(Ok(()))));
    }
    assert!(first.wait().is_ok() && block_on(second).is_ok());
    assert_eq!(whereabouts::lookup(14).expect("the compile of a dropped request goes on").tier(), Tier::Runtime);
    assert_eq!(whereabouts::table().counts().compiled, 2);
}

#[test]
fn requests_run_under_executors_of_any_kind() {
    private_store();
    block_on(whereabouts::request(30)).expect("a variant");
    assert_eq!(whereabouts::lookup(30).expect("it was awaited").tier(), Tier::Runtime);

    let executor = Executor::new();
    let (done, results) = channel();
    for n in [31, 32, 31, 1] {
        let done = done.clone();
        executor.spawn(async move {
            let result = whereabouts::request(n).await;
            done.send((n, result.is_ok(), whereabouts::lookup(n).is_some())).expect("the test waits");
        });
    }
    drop(done);
    executor.run();
    let mut results: Vec<_> = results.iter().collect();
    results.sort_unstable();
    assert_eq!(results, [(1, true, true), (31, true, true), (31, true, true), (32, true, true)]);
}

#[test]
fn a_request_that_fails_says_so_to_everyone() {
    #[specialize(n in [1])]
    fn prints(x: u32, n: u32) -> u32 {
        if x > 1_000_000 {
            println!("{x} {n}");
        }
        x + n
    }

    private_store();
    let is_the_reason =
        |error: &Error| matches!(error, Error::UnresolvedSymbol { function: "prints", symbols } if symbols.contains("_print"));
    let pending: Pending = prints::request(13);
    let waiting = thread::spawn({
        let pending = pending.clone();
        move || pending.wait()
    });
    assert!(is_the_reason(&block_on(pending.clone()).expect_err("it cannot be linked")));
    assert!(is_the_reason(&waiting.join().expect("no panic").expect_err("the same")));
    assert!(is_the_reason(&pending.wait_within(PATIENCE).expect("finished").expect_err("the same")));
    assert!(is_the_reason(&prints::prepare(13).expect_err("and again")));
    let bound = prints::bind(13);
    assert!(settle(PATIENCE));
    assert!(bound.last_error().as_ref().is_some_and(is_the_reason));
    assert_eq!((bound.tier(), bound.call(2), prints(2, 13), prints(2, 1)), (Tier::Generic, 15, 15, 3));
}

#[test]
fn whatever_an_executor_does_as_it_is_woken_the_next_request_is_served() {
    struct Asks(Mutex<Vec<Pending>>);

    impl Wake for Asks {
        fn wake(self: Arc<Self>) {
            self.0.lock().expect("no panic").push(whereabouts::request(41));
            assert!(whereabouts::lookup(40).is_some(), "what woke the task is there");
            std::panic::resume_unwind(Box::new("a mistake of the executor's"));
        }
    }

    private_store();
    let asks = Arc::new(Asks(Mutex::default()));
    let mut pending = whereabouts::request(40);
    let first = Pin::new(&mut pending).poll(&mut Context::from_waker(&Waker::from(Arc::clone(&asks))));
    pending.wait().expect("a variant");
    whereabouts::prepare_within(42, PATIENCE).expect("the thread that makes variants is still there");
    assert!(first.is_ready() || asks.0.lock().expect("no panic").len() == 1);
    assert!(settle(PATIENCE));
}

#[test]
fn a_task_that_waits_where_it_is_woken_is_told_so_and_holds_up_nobody() {
    struct Inline(Sender<Vec<Option<Error>>>);

    impl Wake for Inline {
        fn wake(self: Arc<Self>) {
            assert!(whereabouts::prepare(50).is_ok() && whereabouts::prepare(1).is_ok(), "nothing is to be waited for");
            let waited = [
                whereabouts::prepare(51).err(),
                whereabouts::prepare_within(52, PATIENCE).err(),
                whereabouts::request(53).wait().err(),
                whereabouts::request(54).wait_within(Duration::MAX).and_then(Result::err),
            ];
            assert!(!settle(Duration::MAX), "that is told at once too");
            let diagnosis = specialize::doctor();
            let missing = diagnosis.first_missing().map(|check| &check.finding);
            assert!(matches!(missing, Some(Finding::Missing(Error::WaitsForItself))), "and that: {diagnosis}");
            self.0.send(waited.into()).expect("the test waits");
        }
    }

    const NAME: &str = "pending::a_task_that_waits_where_it_is_woken_is_told_so_and_holds_up_nobody";
    if !is_child(NAME) {
        let place = Place::new(NAME);
        let toolchain = closed_compiler(place.path());
        return place.run(&[("SPECIALIZE_TOOLCHAIN", toolchain.to_str().expect("text"))]);
    }
    let (sender, waited) = channel();
    let mut pending = whereabouts::request(50);
    assert!(Pin::new(&mut pending).poll(&mut Context::from_waker(&Waker::from(Arc::new(Inline(sender))))).is_pending());
    open(&own());
    let waited = waited.recv_timeout(PATIENCE).expect("the task goes on");
    assert!(waited.len() == 4 && waited.iter().all(|error| matches!(error, Some(Error::WaitsForItself))), "{waited:?}");
    assert!(settle(PATIENCE));
    for n in 50..55 {
        assert_eq!(whereabouts::lookup(n).expect("all were asked for").tier(), Tier::Runtime);
    }
}

#[test]
fn a_value_that_has_a_variant_is_ready_at_once() {
    private_store();
    let mut listed = whereabouts::request(1);
    assert!(listed.is_finished());
    assert!(matches!(Pin::new(&mut listed).poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
    let requests = whereabouts::table().counts().requests;
    assert!(listed.wait().is_ok());
    assert!(requests <= whereabouts::table().counts().requests);
}
