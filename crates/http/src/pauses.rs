//! Growing pauses with jitter, drawn from `backoff`.
//!
//! `backoff` 0.4 is unmaintained (RUSTSEC-2025-0012) and its own retry loop forgets its time limit
//! when an error carries `retry_after`, so only its arithmetic is used, in this file alone: no
//! time limit is given to it, and the loop in `retry.rs` keeps ours on tokio's clock.

use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff as _;

/// An endless row of pauses.
pub(crate) struct Pauses(ExponentialBackoff);

impl Pauses {
    /// `first · growthⁿ`, at most `longest`, each moved up or down by up to the share `jitter`.
    pub(crate) fn new(first: Duration, growth: f64, longest: Duration, jitter: f64) -> Self {
        Self(ExponentialBackoff {
            current_interval: first,
            initial_interval: first,
            randomization_factor: jitter,
            multiplier: growth,
            max_interval: longest,
            max_elapsed_time: None,
            ..ExponentialBackoff::default()
        })
    }

    pub(crate) fn next(&mut self) -> Duration {
        self.0
            .next_backoff()
            .expect("pauses without a time limit never end")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(first: u64, longest: u64) -> Vec<u64> {
        let mut pauses = Pauses::new(
            Duration::from_secs(first),
            2.0,
            Duration::from_secs(longest),
            0.0,
        );
        (0..5).map(|_| pauses.next().as_secs()).collect()
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(
            seconds(5, 30),
            [5, 10, 20, 30, 30],
            "the mirror client's row"
        );
        assert_eq!(
            seconds(2, 15),
            [2, 4, 8, 15, 15],
            "the row for resource limits"
        );
    }

    #[test]
    fn jitter_stays_within_its_share() {
        let second = Duration::from_secs(1);
        let mut pauses = Pauses::new(second, 1.0, second, 0.5);
        for _ in 0..1000 {
            let pause = pauses.next();
            assert!(pause >= second / 2 && pause <= second * 3 / 2 + Duration::from_nanos(1));
        }
    }
}
