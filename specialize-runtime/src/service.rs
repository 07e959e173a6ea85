//! The background: one queue of values that want a variant, each made once, on threads of its own.
//!
//! The threads are the only ones that start processes, and they live as long as the process: a
//! child is killed when the thread that started it ends.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::binding::Shared;
use crate::budget::Budget;
use crate::config::settings;
use crate::dispatch::reclaim;
use crate::dispatch_table::DispatchTable;
use crate::error::Error;
use crate::lifetime;
use crate::maker::{self, Keeping};
use crate::measure;
use crate::of_process::OfProcess;
use crate::pending::{Outcome, Pending};
use crate::stats::functions;
use crate::variant::Variant;

/// The queue and the threads that work on it.
#[derive(Debug)]
struct Service {
    state: Mutex<State>,
    /// Told when a job is queued.
    queued: Condvar,
    /// Told when a job has ended.
    ended: Condvar,
    /// The thread that keeps variants for the next process; nothing where it could not be started.
    keeper: OnceLock<Option<SyncSender<Keeping>>>,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Job>,
    /// By the address of the values' shared state, which the job keeps alive.
    unfinished: HashMap<usize, Arc<Outcome>>,
    /// What dispatchers may still ask for.
    budget: Budget,
    /// Values that are to be tried again after a failure as long as they have handles, by the same address.
    put_off: BTreeMap<usize, Weak<Shared>>,
    /// How many variants are being kept for the next process.
    keeping: usize,
    threads: usize,
    idle: usize,
    ending: bool,
}

impl State {
    /// Enters values that are to be tried again.
    fn put_off(&mut self, shared: &Arc<Shared>) {
        // Once in a while, those whose handles are gone make room.
        if self.put_off.len().is_power_of_two() {
            self.put_off.retain(|_, shared| shared.strong_count() > 0);
        }
        self.put_off.insert(Arc::as_ptr(shared).addr(), Arc::downgrade(shared));
    }

    /// A value that failed, and whose function is not held up any more. Of one function, the next comes after this one has its
    /// variant: until then the failure may come again.
    fn take_up_again(&mut self) -> Option<Job> {
        self.put_off.retain(|_, shared| shared.upgrade().is_some_and(|shared| !shared.has_variant()));
        let is_due =
            |shared: &Arc<Shared>| shared.table().held_up_for().is_zero() && !self.unfinished.contains_key(&Arc::as_ptr(shared).addr());
        let shared = self.put_off.values().filter_map(Weak::upgrade).find(is_due).filter(|_| !self.ending)?;
        let place = Arc::as_ptr(&shared).addr();
        self.put_off.remove(&place);
        shared.table().requested();
        let outcome = Arc::new(Outcome::default());
        self.unfinished.insert(place, Arc::clone(&outcome));
        Some(Job { shared, outcome, queued: Instant::now() })
    }

    /// How long until a value is to be taken up again.
    fn next_taken_up(&self) -> Option<Duration> {
        let waiting = self.put_off.values().filter_map(Weak::upgrade);
        // What another thread is at is looked at again when that is done, and by the clock.
        waiting.map(|shared| shared.table().held_up_for().max(Duration::from_millis(10))).min()
    }
}

#[derive(Debug)]
struct Job {
    shared: Arc<Shared>,
    outcome: Arc<Outcome>,
    queued: Instant,
}

/// Asks for a variant for the values of `shared`, or joins whoever asked before.
pub(crate) fn request(shared: &Arc<Shared>) -> Pending {
    match admit(shared) {
        Ok(outcome) => enqueue(shared, outcome),
        Err(pending) => pending,
    }
}

/// As [`request`], for a caller that is going to wait: it looks for a finished variant itself, if everything that takes long was
/// done before, since that takes less time than to hand it to another thread.
pub(crate) fn request_and_look(shared: &Arc<Shared>) -> Pending {
    let outcome = match admit(shared) {
        Ok(outcome) => outcome,
        Err(pending) => return pending,
    };
    let table = shared.table();
    let found = if make_room(table).is_ok() { maker::find_finished(table.descriptor(), shared.image()) } else { None };
    let Some(variant) = found else {
        return enqueue(shared, outcome);
    };
    table.publish(shared, variant);
    report_published(shared);
    table.retire_leaving();
    let service = service();
    let waiting = outcome.finish(Ok(()));
    service.strike_off(&mut service.state(), shared);
    waiting.wake();
    Pending::ready(Ok(()))
}

/// Whether the machine's time allows a variant for values that a dispatcher found hot. One that is being made costs nothing more.
pub(crate) fn affords(shared: &Arc<Shared>) -> bool {
    let mut state = service().state();
    state.unfinished.contains_key(&Arc::as_ptr(shared).addr()) || state.budget.admits_one(Instant::now())
}

/// Enters the values of `shared` among those that are being made; or what to wait for, if they need not be.
fn admit(shared: &Arc<Shared>) -> Result<Arc<Outcome>, Pending> {
    if let Err(error) = shared.may_have_a_variant() {
        shared.failed(&error);
        return Err(Pending::ready(Err(error)));
    }
    let mut state = service().state();
    if state.ending {
        return Err(Pending::ready(Err(Error::Ending)));
    }
    if let Some(outcome) = state.unfinished.get(&Arc::as_ptr(shared).addr()) {
        return Err(Pending::shared(Arc::clone(outcome)));
    }
    // A variant may have been published since the caller looked.
    if shared.has_variant() {
        return Err(Pending::ready(Ok(())));
    }
    shared.table().requested();
    measure::wake();
    let outcome = Arc::new(Outcome::default());
    state.unfinished.insert(Arc::as_ptr(shared).addr(), Arc::clone(&outcome));
    Ok(outcome)
}

/// Queues values that were admitted.
fn enqueue(shared: &Arc<Shared>, outcome: Arc<Outcome>) -> Pending {
    let service = service();
    let mut state = service.state();
    let refusal = if state.ending { Err(Error::Ending) } else { service.have_a_thread(&mut state) };
    if let Err(error) = refusal {
        shared.failed(&error);
        shared.table().failed(&error);
        let waiting = outcome.finish(Err(error.clone()));
        service.strike_off(&mut state, shared);
        drop(state);
        waiting.wake();
        return Pending::ready(Err(error));
    }
    let (function, value) = (shared.table().name(), shared.image().digest());
    state.queue.push_back(Job { shared: Arc::clone(shared), outcome: Arc::clone(&outcome), queued: Instant::now() });
    service.queued.notify_one();
    drop(state);
    tracing::debug!(target: "specialize::request", function, value, "a variant is asked for");
    Pending::shared(outcome)
}

/// Has the values of `shared` tried again by and by, as long as they have handles.
pub(crate) fn put_off(shared: &Arc<Shared>) {
    let service = service();
    let mut state = service.state();
    if service.have_a_thread(&mut state).is_ok() {
        state.put_off(shared);
        service.queued.notify_one();
    }
}

/// Waits until nothing is being compiled, but no longer than `timeout`; false if it takes longer.
///
/// For tests and for the end of a warm-up: values whose background compile was asked for before the
/// call have their variant, or have failed, when it returns true.
///
/// ```
/// use std::time::Duration;
///
/// assert!(specialize::settle(Duration::from_secs(10)), "nothing was asked for");
/// ```
#[must_use]
pub fn settle(timeout: Duration) -> bool {
    let service = service();
    let deadline = Instant::now().checked_add(timeout);
    let mut state = service.state();
    while !state.unfinished.is_empty() || state.keeping > 0 {
        let left = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return false;
        }
        state = service.ended.wait_timeout(state, left.min(Duration::from_secs(3_600))).unwrap_or_else(PoisonError::into_inner).0;
    }
    true
}

/// Lets no further job begin; called as the process ends, before its children are killed.
#[cfg(specialize_runtime_tier)]
pub(crate) fn refuse_more() {
    let service = service();
    let mut state = service.state();
    state.ending = true;
    let queue = std::mem::take(&mut state.queue);
    for job in &queue {
        state.unfinished.remove(&Arc::as_ptr(&job.shared).addr());
    }
    drop(state);
    for job in queue {
        job.outcome.finish(Err(Error::Ending)).wake();
    }
}

/// Waits until the running jobs have noticed that their children were killed.
#[cfg(specialize_runtime_tier)]
pub(crate) fn wait_for_the_end(patience: Duration) {
    if !settle(patience) {
        tracing::debug!(target: "specialize::compile", "a compile did not end in time; what it leaves is removed by the next process");
    }
}

impl Service {
    /// Starts a thread, if all are busy and there may be more.
    fn have_a_thread(&'static self, state: &mut State) -> Result<(), Error> {
        if state.idle > state.queue.len() || state.threads >= settings().compile_jobs {
            return Ok(());
        }
        match std::thread::Builder::new().name("specialize".to_owned()).spawn(move || self.work()) {
            Ok(_) => {
                state.threads += 1;
                Ok(())
            }
            // The threads there are serve all the same.
            Err(_) if state.threads > 0 => Ok(()),
            Err(source) => Err(Error::Thread { source: Arc::new(source) }),
        }
    }

    /// What a thread of the service does all its life.
    fn work(&'static self) {
        lifetime::pin_this_code();
        lifetime::survive_writing();
        let mut state = self.state();
        loop {
            let Some(job) = state.queue.pop_front().or_else(|| state.take_up_again()) else {
                state.idle += 1;
                state = self.wait_for_a_job(state);
                state.idle -= 1;
                continue;
            };
            drop(state);
            let started = Instant::now();
            let made = attempt(&job);
            // In one step for all others: who hears of a failure and asks again must not join it.
            state = self.state();
            state.budget.has_cost(started.elapsed());
            if made.as_ref().is_err_and(Error::may_pass) {
                state.put_off(&job.shared);
            }
            let (outcome, keeping) = conclude(&job.shared, made);
            let waiting = job.outcome.finish(outcome);
            state.keeping += usize::from(keeping.is_some());
            self.strike_off(&mut state, &job.shared);
            drop(state);
            waiting.wake();
            report_published(&job.shared);
            job.shared.table().retire_leaving();
            // Nothing of the job must outlive it: what its values share holds their variant.
            drop(job);
            if let Some(keeping) = keeping {
                self.keep(keeping);
            }
            state = self.state();
        }
    }

    /// Has a variant kept for the next process, on a thread that does nothing else: nobody who waits for a value waits for the disk.
    fn keep(&'static self, keeping: Keeping) {
        let keeper = self.keeper.get_or_init(|| {
            let (sender, receiver) = mpsc::sync_channel::<Keeping>(64);
            let work = move || {
                lifetime::survive_writing();
                receiver.into_iter().for_each(|keeping| self.keep_now(keeping));
            };
            std::thread::Builder::new().name("specialize-keep".to_owned()).spawn(work).is_ok().then_some(sender)
        });
        let unsent = match keeper {
            Some(keeper) => keeper.send(keeping).err().map(|error| error.0),
            None => Some(keeping),
        };
        if let Some(keeping) = unsent {
            self.keep_now(keeping);
        }
    }

    /// Strikes values off those that are being made.
    fn strike_off(&self, state: &mut State, shared: &Arc<Shared>) {
        state.unfinished.remove(&Arc::as_ptr(shared).addr());
        self.ended.notify_all();
    }

    fn keep_now(&self, keeping: Keeping) {
        keeping.finish();
        self.state().keeping -= 1;
        self.ended.notify_all();
    }

    /// Waits until a job is queued or to be taken up again; a compile server that leaves in the meantime is let go.
    fn wait_for_a_job<'state>(&self, state: MutexGuard<'state, State>) -> MutexGuard<'state, State> {
        let for_the_server = maker::keep_server().then_some(Duration::from_secs(1));
        match for_the_server.into_iter().chain(state.next_taken_up()).min() {
            Some(longest) => self.queued.wait_timeout(state, longest).unwrap_or_else(PoisonError::into_inner).0,
            None => self.queued.wait(state).unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes sure that there is room for one more variant of `table`: in it, and in the process, where the coldest of another function
/// may have to leave.
fn make_room(table: &DispatchTable) -> Result<(), Error> {
    table.make_room()?;
    if maker::has_room().is_ok() {
        return Ok(());
    }
    // What left earlier may only have waited for a call to end; as long as something waits, no more need to leave.
    if reclaim::collect() == 0 && maker::has_room().is_err() {
        let _ = table.evict() || functions().into_iter().any(DispatchTable::evict);
    }
    maker::has_room()
}

/// Makes one variant.
fn attempt(job: &Job) -> Result<(Variant, Option<Keeping>), Error> {
    let (table, queue) = (job.shared.table(), job.queued.elapsed());
    let value = job.shared.image().digest();
    let span = tracing::debug_span!(target: "specialize::request", "request", function = table.name(), value);
    let _entered = span.enter();
    // A panic here would be a mistake of this crate's, and must not leave callers waiting.
    let made = catch_unwind(AssertUnwindSafe(|| {
        make_room(table)?;
        maker::make(table.descriptor(), job.shared.image())
    }));
    let made = made.unwrap_or(Err(Error::BackgroundPanic { function: table.name() }));
    match &made {
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(target: "specialize::request", function = table.name(), value, %error, "no variant: the generic function serves");
        }
    }
    made.map(|(variant, keeping)| (variant.waited(queue), keeping))
}

/// Tells that values have a variant; to be called when no lock is held, since whoever listens may call a specialized function.
fn report_published(shared: &Shared) {
    if shared.has_variant() {
        let (function, value) = (shared.table().name(), shared.image().digest());
        tracing::debug!(target: "specialize::publish", function, value, "the variant serves from now on");
    }
}

/// Publishes a variant, or has it said wherever that is asked later why there is none; and what is left to be done.
fn conclude(shared: &Shared, made: Result<(Variant, Option<Keeping>), Error>) -> (Result<(), Error>, Option<Keeping>) {
    match made {
        Ok((variant, keeping)) => {
            shared.table().publish(shared, variant);
            measure::wake();
            (Ok(()), keeping)
        }
        Err(error) => {
            shared.failed(&error);
            shared.table().failed(&error);
            (Err(error), None)
        }
    }
}

static SERVICE: OfProcess<Service> = OfProcess::new();

/// Whether the service was set up by this process, and not by the one it was forked from.
#[cfg(specialize_runtime_tier)]
pub(crate) fn is_of_this_process() -> bool {
    SERVICE.get().is_some()
}

/// The service of this process.
fn service() -> &'static Service {
    SERVICE.get_or_init(Service::new)
}

impl Service {
    fn new() -> Service {
        Service { state: Mutex::new(State::default()), queued: Condvar::new(), ended: Condvar::new(), keeper: OnceLock::new() }
    }
}
