//! How long calls took, and what two rows of such times say.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How many times are kept: the last ones.
const KEPT: usize = 128;

/// Fewer say nothing.
const ENOUGH: usize = 8;

/// A variant must be faster by this part of the generic function's time, or it is not worth its place.
const WORTH: f64 = 0.05;

/// The clock counts whole nanoseconds.
const RESOLUTION: f64 = 0.5;

/// The times that calls took lately, in nanoseconds.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    kept: Vec<u32>,
    noted: usize,
    /// What a call takes, roughly: as of the last time that was thought over.
    guess: Option<f64>,
}

/// What the median call takes, and by how much that may be wrong.
#[derive(Clone, Copy, Debug)]
struct Typical {
    median: f64,
    error: f64,
}

/// What comes of comparing the generic function with a variant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Comparison {
    /// There are too few times.
    Unknown,
    /// The difference is smaller than what the times vary by.
    Unclear { speedup: f64 },
    /// The variant is certainly no faster, or by too little.
    Slower { speedup: f64 },
    /// The variant is certainly faster, by so many nanoseconds.
    Faster { speedup: f64, gain: f64 },
}

impl Samples {
    /// Notes what one call took, less what reading the clock takes.
    pub(crate) fn note(&mut self, took: Duration) {
        let nanoseconds = u32::try_from(took.saturating_sub(clock()).as_nanos()).unwrap_or(u32::MAX);
        if self.kept.len() < KEPT {
            self.kept.push(nanoseconds);
        } else {
            self.kept[self.noted % KEPT] = nanoseconds;
        }
        self.noted += 1;
        // The shortest of a few: a thread that had to wait for the processor says nothing of the function.
        self.guess = Some(self.guess.map_or(f64::from(nanoseconds), |guess| guess.min(f64::from(nanoseconds))));
    }

    /// How many were noted so far.
    pub(crate) fn noted(&self) -> usize {
        self.noted
    }

    /// What the median call took, in nanoseconds; nothing where there are too few.
    pub(crate) fn median(&self) -> Option<f64> {
        self.typical().map(|typical| typical.median)
    }

    /// A first idea of what a call takes, in nanoseconds.
    pub(crate) fn guess(&self) -> Option<f64> {
        self.guess
    }

    /// Thinks the guess over, which takes longer than to note a time.
    pub(crate) fn think(&mut self) {
        self.guess = self.median().or(self.guess);
    }

    /// The standard error of a median is 1.25 times that of a mean, and a standard deviation is the distance of the quartiles divided
    /// by 1.35.
    fn typical(&self) -> Option<Typical> {
        let count = self.kept.len();
        if count < ENOUGH {
            return None;
        }
        let mut sorted = self.kept.clone();
        sorted.sort_unstable();
        let at = |part: usize| f64::from(sorted[(count * part / 4).min(count - 1)]);
        let error = 1.25 / 1.35 * (at(3) - at(1)) / (count as f64).sqrt();
        Some(Typical { median: at(2).max(RESOLUTION), error: error.max(RESOLUTION) })
    }

    /// Compares the generic function with a variant, at two standard errors.
    pub(crate) fn compare(generic: &Samples, variant: &Samples) -> Comparison {
        let (Some(generic), Some(variant)) = (generic.typical(), variant.typical()) else {
            return Comparison::Unknown;
        };
        let (gain, doubt) = (generic.median - variant.median, 2.0 * generic.error.hypot(variant.error));
        let speedup = generic.median / variant.median;
        if gain + doubt < WORTH * generic.median {
            Comparison::Slower { speedup }
        } else if gain - doubt > 0.0 && gain > WORTH * generic.median {
            Comparison::Faster { speedup, gain }
        } else {
            Comparison::Unclear { speedup }
        }
    }
}

/// What reading the clock twice takes.
pub(crate) fn clock() -> Duration {
    static CLOCK: OnceLock<Duration> = OnceLock::new();
    *CLOCK.get_or_init(|| {
        let mut readings: Vec<Duration> = (0..101).map(|_| Instant::now()).map(|first| first.elapsed()).collect();
        readings.sort_unstable();
        readings[readings.len() / 2]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times spread by a tenth around a middle.
    fn around(middle: u64) -> Samples {
        let mut samples = Samples::default();
        for step in 0..200 {
            samples.note(clock() + Duration::from_nanos(middle * (95 + step % 11) / 100));
        }
        samples
    }

    #[test]
    fn a_variant_that_is_faster_is_told_from_one_that_is_not() {
        assert!(matches!(
            Samples::compare(&around(1_000), &around(500)),
            Comparison::Faster { speedup, gain } if (1.9..2.1).contains(&speedup) && (480.0..520.0).contains(&gain)
        ));
        assert!(matches!(Samples::compare(&around(1_000), &around(1_000)), Comparison::Slower { .. }));
        assert!(matches!(Samples::compare(&around(500), &around(1_000)), Comparison::Slower { .. }));
    }

    #[test]
    fn what_is_below_the_clock_s_resolution_is_not_told() {
        assert!(matches!(Samples::compare(&around(2), &around(2)), Comparison::Unclear { .. }));
    }

    #[test]
    fn a_few_times_say_nothing() {
        let mut few = Samples::default();
        (1..ENOUGH).for_each(|_| few.note(Duration::from_micros(1)));
        assert_eq!(Samples::compare(&few, &around(1)), Comparison::Unknown);
    }

    #[test]
    fn old_times_make_room_for_new_ones() {
        let mut samples = around(1_000);
        (0..KEPT).for_each(|_| samples.note(clock() + Duration::from_nanos(7)));
        assert_eq!(samples.median(), Some(7.0));
        assert_eq!(samples.kept.len(), KEPT);
    }
}
