//! The thread that opens and closes windows, and takes out the variants that lose.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::config::{Mode, settings};
use crate::dispatch_table::DispatchTable;
use crate::measure::{Comparison, Samples};
use crate::per_process::PerProcess;
use crate::stats::functions;
use crate::threads;
use crate::value::Image;

/// How long a window is open, if calls do not fill it.
const WINDOW: Duration = Duration::from_millis(1);

/// From one window of a function to the next.
const PAUSE: Duration = Duration::from_millis(100);

/// The same where there is something new to measure.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);

/// The same for one that is not called.
const LONGEST_PAUSE: Duration = Duration::from_secs(6);

static SAMPLER: PerProcess<Sampler> = PerProcess::new();

#[derive(Debug)]
struct Sampler {
    state: Mutex<State>,
    /// Notified when there is something new to measure.
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
    /// Whether it was called in the last window, and nobody has looked at that yet.
    called: bool,
}

/// A window on a function, or the time in which it may not have one; closed when dropped.
#[derive(Debug)]
struct Window<'plan>(&'plan mut Plan);

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
    let pinned = threads::pin_code();
    let sampler = SAMPLER.get_or_init(|| Sampler { state: Mutex::default(), woken: Condvar::new() });
    let mut state = sampler.state();
    if !state.started {
        // Without the thread nothing is measured, and all else goes on.
        state.started = true;
        let mut plans = None;
        let _ = threads::start(pinned, "specialize-watch", move || sampler.turn(plans.get_or_insert_with(Plan::all)));
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
    /// What the thread does over and over: it opens the windows that are due, and closes them.
    fn turn(&self, plans: &mut [Plan]) {
        self.wait(plans);
        let now = Instant::now();
        let due = plans.iter_mut().filter(|plan| plan.due <= now);
        let windows: Vec<Window<'_>> = due.map(|plan| Window::open(plan, now)).collect();
        std::thread::sleep(WINDOW);
        drop(windows);
        plans.iter_mut().filter_map(|plan| std::mem::take(&mut plan.called).then_some(&*plan)).for_each(Plan::demote_losers);
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

impl<'plan> Window<'plan> {
    fn open(plan: &'plan mut Plan, now: Instant) -> Window<'plan> {
        let window = Window(plan);
        let table = window.0.table;
        if table.is_worth_measuring() && table.figures().may_open(now) {
            // Ahead of the window, whose last call takes this cover off.
            table.cover();
            table.figures().open(now);
        }
        window
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        let plan = &mut *self.0;
        close(plan.table);
        plan.called = plan.table.figures().take_called();
        plan.pause = if plan.called { PAUSE } else { (plan.pause * 2).min(LONGEST_PAUSE) };
        let now = Instant::now();
        (plan.closed, plan.due) = (Some(now), now + plan.pause);
    }
}

impl Plan {
    /// Plans for all functions of the program.
    fn all() -> Vec<Plan> {
        let plan = |table| Plan { table, due: Instant::now(), pause: PAUSE, closed: None, called: false };
        functions().into_iter().map(plan).collect()
    }

    /// Looks at the function soon.
    fn hasten(&mut self, now: Instant) {
        // A request every moment must not make one window of all time.
        let soon = self.closed.map_or(now, |closed| (closed + SHORTEST_PAUSE).max(now));
        self.due = self.due.min(soon);
        self.pause = PAUSE;
    }

    fn demote_losers(&self) {
        if !settings().demote_losers {
            return;
        }
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

#[cfg(all(test, specialize_runtime_tier))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    use super::*;
    use crate::descriptor::example::DESCRIPTOR;
    use crate::function::Function;
    use crate::value::Of;

    #[test]
    fn a_panic_leaves_no_window_open() {
        static FUNCTION: Function<Of<u32>> = Function::new(DESCRIPTOR, &[]);
        let (table, now) = (FUNCTION.table(), Instant::now());
        table.requested();
        let mut plan = Plan { table, due: now, pause: PAUSE, closed: None, called: false };
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _window = Window::open(&mut plan, now);
            assert!(table.is_covered());
            resume_unwind(Box::new("a mistake of this crate's"));
        }));
        assert!(panicked.is_err() && !table.is_covered() && plan.due > now);
    }
}
