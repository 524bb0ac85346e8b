//! The gate of one host: its quota, and the pauses it asks for.

mod slowdown;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep_until, timeout_at};

use self::slowdown::Slowdown;
use crate::quota::Quota;
use crate::refusal::RateLimit;

/// The pause after a rate limit that names none, of a host without a quota; doubled while they go
/// on. A host with a quota gets a whole window, after which nothing that was sent can count.
const PAUSE: Duration = Duration::from_secs(2);

/// The window by which requests are counted of a host without a quota.
const WINDOW: Duration = Duration::from_secs(10);

/// How many answers are remembered of such a host: who is let send more is in no need of a gate.
const REMEMBERED: usize = 4096;

/// The longest pause of our own making, unless a service is known to want longer ones.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How often a pause is doubled at most.
const DOUBLINGS: u32 = 5;

/// After so many good answers in a row, a refusal is a new affair and not more of an old one.
const CALM: usize = 16;

/// The longest pause a server is granted; whoever asks for more gets asked again then.
const LONGEST_GRANTED: Duration = Duration::from_secs(3600);

/// Lets requests through in the order they came, no more of them than the quota allows.
///
/// The server counts requests when they arrive, which is some time between sending one and having
/// its answer. So a request occupies its place from being sent until one window after its answer:
/// then no window on the server's clock can hold more than the quota, however long each request
/// was under way.
#[derive(Debug)]
pub(crate) struct Limiter {
    quota: Option<Quota>,
    /// Only the one whose turn it is waits for a place, the others for their turn.
    turn: Semaphore,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    under_way: usize,
    /// When the last answers came, oldest first; at most a quota of them.
    answered: VecDeque<Instant>,
    slowdown: Option<Slowdown>,
    pause: Option<Pause>,
    /// Rate limits without calm between them.
    strikes: u32,
    /// Good answers since the last rate limit.
    calm: usize,
    /// The most requests a window has held so far.
    peak: usize,
}

#[derive(Clone, Copy, Debug)]
struct Pause {
    since: Instant,
    until: Instant,
}

enum Next {
    Go,
    At(Instant),
    WhenAnswered,
}

/// By how much more than a window is waited: the timer's grain, as some servers count both ends,
/// and as much as two clocks go apart that differ by one in ten thousand.
fn margin(window: Duration) -> Duration {
    Duration::from_millis(1) + window / 10_000
}

/// Why a request was not let through before its deadline.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// The host asked for a pause that ends in so long.
    Paused(Duration),
    /// The deadline passes before there is a place.
    TooLate,
}

impl Limiter {
    pub(crate) fn new(quota: Option<Quota>) -> Self {
        Self {
            quota,
            turn: Semaphore::new(1),
            state: Mutex::default(),
            freed: Notify::new(),
        }
    }

    /// Waits for leave to send one request. To be asked before each one, retries included.
    pub(crate) async fn place(self: &Arc<Self>, deadline: Instant) -> Result<Place, Held> {
        let turn = timeout_at(deadline, self.turn.acquire()).await;
        let _turn = turn
            .map_err(|_| Held::TooLate)?
            .expect("the semaphore is never closed");
        loop {
            // Bound first, so that the lock is released before anything is awaited.
            let next = self.state().next(self.quota);
            match next {
                Next::Go => {
                    return Ok(Place {
                        limiter: Arc::clone(self),
                        sent: Instant::now(),
                        answered: false,
                    });
                }
                Next::At(then) if then > deadline => {
                    let pause = self.state().paused_for();
                    return Err(pause.map_or(Held::TooLate, Held::Paused));
                }
                Next::At(then) => sleep_until(then).await,
                Next::WhenAnswered => {
                    if timeout_at(deadline, self.freed.notified()).await.is_err() {
                        return Err(Held::TooLate);
                    }
                }
            }
        }
    }

    /// How long everybody waits, because the host asked for it.
    pub(crate) fn paused_for(&self) -> Option<Duration> {
        self.state().paused_for()
    }

    #[cfg(test)]
    pub(crate) const fn quota(&self) -> Option<Quota> {
        self.quota
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no one panics with the state")
    }
}

impl State {
    fn next(&mut self, quota: Option<Quota>) -> Next {
        let now = Instant::now();
        if let Some(pause) = self.pause.filter(|pause| pause.until > now) {
            return Next::At(pause.until);
        }
        let window = quota.map_or(WINDOW, Quota::window);
        self.forget(window);
        if self.under_way + self.answered.len() >= self.places(quota) {
            return match self.answered.front() {
                Some(&then) => Next::At(then + window + margin(window)),
                None => Next::WhenAnswered,
            };
        }
        self.under_way += 1;
        self.peak = self.peak.max(self.under_way + self.answered.len());
        Next::Go
    }

    /// Forgets answers that have left the window.
    fn forget(&mut self, window: Duration) {
        let now = Instant::now();
        while self
            .answered
            .front()
            .is_some_and(|&then| then + window + margin(window) <= now)
        {
            self.answered.pop_front();
        }
    }

    /// How many requests a window may hold now.
    fn places(&self, quota: Option<Quota>) -> usize {
        let full = quota.map_or(usize::MAX, Quota::places);
        self.slowdown.map_or(full, |slow| slow.places().min(full))
    }

    fn paused_for(&self) -> Option<Duration> {
        let left = self.pause?.until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

/// Leave to send one request, given back when the answer has come or when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    limiter: Arc<Limiter>,
    sent: Instant,
    answered: bool,
}

impl Place {
    /// Notes that the answer has begun: by now the server has counted the request.
    pub(crate) fn answered(&mut self) {
        if std::mem::replace(&mut self.answered, true) {
            return;
        }
        let mut state = self.limiter.state();
        state.under_way -= 1;
        state.answered.push_back(Instant::now());
        if self.limiter.quota.is_none() && state.answered.len() > REMEMBERED {
            state.answered.pop_front();
        }
        drop(state);
        self.limiter.freed.notify_one();
    }

    /// Notes an answer that was no rate limit.
    pub(crate) fn accepted(&self) {
        let mut state = self.limiter.state();
        state.calm += 1;
        if state.calm
            >= self
                .limiter
                .quota
                .map_or(CALM, |quota| quota.places().min(CALM))
        {
            state.strikes = 0;
        }
        state.slowdown = state.slowdown.and_then(Slowdown::eased);
    }

    /// Notes that the allowance is used up, as an answer said that was none the less one.
    pub(crate) fn spent(&self, pause: Duration) {
        let now = Instant::now();
        let mut state = self.limiter.state();
        let until = now + pause.min(LONGEST_GRANTED);
        let since = state.pause.map_or(now, |pause| pause.since);
        let until = state.pause.map_or(until, |old| old.until.max(until));
        state.pause = Some(Pause { since, until });
    }

    /// Notes that the host asked to slow down: every caller pauses. Tells for how long.
    pub(crate) fn turned_away(&self, limit: RateLimit) -> Duration {
        let now = Instant::now();
        let quota = self.limiter.quota;
        let mut state = self.limiter.state();
        // Requests that were under way when a pause began belong to the same incident.
        let known = state.pause.is_some_and(|pause| self.sent <= pause.since);
        state.calm = 0;
        if !known {
            state.strikes = state.strikes.saturating_add(1);
            // One refusal among good answers may be an accident of the edge; a second is a word.
            if limit.retry_after.is_none() && state.strikes > 1 {
                state.forget(quota.map_or(WINDOW, Quota::window));
                let sent = state.under_way + state.answered.len();
                let full = quota.map_or(state.peak, Quota::places);
                state.slowdown = Some(Slowdown::begin(sent, full, state.slowdown));
            }
        }
        let pause = match (limit.retry_after, state.paused_for()) {
            (Some(asked), _) => asked.min(LONGEST_GRANTED),
            (None, Some(left)) if known => left,
            (None, _) => state.own_pause(quota, limit.at_least),
        };
        let since = state
            .pause
            .filter(|_| known)
            .map_or(now, |pause| pause.since);
        let until = state
            .pause
            .map_or(now + pause, |old| old.until.max(now + pause));
        state.pause = Some(Pause { since, until });
        until - now
    }
}

impl State {
    /// A pause that the host has not named.
    fn own_pause(&self, quota: Option<Quota>, at_least: Duration) -> Duration {
        let first = quota.map_or(PAUSE, Quota::window).max(at_least);
        let longest = LONGEST_PAUSE.max(at_least * 16);
        (first * 2_u32.pow(self.strikes.clamp(1, DOUBLINGS + 1) - 1)).min(longest)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Without an answer, this is the latest moment at which it can have been counted.
        self.answered();
    }
}

#[cfg(test)]
mod tests;
