//! A share of traffic that may be retries.

use std::sync::Mutex;

/// Retries allowed for each first attempt, in the long run.
const SHARE: f64 = 0.3;

/// Retries allowed at the start and saved up at most, so that a short outage loses nothing.
const RESERVE: f64 = 50.0;

/// Keeps retries of one host to 30 % of its requests, beyond a reserve of 50.
///
/// Without it, a server in trouble that fails everything gets three times its usual load.
/// The form is Finagle's: every first attempt pays in a little, every retry takes out one.
#[derive(Debug)]
pub(crate) struct RetryBudget(Mutex<f64>);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Mutex::new(RESERVE))
    }
}

impl RetryBudget {
    /// Notes a first attempt.
    pub(crate) fn deposit(&self) {
        let mut balance = self.0.lock().expect("no one panics with the balance");
        *balance = (*balance + SHARE).min(RESERVE);
    }

    /// Asks for a retry; `false` when too many requests are retries already.
    pub(crate) fn withdraw(&self) -> bool {
        let mut balance = self.0.lock().expect("no one panics with the balance");
        let granted = *balance >= 1.0;
        if granted {
            *balance -= 1.0;
        }
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_fails_everything_is_asked_a_third_more_at_most() {
        let budget = RetryBudget::default();
        let mut retries = 0_u32;
        for _ in 0..1000 {
            budget.deposit();
            retries += u32::from(budget.withdraw()) + u32::from(budget.withdraw());
        }
        assert!(
            (340..=350).contains(&retries),
            "300 and the reserve, not 2000: {retries}"
        );
    }

    #[test]
    fn one_failure_in_ten_is_always_retried() {
        let budget = RetryBudget::default();
        for request in 0..10_000 {
            budget.deposit();
            assert!(request % 10 != 0 || budget.withdraw());
        }
    }
}
