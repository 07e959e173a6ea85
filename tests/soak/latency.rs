//! How long calls took, in buckets of which each is an eighth wider than the one before.

use std::fmt;
use std::ops::Add;
use std::time::Duration;

/// How many buckets there are.
const BUCKETS: usize = 320;

/// How long calls took.
#[derive(Clone, Debug)]
pub(crate) struct Latency {
    counts: Vec<u64>,
    longest: Duration,
}

impl Default for Latency {
    fn default() -> Latency {
        Latency { counts: vec![0; BUCKETS], longest: Duration::ZERO }
    }
}

impl Latency {
    pub(crate) fn add(&mut self, took: Duration) {
        let nanoseconds = took.as_nanos().max(1) as f64;
        let bucket = (nanoseconds.log2() * 8.0) as usize;
        self.counts[bucket.min(BUCKETS - 1)] += 1;
        self.longest = self.longest.max(took);
    }

    fn calls(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The time that this share of the calls did not exceed.
    fn percentile(&self, share: f64) -> Duration {
        let most = (self.calls() as f64 * share) as u64;
        let mut seen = 0;
        let mut within = |count: &u64| {
            seen += count;
            seen <= most
        };
        let bucket = self.counts.iter().take_while(|count| within(count)).count();
        Duration::from_nanos((bucket as f64 / 8.0 + 0.125).exp2() as u64)
    }
}

impl Add<&Latency> for Latency {
    type Output = Latency;

    fn add(mut self, other: &Latency) -> Latency {
        self.counts.iter_mut().zip(&other.counts).for_each(|(all, one)| *all += one);
        self.longest = self.longest.max(other.longest);
        self
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, rare, rarest] = [0.5, 0.99, 0.9999].map(|share| self.percentile(share));
        write!(
            formatter,
            "{}; median {median:.1?}, 99th percentile {rare:.1?}, 99.99th {rarest:.1?}, longest {:.1?}",
            self.calls(),
            self.longest
        )
    }
}
