//! What was measured of one function, value by value, and the window in which it is.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::measure::Samples;
use crate::value::Image;

/// Values of one function that are measured at most.
const VALUES: usize = 512;

/// Calls that one window takes at most.
const CALLS: u32 = 64;

/// One part in this many of the time that passes may be lost by measuring.
const SHARE: f64 = 200.0;

/// What may be lost before any time has passed, and at most be saved up, in nanoseconds.
const CREDIT: f64 = 1e6;
const MOST_CREDIT: f64 = 50e6;

/// What was measured of one function.
#[derive(Debug)]
pub(crate) struct Figures {
    values: BTreeMap<Image, Measured>,
    window: Option<Window>,
    /// When the last window was closed.
    closed: Option<Instant>,
    /// The time that may be lost, in nanoseconds: time refills it, as slower calls than needed drain it.
    credit: f64,
    /// Whether there was a call since that was last asked.
    called: bool,
}

/// What was measured of one value.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) generic: Samples,
    pub(crate) variant: Samples,
    /// Calls, as far as windows tell.
    pub(crate) calls: f64,
    /// Calls a nanosecond in the last window.
    rate: f64,
}

/// A short time in which every call of the function is looked at.
#[derive(Debug)]
struct Window {
    number: u64,
    opened: Instant,
    left: u32,
    threads: u32,
    /// What the calls and the pauses between them would have taken without being looked at, in nanoseconds.
    busy: f64,
    /// What being looked at took, in nanoseconds.
    lost: f64,
    calls: BTreeMap<Image, u32>,
}

/// What one thread did between two calls in a window.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gap {
    /// It is the first.
    First,
    /// It paused that long. Looking at the call before took `lost`.
    After { pause: Duration, lost: Duration },
}

/// Which code a call is timed in, and in which window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) window: u64,
    pub(crate) generic: bool,
}

impl Figures {
    pub(crate) const fn new() -> Figures {
        Figures { values: BTreeMap::new(), window: None, closed: None, credit: CREDIT, called: false }
    }

    /// What was measured, by value.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&Image, &Measured)> {
        self.values.iter()
    }

    /// Whether there is no window, and time may be lost in one.
    pub(crate) fn may_open(&self, now: Instant) -> bool {
        let passed = self.closed.map_or(Duration::ZERO, |closed| now.saturating_duration_since(closed));
        self.window.is_none() && self.credit + nanoseconds(passed) / SHARE > 0.0
    }

    /// Opens a window.
    pub(crate) fn open(&mut self, now: Instant) {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        self.window = Some(Window { number, opened: now, left: CALLS, threads: 0, busy: 0.0, lost: 0.0, calls: BTreeMap::new() });
    }

    /// Whether there was a call since this was last asked.
    pub(crate) fn take_called(&mut self) -> bool {
        std::mem::take(&mut self.called)
    }

    /// Whether a call is timed, and in which code: the generic function and the variant take turns, as far as that can be afforded.
    pub(crate) fn draw(&mut self, image: &Image, has_variant: bool) -> Option<Turn> {
        let window = self.window.as_mut().filter(|window| window.left > 0)?;
        if !self.values.contains_key(image) {
            if self.values.len() >= VALUES {
                return None;
            }
            self.values.insert(image.clone(), Measured::default());
        }
        let measured = self.values.get_mut(image)?;
        self.called = true;
        window.left -= 1;
        let behind = measured.generic.noted() <= measured.variant.noted();
        let generic = !has_variant || behind && measured.loss() <= self.credit.max(0.0);
        if generic && has_variant {
            self.credit -= measured.loss();
        }
        Some(Turn { window: window.number, generic })
    }

    /// Notes what a call took. True if the window takes no more calls.
    pub(crate) fn note(&mut self, image: &Image, turn: Turn, gap: Gap, took: Duration) -> bool {
        let Some(measured) = self.values.get_mut(image) else { return false };
        let unknown = turn.generic && measured.generic.noted() == 0;
        if turn.generic { &mut measured.generic } else { &mut measured.variant }.note(took);
        if unknown && measured.variant.noted() > 0 {
            self.credit -= measured.loss();
        }
        let usual = measured.variant.guess().or_else(|| measured.generic.guess()).unwrap_or(0.0);
        let Some(window) = self.window.as_mut().filter(|window| window.number == turn.window) else { return false };
        match gap {
            Gap::First => window.threads += 1,
            Gap::After { pause, lost } => {
                window.busy += nanoseconds(pause) + usual;
                window.lost += nanoseconds(lost);
            }
        }
        *window.calls.entry(image.clone()).or_default() += 1;
        window.left == 0
    }

    /// Closes the window; false if there is none.
    pub(crate) fn close(&mut self, now: Instant) -> bool {
        let Some(window) = self.window.take() else { return false };
        let open = nanoseconds(now.saturating_duration_since(window.opened)).max(1.0);
        let since = self.closed.map_or(open, |closed| nanoseconds(now.saturating_duration_since(closed)));
        self.closed = Some(now);
        self.credit = (self.credit + since / SHARE - window.lost).min(MOST_CREDIT);
        let seen: u32 = window.calls.values().sum();
        let paused = seen.saturating_sub(window.threads);
        // Being looked at slows calls down: the time that they would have taken by themselves counts.
        let threads = f64::from(window.threads.max(1));
        let undisturbed = match window.left {
            0 if paused > 0 => window.busy / threads * f64::from(seen) / f64::from(paused),
            _ => (open - window.lost / threads).max(window.busy / threads),
        };
        let rate_of_one = 1.0 / undisturbed.max(1.0);
        for (image, measured) in &mut self.values {
            let rate = f64::from(window.calls.get(image).copied().unwrap_or(0)) * rate_of_one;
            measured.calls += (measured.rate + rate) / 2.0 * since;
            measured.rate = rate;
            if rate > 0.0 {
                measured.generic.think();
                measured.variant.think();
            }
        }
        true
    }
}

impl Measured {
    /// What a call of the generic function loses against one of the variant, in nanoseconds.
    fn loss(&self) -> f64 {
        match (self.generic.guess(), self.variant.guess()) {
            (Some(generic), Some(variant)) => (generic - variant).max(0.0),
            _ => 0.0,
        }
    }
}

fn nanoseconds(duration: Duration) -> f64 {
    duration.as_nanos() as f64
}
