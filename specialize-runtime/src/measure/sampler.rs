//! The thread that opens and closes windows, and takes out the variants that lose.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::config::{Mode, settings};
use crate::dispatch_table::DispatchTable;
use crate::lifetime;
use crate::measure::{Comparison, Samples};
use crate::of_process::OfProcess;
use crate::stats::functions;
use crate::value::Image;

/// How long a window is open, if calls do not fill it.
const WINDOW: Duration = Duration::from_millis(1);

/// From one window of a function to the next.
const PAUSE: Duration = Duration::from_millis(100);

/// The same where there is something new to measure.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);

/// The same for one that is not called.
const LONGEST_PAUSE: Duration = Duration::from_secs(6);

static SAMPLER: OfProcess<Sampler> = OfProcess::new();

#[derive(Debug)]
struct Sampler {
    state: Mutex<State>,
    /// Told when there is something new to measure.
    woken: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Whether the thread was started, or could not be.
    started: bool,
    is_new: bool,
}

/// When a function is looked at next.
#[derive(Debug)]
struct Plan {
    table: &'static DispatchTable,
    due: Instant,
    pause: Duration,
    closed: Option<Instant>,
}

/// Whether a report was asked for.
static ASKED: AtomicBool = AtomicBool::new(false);

/// Has calls timed from now on, if settings allow that: somebody wants a report.
pub(crate) fn ask() {
    ASKED.store(true, Ordering::Relaxed);
    wake();
}

/// Looks at what is new to measure, if calls are timed.
pub(crate) fn wake() {
    let settings = settings();
    if !settings.samples(ASKED.load(Ordering::Relaxed)) || matches!(settings.mode, Mode::BuildTime | Mode::Off) {
        return;
    }
    let sampler = SAMPLER.get_or_init(|| Sampler { state: Mutex::default(), woken: Condvar::new() });
    let mut state = sampler.state();
    if !state.started {
        // Without the thread nothing is measured, and all else goes on.
        state.started = true;
        let _ = std::thread::Builder::new().name("specialize-watch".to_owned()).spawn(|| sampler.work());
    }
    state.is_new = true;
    sampler.woken.notify_one();
}

/// Closes the window of `table`, if one is open.
pub(crate) fn close(table: &DispatchTable) {
    let closed = table.figures().close(Instant::now());
    if closed {
        table.uncover();
    }
}

impl Sampler {
    /// What the thread does all its life.
    fn work(&self) {
        lifetime::pin_this_code();
        let plan = |table| Plan { table, due: Instant::now(), pause: PAUSE, closed: None };
        let mut plans: Vec<Plan> = functions().into_iter().map(plan).collect();
        loop {
            self.wait(&mut plans);
            let now = Instant::now();
            let mut due: Vec<&mut Plan> = plans.iter_mut().filter(|plan| plan.due <= now).collect();
            due.iter_mut().for_each(|plan| plan.open(now));
            std::thread::sleep(WINDOW);
            due.iter_mut().for_each(|plan| plan.close());
        }
    }

    /// Waits until a function is due.
    fn wait(&self, plans: &mut [Plan]) {
        let mut state = self.state();
        loop {
            let now = Instant::now();
            if std::mem::take(&mut state.is_new) {
                plans.iter_mut().for_each(|plan| plan.hasten(now));
            }
            let due = plans.iter().map(|plan| plan.due).min().unwrap_or(now + LONGEST_PAUSE);
            if due <= now {
                return;
            }
            state = self.woken.wait_timeout(state, due - now).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    fn open(&mut self, now: Instant) {
        if self.table.is_worth_measuring() && self.table.figures().may_open(now) {
            // Ahead of the window, whose last call takes this cover off.
            self.table.cover();
            self.table.figures().open(now);
        }
    }

    fn close(&mut self) {
        close(self.table);
        let was_called = self.table.figures().take_called();
        self.pause = if was_called { PAUSE } else { (self.pause * 2).min(LONGEST_PAUSE) };
        let now = Instant::now();
        (self.closed, self.due) = (Some(now), now + self.pause);
        if was_called && settings().demote_losers {
            self.demote_losers();
        }
    }

    /// Looks at the function soon.
    fn hasten(&mut self, now: Instant) {
        // A request every moment must not make one window of all time.
        let soon = self.closed.map_or(now, |closed| (closed + SHORTEST_PAUSE).max(now));
        self.due = self.due.min(soon);
        self.pause = PAUSE;
    }

    fn demote_losers(&self) {
        let losers: Vec<(Image, f64)> = {
            let figures = self.table.figures();
            let losers = figures.values().filter_map(|(image, measured)| match Samples::compare(&measured.generic, &measured.variant) {
                Comparison::Slower { speedup } => Some((image.clone(), speedup)),
                _ => None,
            });
            losers.collect()
        };
        losers.iter().for_each(|(image, speedup)| self.table.demote(image, *speedup));
    }
}
