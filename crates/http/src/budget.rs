//! A share of traffic that may be retries.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

/// Retries allowed for each first attempt, in the long run.
const SHARE: f64 = 0.3;

/// Retries allowed at the start and saved up at most, so that a short outage loses nothing.
const RESERVE: f64 = 50.0;

/// Retries that time alone allows, a second: what no server notices, and what calls that all wait
/// for a retry live on.
const PER_SECOND: f64 = 2.0;

/// After so many failures in a row a host counts as down, and waiting for a retry as pointless.
const DOWN: u32 = 50;

/// Keeps retries of one host to 30 % of its requests, beyond a reserve of 50 and 2 a second.
///
/// Without it, a server in trouble that fails everything gets three times its usual load.
/// The form is Finagle's: every first attempt pays in a little, every retry takes out one. When
/// nothing is left, a retry waits, unless the host has failed everything for a while.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    state: Mutex<State>,
    /// Those who wait are served in the order they came.
    turn: Semaphore,
}

#[derive(Debug)]
struct State {
    balance: f64,
    /// Until when time has been paid in.
    paid: Instant,
    /// In a row.
    failures: u32,
}

enum Next {
    Go,
    In(Duration),
    Down,
}

impl RetryBudget {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                balance: RESERVE,
                paid: Instant::now(),
                failures: 0,
            }),
            turn: Semaphore::new(1),
        }
    }

    /// Notes a first attempt.
    pub(crate) fn deposit(&self) {
        let mut state = self.state();
        state.balance = (state.balance + SHARE).min(RESERVE);
    }

    /// Notes what came of an attempt: any answer at all, or none.
    pub(crate) fn note(&self, answered: bool) {
        let mut state = self.state();
        state.failures = if answered {
            0
        } else {
            state.failures.saturating_add(1)
        };
    }

    /// Waits for leave to retry; `false` when there is none before the deadline, or when the host
    /// is down.
    pub(crate) async fn withdraw(&self, deadline: Instant) -> bool {
        let Ok(turn) = timeout_at(deadline, self.turn.acquire()).await else {
            return false;
        };
        let _turn = turn.expect("the semaphore is never closed");
        loop {
            // Bound first, so that the lock is released before anything is awaited.
            let next = self.state().next();
            match next {
                Next::Go => return true,
                Next::In(pause) if Instant::now() + pause <= deadline => sleep(pause).await,
                Next::In(_) | Next::Down => return false,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next(&mut self) -> Next {
        let now = Instant::now();
        let earned = now.duration_since(self.paid).as_secs_f64() * PER_SECOND;
        self.balance = (self.balance + earned).min(RESERVE);
        self.paid = now;
        if self.balance >= 1.0 {
            self.balance -= 1.0;
            return Next::Go;
        }
        if self.failures >= DOWN {
            return Next::Down;
        }
        // A little more than is missing, so that no rounding asks for a second wait.
        let missing = (1.0 - self.balance) / PER_SECOND;
        Next::In(Duration::from_secs_f64(missing) + Duration::from_millis(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_seconds(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_fails_everything_is_asked_a_third_more_at_most() {
        let budget = RetryBudget::new();
        let mut retries = 0_u32;
        for _ in 0..1000 {
            budget.deposit();
            for _ in 0..2 {
                budget.note(false);
                retries += u32::from(budget.withdraw(in_seconds(100)).await);
            }
        }
        assert!(
            (340..=350).contains(&retries),
            "300 and the reserve, not 2000: {retries}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn one_failure_in_ten_is_retried_without_waiting() {
        let (budget, start) = (RetryBudget::new(), Instant::now());
        for request in 0..10_000 {
            budget.deposit();
            budget.note(request % 10 != 0);
            assert!(request % 10 != 0 || budget.withdraw(in_seconds(1)).await);
        }
        assert!(start.elapsed().is_zero());
    }

    #[tokio::test(start_paused = true)]
    async fn when_nothing_is_left_a_retry_waits_and_no_longer_than_its_deadline() {
        let budget = RetryBudget::new();
        for _ in 0..50 {
            assert!(budget.withdraw(in_seconds(0)).await);
        }
        let start = Instant::now();
        assert!(!budget.withdraw(in_seconds(0)).await, "nobody waits");
        assert!(budget.withdraw(in_seconds(10)).await);
        assert!((400..=600).contains(&start.elapsed().as_millis()));

        for _ in 0..DOWN {
            budget.note(false);
        }
        assert!(!budget.withdraw(in_seconds(10)).await, "it is down");
        budget.note(true);
        assert!(budget.withdraw(in_seconds(10)).await, "and up again");
    }
}
