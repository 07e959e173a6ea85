//! Which value has earned a variant: a bounded sketch that counts misses and ages.
//!
//! A count-min sketch (Cormode and Muthukrishnan, 2005) with conservative update and two rows,
//! halved after a period of misses as in TinyLFU (Einziger, Friedman and Manes, 2017): a value
//! that comes often enough reaches the threshold, a stream of values that never come back does
//! not, and nothing is allocated after the first miss. Counts are approximate on purpose: threads
//! overwrite each other's steps, which costs a late variant and saves a locked instruction a call.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Counters in each of the two rows.
const ROW: usize = 1_024;

/// Counts misses by value for one function.
#[derive(Debug)]
pub(crate) struct Hotness {
    sketch: OnceLock<Box<Sketch>>,
}

#[derive(Debug)]
struct Sketch {
    rows: [[AtomicU32; ROW]; 2],
    since_halved: AtomicU64,
    hot: u32,
    period: u64,
}

impl Hotness {
    pub(crate) const fn new() -> Hotness {
        Hotness { sketch: OnceLock::new() }
    }

    /// Counts `work` for the value behind `hash`, a call or what the attribute measures instead; true once it
    /// has reached what `hot` says, after which its count begins anew. `hot` is asked for once.
    ///
    /// Counts end at `u32::MAX`, which a larger `hot` means too.
    #[inline]
    pub(crate) fn count(&self, hash: u64, work: u64, hot: impl FnOnce() -> u64) -> bool {
        self.sketch.get_or_init(|| Sketch::new(hot())).count(hash, work)
    }
}

impl Sketch {
    fn new(hot: u64) -> Box<Sketch> {
        let hot = u32::try_from(hot).unwrap_or(u32::MAX).max(1);
        Box::new(Sketch {
            rows: [const { [const { AtomicU32::new(0) }; ROW] }; 2],
            since_halved: AtomicU64::new(0),
            hot,
            // Misses spread evenly leave a quarter of the threshold in each counter at the end of
            // a period, and never more than half of it.
            period: u64::from(hot) * (ROW as u64 / 4),
        })
    }

    #[inline]
    fn count(&self, hash: u64, work: u64) -> bool {
        let work = u32::try_from(work).unwrap_or(u32::MAX);
        let first = &self.rows[0][(hash >> 54) as usize % ROW];
        let second = &self.rows[1][(hash >> 44) as usize % ROW];
        let (in_first, in_second) = (first.load(Ordering::Relaxed), second.load(Ordering::Relaxed));
        let count = in_first.min(in_second).saturating_add(work);
        if in_first < count {
            first.store(count, Ordering::Relaxed);
        }
        if in_second < count {
            second.store(count, Ordering::Relaxed);
        }
        let since = self.since_halved.load(Ordering::Relaxed) + u64::from(work);
        self.since_halved.store(since, Ordering::Relaxed);
        if since >= self.period {
            self.halve();
        }
        if count < self.hot {
            return false;
        }
        first.store(0, Ordering::Relaxed);
        second.store(0, Ordering::Relaxed);
        true
    }

    #[cold]
    fn halve(&self) {
        self.since_halved.store(0, Ordering::Relaxed);
        for counter in self.rows.as_flattened() {
            counter.store(counter.load(Ordering::Relaxed) / 2, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::mix;

    fn count(hotness: &Hotness, value: u64, hot: u64) -> bool {
        hotness.count(mix(1, value), 1, || hot)
    }

    #[test]
    fn a_value_is_hot_at_the_threshold_and_again_a_threshold_later() {
        let hotness = Hotness::new();
        let hot: Vec<u32> = (1..=3_000).filter(|_| count(&hotness, 13, 1_000)).collect();
        assert_eq!(hot, [1_000, 2_000, 3_000]);
    }

    #[test]
    fn a_threshold_of_zero_or_one_is_reached_at_once() {
        assert!(count(&Hotness::new(), 1, 0));
        assert!(count(&Hotness::new(), 1, 1));
    }

    #[test]
    fn work_counts_as_much_as_it_is() {
        let hotness = Hotness::new();
        let spend = |work| hotness.count(mix(1, 13), work, || 1_000_000);
        assert!((0..999).all(|_| !spend(1_000)) && !spend(0) && spend(1_000));
        assert!(spend(1_000_000) && spend(u64::MAX) && !spend(999_999));
    }

    #[test]
    fn values_that_never_come_back_are_not_hot() {
        for hot in [10, 1_000] {
            let hotness = Hotness::new();
            let hits = (0..3_000_000).filter(|&value| count(&hotness, value, hot)).count();
            assert!(hits < 100, "{hits} of three million values that came once were hot at {hot}");
        }
    }

    #[test]
    fn a_value_that_becomes_hot_later_gets_in() {
        let hotness = Hotness::new();
        for value in 0..1_000_000 {
            count(&hotness, value, 1_000);
        }
        let calls = (1..).take_while(|call| !count(&hotness, u64::MAX, 1_000) && *call < 2_000).count();
        assert!(calls <= 1_000, "{calls} calls");
    }
}
