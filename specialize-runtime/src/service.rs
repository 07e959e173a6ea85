//! The background: one queue of values that want a variant, each made once, on threads of its own.
//!
//! The threads are the only ones that start processes, and they live as long as the process: a
//! child is killed when the thread that started it ends.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::binding::Shared;
use crate::budget::Budget;
use crate::config::settings;
use crate::dispatch::reclaim;
use crate::dispatch_table::DispatchTable;
use crate::error::Error;
use crate::maker::{self, Keeping};
use crate::measure;
use crate::pending::{Outcome, Pending};
use crate::per_process::PerProcess;
use crate::stats::functions;
use crate::threads::{self, Making, Pinned};
use crate::user_code::{self, EnteredSpan};
use crate::variant::Variant;

/// The queue and the threads that work on it.
#[derive(Debug)]
struct Service {
    state: Mutex<State>,
    /// Notified when a job is queued.
    queued: Condvar,
    /// Notified when a job has ended.
    ended: Condvar,
    /// The thread that keeps variants for the next process; nothing where it could not be started.
    keeper: OnceLock<Option<SyncSender<ToKeep>>>,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Job>,
    /// By the address of the values' shared state, which the job keeps alive.
    unfinished: HashMap<usize, Arc<Outcome>>,
    /// How many are over, and those who wait are not told yet.
    untold: usize,
    /// What dispatchers may still ask for.
    budget: Budget,
    /// Values that are to be tried again after a failure as long as they have handles, by the same address.
    put_off: BTreeMap<usize, PutOff>,
    /// How many variants are being kept for the next process.
    keeping: usize,
    threads: usize,
    idle: usize,
    ending: bool,
}

/// Values that failed. Under the lock, nobody holds what their handles share: the last to let go of it lets a variant go.
#[derive(Debug)]
struct PutOff {
    shared: Weak<Shared>,
    table: &'static DispatchTable,
}

impl PutOff {
    fn has_handles(&self) -> bool {
        self.shared.strong_count() > 0
    }
}

impl State {
    /// Enters values that are to be tried again.
    fn put_off(&mut self, shared: &Arc<Shared>) {
        // Once in a while, those whose handles are gone make room.
        if self.put_off.len().is_power_of_two() {
            self.put_off.retain(|_, put_off| put_off.has_handles());
        }
        self.put_off.insert(place(shared), PutOff { shared: Arc::downgrade(shared), table: shared.table() });
    }

    /// Values that failed, and whose function is not held up any more; they may have a variant by now. Of one function, the next comes
    /// after this one has its variant: until then the failure may come again.
    fn take_due(&mut self) -> Option<Arc<Shared>> {
        loop {
            let unfinished = &self.unfinished;
            let is_due = |(place, put_off): &(&usize, &PutOff)| put_off.table.held_up_for().is_zero() && !unfinished.contains_key(*place);
            let place = *self.put_off.iter().find(is_due)?.0;
            let taken = self.put_off.remove(&place)?;
            if let Some(shared) = taken.shared.upgrade() {
                return Some(shared);
            }
        }
    }

    /// How long until a value is to be taken up again.
    fn next_taken_up(&self) -> Option<Duration> {
        let waiting = self.put_off.values().filter(|put_off| put_off.has_handles());
        // What another thread is at is looked at again when that is done, and by the clock.
        waiting.map(|put_off| put_off.table.held_up_for().max(Duration::from_millis(10))).min()
    }
}

/// What stands for values among those that are unfinished or put off.
fn place(shared: &Arc<Shared>) -> usize {
    Arc::as_ptr(shared).addr()
}

/// Values whose variant is being made, by whoever has this. To be dropped when no lock is held.
#[derive(Debug)]
struct Job {
    owed: Owed,
    shared: Arc<Shared>,
    queued: Instant,
}

impl Job {
    /// Hands the outcome to all who wait, and notes a failure where it is asked for later. It comes last: whoever has waited finds
    /// everything done, and no handles but those that the program has.
    fn finish(self, result: Result<(), Error>) {
        let Job { mut owed, shared, .. } = self;
        owed.close(&shared, &result);
        // What the values share holds their variant.
        drop(shared);
        owed.tell(result);
    }
}

/// An outcome that is owed to all who wait for some values.
#[derive(Debug)]
struct Owed {
    service: &'static Service,
    shared: Weak<Shared>,
    outcome: Arc<Outcome>,
    /// When a thread of the service has begun with the values.
    begun: Option<Instant>,
    is_closed: bool,
}

impl Owed {
    /// Takes the values off the list, under one lock: whoever is told of a failure and asks again must not join the failed job.
    fn close(&mut self, shared: &Arc<Shared>, result: &Result<(), Error>) {
        self.is_closed = true;
        let mut state = self.service.state();
        if let Some(begun) = self.begun {
            state.budget.record_cost(begun.elapsed());
        }
        if let Err(error) = result {
            shared.failed(error);
            shared.table().failed(error);
            if error.may_pass() {
                state.put_off(shared);
            }
        }
        state.unfinished.remove(&place(shared));
        state.untold += 1;
    }

    /// Hands the outcome to all who wait.
    fn tell(&self, result: Result<(), Error>) {
        let waiting = self.outcome.finish(result);
        self.service.state().untold -= 1;
        self.service.ended.notify_all();
        waiting.wake();
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        // A panic has kept its owner from closing it.
        if !self.is_closed
            && let Some(shared) = self.shared.upgrade()
        {
            let result = Err(Error::BackgroundPanic { function: shared.table().name() });
            self.close(&shared, &result);
            self.tell(result);
        }
    }
}

/// A variant that is still to be kept for the next process, and is counted until then.
#[derive(Debug)]
struct ToKeep {
    service: &'static Service,
    /// There until it is dropped.
    keeping: Option<Keeping>,
}

impl ToKeep {
    fn finish(mut self) {
        if let Some(keeping) = self.keeping.take() {
            keeping.finish();
        }
    }
}

impl Drop for ToKeep {
    fn drop(&mut self) {
        self.keeping = None;
        self.service.state().keeping -= 1;
        self.service.ended.notify_all();
    }
}

/// Asks for a variant for the values of `shared`, or joins whoever asked before.
pub(crate) fn request(shared: &Arc<Shared>) -> Pending {
    let pinned = threads::pin_code();
    match admit(shared) {
        Ok(job) => enqueue(job, pinned),
        Err(pending) => pending,
    }
}

/// As [`request`], for a caller that is going to wait: it looks for a finished variant itself, if everything that takes long was
/// done before, since that takes less time than to hand it to another thread.
pub(crate) fn request_and_look(shared: &Arc<Shared>) -> Pending {
    let pinned = threads::pin_code();
    let job = match admit(shared) {
        Ok(job) => job,
        Err(pending) => return pending,
    };
    let table = shared.table();
    // Whoever is told of a step here, and waits for the same values, would wait for this thread.
    let making = Making::begin();
    let found = if make_room(table).is_ok() { maker::find_finished(table.descriptor(), shared.image()) } else { None };
    let Some(variant) = found else {
        drop(making);
        return enqueue(job, pinned);
    };
    table.publish(shared, variant);
    report_published(shared);
    table.retire_leaving();
    drop(making);
    job.finish(Ok(()));
    Pending::ready(Ok(()))
}

/// Whether the machine's time allows a variant for values that a dispatcher found hot. One that is being made costs nothing more.
pub(crate) fn affords(shared: &Arc<Shared>) -> bool {
    let mut state = service().state();
    state.unfinished.contains_key(&place(shared)) || state.budget.admits_one(Instant::now())
}

/// Enters the values of `shared` among those that are being made; or what to wait for, if they need not be.
fn admit(shared: &Arc<Shared>) -> Result<Job, Pending> {
    if let Err(error) = shared.may_have_a_variant() {
        shared.failed(&error);
        return Err(Pending::ready(Err(error)));
    }
    let service = service();
    let mut state = service.state();
    if state.ending {
        return Err(Pending::ready(Err(Error::Ending)));
    }
    if let Some(outcome) = state.unfinished.get(&place(shared)) {
        return Err(Pending::shared(Arc::clone(outcome)));
    }
    // A variant may have been published since the caller looked.
    if shared.has_variant() {
        return Err(Pending::ready(Ok(())));
    }
    let outcome = Arc::new(Outcome::default());
    state.unfinished.insert(place(shared), Arc::clone(&outcome));
    drop(state);
    let owed = Owed { service, shared: Arc::downgrade(shared), outcome, begun: None, is_closed: false };
    let job = Job { owed, shared: Arc::clone(shared), queued: Instant::now() };
    shared.table().requested();
    measure::wake();
    Ok(job)
}

/// Queues values that were admitted.
fn enqueue(job: Job, pinned: Pinned) -> Pending {
    let (service, pending) = (job.owed.service, Pending::shared(Arc::clone(&job.owed.outcome)));
    let (function, value) = (job.shared.table().name(), job.shared.image().digest());
    let mut state = service.state();
    let refusal = if state.ending { Err(Error::Ending) } else { service.have_a_thread(&mut state, pinned) };
    if let Err(error) = refusal {
        drop(state);
        job.finish(Err(error));
        return pending;
    }
    state.queue.push_back(job);
    service.queued.notify_one();
    drop(state);
    user_code::event!(debug, "specialize::request", function, value, "a variant is asked for");
    pending
}

/// Has the values of `shared` tried again later, as long as they have handles.
pub(crate) fn put_off(shared: &Arc<Shared>) {
    let pinned = threads::pin_code();
    let service = service();
    let mut state = service.state();
    if service.have_a_thread(&mut state, pinned).is_ok() {
        state.put_off(shared);
        service.queued.notify_one();
    }
}

/// Waits until nothing is being compiled, but no longer than `timeout`; false if it takes longer.
///
/// For tests, and for the end of a warm-up: when it returns true, every value whose variant was asked for before the call has it, or has
/// failed. On the thread that makes variants, which runs wakers and subscribers of `tracing`, it does not wait: it returns false at once if
/// something is being compiled.
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
    while !state.unfinished.is_empty() || state.untold > 0 || state.keeping > 0 {
        if threads::would_wait_for_itself() {
            return false;
        }
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
    drop(state);
    for job in queue {
        job.finish(Err(Error::Ending));
    }
}

/// Waits until the running jobs have noticed that their children were killed.
#[cfg(specialize_runtime_tier)]
pub(crate) fn wait_for_the_end(patience: Duration) {
    if !settle(patience) {
        user_code::event!(debug, "specialize::compile", "a compile did not end in time; what it leaves is removed by the next process");
    }
}

impl Service {
    /// Starts a thread, if all are busy and there may be more.
    fn have_a_thread(&'static self, state: &mut State, pinned: Pinned) -> Result<(), Error> {
        if state.idle > state.queue.len() || state.threads >= settings().compile_jobs {
            return Ok(());
        }
        match threads::start(pinned, "specialize", || self.turn()) {
            Ok(()) => {
                state.threads += 1;
                Ok(())
            }
            // The threads that there are will serve.
            Err(_) if state.threads > 0 => Ok(()),
            Err(source) => Err(Error::Thread { source: Arc::new(source) }),
        }
    }

    /// What a thread of the service does over and over: it makes a variant, or waits until one is wanted.
    fn turn(&'static self) {
        let mut state = self.state();
        if let Some(job) = state.queue.pop_front() {
            drop(state);
            self.serve(job);
        } else if let Some(shared) = state.take_due() {
            drop(state);
            if let Ok(job) = admit(&shared) {
                drop(shared);
                self.serve(job);
            }
        } else {
            state.idle += 1;
            self.wait_for_a_job(state).idle -= 1;
        }
    }

    /// Makes a variant, and lets everybody know.
    fn serve(&'static self, mut job: Job) {
        job.owed.begun = Some(Instant::now());
        let table = job.shared.table();
        let (result, to_keep) = match attempt(&job) {
            Ok((variant, keeping)) => {
                table.publish(&job.shared, variant);
                measure::wake();
                // Counted before the job is finished, for those who wait for both.
                (Ok(()), keeping.map(|keeping| self.count(keeping)))
            }
            Err(error) => (Err(error), None),
        };
        report_published(&job.shared);
        table.retire_leaving();
        job.finish(result);
        if let Some(to_keep) = to_keep {
            self.keep(to_keep);
        }
    }

    fn count(&'static self, keeping: Keeping) -> ToKeep {
        self.state().keeping += 1;
        ToKeep { service: self, keeping: Some(keeping) }
    }

    /// Has a variant kept for the next process, on a thread that does nothing else: nobody who waits for a value waits for the disk.
    fn keep(&'static self, to_keep: ToKeep) {
        let keeper = self.keeper.get_or_init(|| {
            let (sender, receiver) = mpsc::sync_channel::<ToKeep>(64);
            let turn = move || receiver.iter().for_each(ToKeep::finish);
            threads::start(threads::pin_code(), "specialize-keep", turn).is_ok().then_some(sender)
        });
        let unsent = match keeper {
            Some(keeper) => keeper.send(to_keep).err().map(|error| error.0),
            None => Some(to_keep),
        };
        if let Some(to_keep) = unsent {
            to_keep.finish();
        }
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
    let _span = EnteredSpan::enter(|| tracing::debug_span!(target: "specialize::request", "request", function = table.name(), value));
    let made = make_room(table).and_then(|()| maker::make(table.descriptor(), job.shared.image()));
    if let Err(error) = &made {
        user_code::event!(warn, "specialize::request", function = table.name(), value, %error, "no variant: the generic function serves");
    }
    made.map(|(variant, keeping)| (variant.waited(queue), keeping))
}

/// Tells that values have a variant; to be called when no lock is held, since whoever listens may call a specialized function.
fn report_published(shared: &Shared) {
    if shared.has_variant() {
        let (function, value) = (shared.table().name(), shared.image().digest());
        user_code::event!(debug, "specialize::publish", function, value, "the variant serves from now on");
    }
}

static SERVICE: PerProcess<Service> = PerProcess::new();

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

#[cfg(all(test, specialize_runtime_tier))]
mod tests;
