//! A call of a function whose table is covered: served in the tier its thread is forced to, or timed, or served as usual.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::descriptor::{Entries, Purpose};
use crate::dispatch_table::DispatchTable;
use crate::measure::{self, Gap, Turn};
use crate::testing;
use crate::value::Image;
use crate::variant::Variant;

thread_local! {
    /// The last call of the thread that was timed, of each function.
    static LAST: RefCell<Vec<Last>> = const { RefCell::new(Vec::new()) };
}

/// A call that was timed: in which window, when that had ended, and how long it took to look at it.
#[derive(Clone, Copy, Debug)]
struct Last {
    table: *const DispatchTable,
    window: u64,
    ended: Instant,
    lost: Duration,
}

/// Code that is about to be called; it stays where it is meanwhile.
#[derive(Debug)]
pub struct CoveredCall {
    code: *const (),
    sample: Option<Sample>,
    _variant: Option<Arc<Variant>>,
}

/// A call that is timed.
#[derive(Debug)]
struct Sample {
    table: &'static DispatchTable,
    image: Image,
    turn: Turn,
    gap: Gap,
    entered: Instant,
    started: Cell<Instant>,
}

impl CoveredCall {
    /// The code. The clock starts.
    #[must_use]
    #[inline]
    pub fn code(&self) -> *const () {
        if let Some(sample) = &self.sample {
            sample.started.set(Instant::now());
        }
        self.code
    }
}

impl Drop for CoveredCall {
    fn drop(&mut self) {
        if let Some(sample) = self.sample.take()
            && !std::thread::panicking()
        {
            sample.end(Instant::now());
        }
    }
}

/// What serves a call of `table`'s function that was `entered` then, or nothing where the generic function is to be called as usual.
pub(crate) fn serve(table: &'static DispatchTable, purpose: Purpose, image: Image, key: u64, entered: Instant) -> Option<CoveredCall> {
    if let Some(tier) = testing::tier_of_this_thread() {
        let (entries, variant) = match table.serving_in(tier, &image, key) {
            Ok(serving) => (serving.entries, serving.variant),
            Err(error) => {
                testing::cannot_serve(error);
                (table.descriptor().generic, None)
            }
        };
        return Some(CoveredCall { code: entries.code(purpose), sample: None, _variant: variant });
    }
    let serving = table.serving(&image);
    // A loop over a slice says nothing about one call.
    let sample = if purpose == Purpose::Call { Sample::begin(table, image, serving.is_some(), entered) } else { None };
    let generic = (table.descriptor().generic, None);
    let (entries, variant): (Entries, Option<Arc<Variant>>) = match (&sample, serving) {
        (None, None) => return None,
        (Some(sample), _) if sample.turn.generic => generic,
        (_, Some(serving)) => (serving.entries, serving.variant),
        (Some(_), None) => generic,
    };
    Some(CoveredCall { code: entries.code(purpose), sample, _variant: variant })
}

/// What reading the clock takes: each pause has one reading in it, half of it at either end.
fn clock_takes() -> Duration {
    const READINGS: u32 = 64;
    static TAKES: OnceLock<Duration> = OnceLock::new();
    *TAKES.get_or_init(|| {
        let started = Instant::now();
        (0..READINGS).fold(started, |_, _| Instant::now()).saturating_duration_since(started) / READINGS
    })
}

impl Sample {
    fn begin(table: &'static DispatchTable, image: Image, has_variant: bool, entered: Instant) -> Option<Sample> {
        let turn = table.figures().draw(&image, has_variant)?;
        let of_window = |last: &RefCell<Vec<Last>>| last.borrow().iter().find(|last| last.window == turn.window).copied();
        let gap = match LAST.try_with(of_window) {
            Ok(Some(last)) => {
                let pause = entered.saturating_duration_since(last.ended);
                Gap::After { pause: pause.saturating_sub(clock_takes()), lost: last.lost }
            }
            _ => Gap::First,
        };
        Some(Sample { table, image, turn, gap, entered, started: Cell::new(entered) })
    }

    fn end(self, ended: Instant) {
        let Sample { table, image, turn, gap, entered, started } = self;
        let took = ended.saturating_duration_since(started.get());
        let is_last = table.figures().note(&image, turn, gap, took);
        if is_last {
            measure::close(table);
        }
        drop(image);
        // On a thread that is ending nothing is remembered.
        let _ = LAST.try_with(|all| {
            let mut all = all.borrow_mut();
            all.retain(|other| !std::ptr::eq(other.table, table));
            // What comes after this would count as a pause of the program's.
            let ended = Instant::now();
            let lost = ended.saturating_duration_since(entered).saturating_sub(took);
            all.push(Last { table, window: turn.window, ended, lost });
        });
    }
}
