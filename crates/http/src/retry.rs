//! When to ask again, and the loop that does.

use std::future::Future;
use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tracing::debug;

use crate::error::HttpError;
use crate::pauses::Pauses;
use crate::refusal::Refusal;

/// When a failed request is sent again, how often, and after what pause.
///
/// The decision follows the typed error: failed transport, rate limits, broken JSON, and the
/// refusals the policy names are tried again; anything else is an answer. A pause that the server
/// asks for wins over ours. Attempts that a rate limit turned away do not count, as waiting is
/// what the server asked for; the total deadline ends them.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    attempts: NonZeroU32,
    first: Duration,
    growth: f64,
    longest: Duration,
    jitter: f64,
    refusals: fn(&Refusal) -> bool,
    other_shapes: bool,
}

impl Retry {
    /// One attempt only.
    #[must_use]
    pub const fn never() -> Self {
        Self {
            attempts: NonZeroU32::MIN,
            ..Self::standard()
        }
    }

    /// Three attempts, pauses of about 0.5 s and 1 s, on 408, 429 and 5xx.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            attempts: NonZeroU32::MIN.saturating_add(2),
            first: Duration::from_millis(500),
            growth: 2.0,
            longest: Duration::from_secs(30),
            jitter: 0.5,
            refusals: |refusal| matches!(refusal.code(), 408 | 429 | 500..),
            other_shapes: false,
        }
    }

    /// How many attempts in all; zero counts as one.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = match NonZeroU32::new(attempts) {
            Some(attempts) => attempts,
            None => NonZeroU32::MIN,
        };
        self
    }

    /// The first pause, what each next one is multiplied by (at least 1), and the longest.
    #[must_use]
    pub const fn pauses(mut self, first: Duration, growth: f64, longest: Duration) -> Self {
        self.first = first;
        self.growth = growth.max(1.0);
        self.longest = longest;
        self
    }

    /// By what share of itself a pause may be shorter or longer, from 0 to 1.
    #[must_use]
    pub const fn jitter(mut self, share: f64) -> Self {
        self.jitter = share.clamp(0.0, 1.0);
        self
    }

    /// Which refusals are tried again.
    #[must_use]
    pub const fn refusals(mut self, again: fn(&Refusal) -> bool) -> Self {
        self.refusals = again;
        self
    }

    /// Also tries again when the answer is JSON, but not of the shape that was expected.
    #[must_use]
    pub const fn other_shapes(mut self) -> Self {
        self.other_shapes = true;
        self
    }

    fn covers(&self, error: &HttpError) -> bool {
        match error {
            HttpError::Status { refusal, .. } => (self.refusals)(refusal),
            HttpError::Transport { .. } | HttpError::RateLimited { .. } => true,
            HttpError::Decode { source, .. } => self.other_shapes || !source.is_data(),
            _ => false,
        }
    }
}

/// The bounds of one call: its policy and its end.
pub(crate) struct Course<'a> {
    pub(crate) retry: Retry,
    pub(crate) started: Instant,
    pub(crate) total: Duration,
    pub(crate) location: &'a str,
}

impl Course<'_> {
    pub(crate) fn deadline(&self) -> Instant {
        self.started + self.total
    }

    pub(crate) fn too_late(&self, last: Option<HttpError>) -> HttpError {
        HttpError::DeadlineExceeded {
            location: self.location.to_owned(),
            total: self.total,
            last: last.map(Box::new),
        }
    }

    /// Attempts until an answer, an error that is final, or the end of attempts, time or budget.
    ///
    /// `again` is asked for leave before each retry, and told whether the server wished for it.
    pub(crate) async fn run<T, F, Fut, A, Leave>(
        &self,
        mut attempt: F,
        mut again: A,
    ) -> Result<T, HttpError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, HttpError>>,
        A: FnMut(bool) -> Leave,
        Leave: Future<Output = bool>,
    {
        let retry = &self.retry;
        let mut pauses = Pauses::new(retry.first, retry.growth, retry.longest, retry.jitter);
        let mut attempts = 0_u32;
        loop {
            let error = match attempt().await {
                Err(error) if retry.attempts.get() > 1 && retry.covers(&error) => error,
                answer => return answer,
            };
            let limited = matches!(error, HttpError::RateLimited { .. });
            if !limited {
                attempts += 1;
                if attempts >= retry.attempts.get() {
                    return Err(HttpError::Exhausted {
                        location: self.location.to_owned(),
                        attempts,
                        last: Box::new(error),
                    });
                }
            }
            let pause = error.retry_after().unwrap_or_else(|| pauses.next());
            // Checked, because a server may ask for any number of seconds.
            let then = match Instant::now().checked_add(pause) {
                Some(then) if then <= self.deadline() => then,
                _ => return Err(self.too_late(Some(error))),
            };
            if !again(limited).await {
                return Err(HttpError::OverBudget {
                    location: self.location.to_owned(),
                    last: Box::new(error),
                });
            }
            debug!(%error, ?pause, attempts, "trying again");
            // Waiting for leave was part of the pause.
            sleep_until(then).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::TransportKind;
    use std::cell::Cell;

    fn broken() -> HttpError {
        HttpError::Transport {
            location: "here".into(),
            kind: TransportKind::Reset,
            source: None,
        }
    }

    fn limited(seconds: Option<u64>) -> HttpError {
        HttpError::RateLimited {
            location: "here".into(),
            retry_after: seconds.map(Duration::from_secs),
        }
    }

    /// Runs against a row of failures, then success; tells how it ended, after how long.
    async fn against(
        retry: Retry,
        total: u64,
        failures: Vec<HttpError>,
    ) -> (Result<(), HttpError>, u64) {
        let course = Course {
            retry: retry.jitter(0.0),
            started: Instant::now(),
            total: Duration::from_secs(total),
            location: "here",
        };
        let mut failures = failures.into_iter();
        let end = course
            .run(
                || std::future::ready(failures.next().map_or(Ok(()), Err)),
                |_| std::future::ready(true),
            )
            .await;
        (end, course.started.elapsed().as_secs())
    }

    fn five_seconds() -> Retry {
        let second = Duration::from_secs(1);
        Retry::standard().pauses(5 * second, 2.0, 30 * second)
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_until_it_works() {
        let (end, seconds) = against(five_seconds(), 100, vec![broken(), broken()]).await;
        assert!(end.is_ok());
        assert_eq!(seconds, 15, "5 s and 10 s");
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_end() {
        let (end, seconds) = against(five_seconds(), 100, vec![broken(), broken(), broken()]).await;
        assert!(
            matches!(end, Err(HttpError::Exhausted { attempts: 3, .. })),
            "{end:?}"
        );
        assert_eq!(seconds, 15, "no pause after the last attempt");
    }

    #[tokio::test(start_paused = true)]
    async fn the_servers_pause_wins_over_ours() {
        let (end, seconds) = against(five_seconds(), 100, vec![limited(Some(42))]).await;
        assert!(end.is_ok());
        assert_eq!(seconds, 42);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_beyond_the_deadline_ends_it_at_once() {
        for asked in [101, u64::MAX] {
            let (end, seconds) = against(five_seconds(), 100, vec![limited(Some(asked))]).await;
            assert!(
                matches!(end, Err(HttpError::DeadlineExceeded { last: Some(_), .. })),
                "{end:?}"
            );
            assert_eq!(seconds, 0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_binds_a_server_that_never_lets_up() {
        let row = (0..1000).map(|_| limited(Some(7))).collect();
        let (end, seconds) = against(five_seconds(), 100, row).await;
        assert!(
            matches!(end, Err(HttpError::DeadlineExceeded { .. })),
            "{end:?}"
        );
        assert_eq!(seconds, 98);
    }

    #[tokio::test(start_paused = true)]
    async fn being_turned_away_is_not_a_failed_attempt() {
        let row = (0..6).map(|_| limited(Some(10))).collect();
        let (end, seconds) = against(five_seconds(), 100, row).await;
        assert!(end.is_ok(), "a block of a minute loses nothing: {end:?}");
        assert_eq!(seconds, 60);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_leave_is_part_of_the_pause() {
        let course = Course {
            retry: five_seconds().jitter(0.0),
            started: Instant::now(),
            total: Duration::from_secs(100),
            location: "here",
        };
        let mut failures = vec![broken()].into_iter();
        let attempt = || std::future::ready(failures.next().map_or(Ok(()), Err));
        let leave = |_| async {
            tokio::time::sleep(Duration::from_secs(4)).await;
            true
        };
        course.run(attempt, leave).await.unwrap();
        assert_eq!(course.started.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn without_leave_there_is_no_second_attempt() {
        let attempts = Cell::new(0);
        let course = Course {
            retry: five_seconds(),
            started: Instant::now(),
            total: Duration::from_secs(100),
            location: "here",
        };
        let attempt = || {
            attempts.set(attempts.get() + 1);
            std::future::ready(Err::<(), _>(broken()))
        };
        let end = course.run(attempt, |_| std::future::ready(false)).await;
        assert!(matches!(end, Err(HttpError::OverBudget { .. })), "{end:?}");
        assert_eq!(attempts.get(), 1);
    }
}
