use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

const WINDOW: Duration = Duration::from_secs(60);

/// How eagerly to connect again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Attempts in any minute, so that a fleet of clients does not keep a node down; at least 1.
    pub(crate) per_minute: usize,
    /// The most that the first pause can be.
    pub(crate) first: Duration,
    /// What pauses double up to.
    pub(crate) longest: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            per_minute: 6,
            first: Duration::from_millis(250),
            longest: Duration::from_secs(30),
        }
    }
}

/// How long to wait before connecting again: full jitter, doubling, within a budget per minute.
#[derive(Debug)]
pub(crate) struct Attempts {
    budget: Budget,
    recent: VecDeque<Instant>,
    failed: u32,
}

impl Attempts {
    pub(crate) const fn new(budget: Budget) -> Self {
        Self {
            budget,
            recent: VecDeque::new(),
            failed: 0,
        }
    }

    /// The pause before the next attempt, which is taken to be made.
    pub(crate) fn next_pause(&mut self, now: Instant) -> Duration {
        let Budget {
            per_minute,
            first,
            longest,
        } = self.budget;
        let longest = first.saturating_mul(1 << self.failed.min(10)).min(longest);
        let mut at = now + longest.mul_f64(chance());
        self.failed = self.failed.saturating_add(1);
        while self
            .recent
            .front()
            .is_some_and(|oldest| *oldest + WINDOW <= now)
        {
            self.recent.pop_front();
        }
        if self.recent.len() >= per_minute.max(1) {
            let oldest = self.recent.pop_front().expect("it was just counted");
            at = at.max(oldest + WINDOW);
        }
        self.recent.push_back(at);
        at - now
    }

    /// Starts the pauses anew; the budget stays.
    pub(crate) fn succeeded(&mut self) {
        self.failed = 0;
    }
}

/// An even draw from [0, 1). Pauses need no better source of chance than a hash map's keys.
fn chance() -> f64 {
    let draw = RandomState::new().build_hasher().finish() >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64's mantissa")]
    let draw = draw as f64;
    draw / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_minute_sees_more_than_six_attempts_even_of_a_flapping_node() {
        for flapping in [false, true] {
            let mut attempts = Attempts::new(Budget::default());
            let mut now = Instant::now();
            let mut made = Vec::new();
            for _ in 0..100 {
                now += attempts.next_pause(now);
                made.push(now);
                if flapping {
                    attempts.succeeded();
                }
            }
            for seven in made.windows(7) {
                assert!(seven[6] - seven[0] >= WINDOW);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_attempt_comes_within_a_second() {
        assert!(
            Attempts::new(Budget::default()).next_pause(Instant::now()) < Duration::from_secs(1)
        );
    }
}
