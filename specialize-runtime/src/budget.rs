//! How much of the machine's time goes into variants that nobody asked for by name.
//!
//! Values that dispatchers find hot may take a share of one core, after a burst: a bucket of compile
//! time that time itself refills. What is asked for through `bind`, `prepare` or `request` is the
//! caller's own business and takes nothing from it.

use std::time::{Duration, Instant};

/// One part in this many of the time that passes may go into such variants.
const SHARE: u32 = 4;

/// What a process that asked for nothing yet may spend at once.
const BURST: Duration = Duration::from_secs(4);

/// What a variant is taken to cost before one was made.
const FIRST_GUESS: Duration = Duration::from_millis(50);

/// The time there is to spend, and what a variant costs.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Duration,
    refilled: Option<Instant>,
    /// A moving mean over the variants made so far.
    price: Duration,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { left: BURST, refilled: None, price: FIRST_GUESS }
    }
}

impl Budget {
    /// Takes the price of one variant, if that much is left at `now`.
    pub(crate) fn admits_one(&mut self, now: Instant) -> bool {
        let passed = self.refilled.map_or(Duration::ZERO, |refilled| now.saturating_duration_since(refilled));
        self.refilled = Some(now);
        self.left = self.left.saturating_add(passed / SHARE).min(BURST);
        match self.left.checked_sub(self.price) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    /// Learns what a variant did cost.
    pub(crate) fn record_cost(&mut self, took: Duration) {
        // Dearer than the burst, none would ever be made again.
        self.price = ((self.price * 7 + took.min(BURST)) / 8).min(BURST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many variants are admitted at once.
    fn admitted(budget: &mut Budget, now: Instant) -> u32 {
        (0..1_000_000).take_while(|_| budget.admits_one(now)).count() as u32
    }

    #[test]
    fn a_burst_is_admitted_and_then_a_share_of_the_time() {
        let (mut budget, start) = (Budget::default(), Instant::now());
        assert_eq!(admitted(&mut budget, start), BURST.div_duration_f64(FIRST_GUESS) as u32);
        let second = start + Duration::from_secs(1);
        assert_eq!(admitted(&mut budget, second), Duration::from_secs(1).div_duration_f64(FIRST_GUESS * SHARE) as u32);
        assert_eq!(admitted(&mut budget, start), 0, "a clock that went back gives nothing");
    }

    #[test]
    fn cheap_variants_are_admitted_more_often_and_dear_ones_never_shut_it() {
        let (mut cheap, mut dear, start) = (Budget::default(), Budget::default(), Instant::now());
        for _ in 0..100 {
            cheap.record_cost(Duration::from_millis(2));
            dear.record_cost(Duration::from_secs(3_600));
        }
        assert!(admitted(&mut cheap, start) >= 1_900);
        assert_eq!(admitted(&mut dear, start), 1);
        assert_eq!(admitted(&mut dear, start + BURST * SHARE), 1);
    }
}
