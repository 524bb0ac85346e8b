use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axonry_core::{BlockHash, BlockNumber};
use tokio::time::Instant;

use super::dial::Trust;
use crate::endpoint::Endpoint;

/// A place's rest doubles with each failure, up to this many times its first.
const LONGEST_REST: u32 = 16;

/// Where to connect, the preferred place first, and which of them it is now.
///
/// A place that failed rests, so that one which accepts connections and then says nothing does not
/// win them back each time; the longer, the more often it fails.
#[derive(Debug)]
pub(super) struct Endpoints {
    places: Vec<Place>,
    current: AtomicUsize,
    pub(super) trust: Trust,
    /// The chain that all of them must be of, once it is known.
    pub(super) genesis: OnceLock<BlockHash>,
}

#[derive(Debug)]
struct Place {
    endpoint: Endpoint,
    health: Arc<Health>,
    failures: Mutex<Failures>,
}

/// How often a place has failed without having served well in between.
#[derive(Clone, Copy, Debug, Default)]
struct Failures {
    last: Option<Instant>,
    in_a_row: u32,
}

/// What is known of a place from talking to it.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// Microseconds, smoothed; 0 for unknown.
    latency: AtomicU64,
    /// One more than the height; 0 for unknown.
    head: AtomicU64,
}

impl Health {
    pub(super) fn answered_after(&self, taken: Duration) {
        let taken = u64::try_from(taken.as_micros()).unwrap_or(u64::MAX).max(1);
        let known = self.latency.load(Ordering::Relaxed);
        // One in eight is new, as TCP smooths its round trips.
        let smoothed = match known {
            0 => taken,
            known => known - known / 8 + taken / 8,
        };
        self.latency.store(smoothed.max(1), Ordering::Relaxed);
    }

    pub(crate) fn has_reached(&self, head: BlockNumber) {
        self.head
            .fetch_max(head.0.saturating_add(1), Ordering::Relaxed);
    }

    pub(crate) fn latency(&self) -> Option<Duration> {
        let micros = self.latency.load(Ordering::Relaxed);
        (micros > 0).then(|| Duration::from_micros(micros))
    }

    pub(crate) fn head(&self) -> Option<BlockNumber> {
        let head = self.head.load(Ordering::Relaxed);
        head.checked_sub(1).map(BlockNumber)
    }
}

impl Failures {
    fn rest(self, first: Duration) -> Duration {
        let times = 1_u32.checked_shl(self.in_a_row.saturating_sub(1));
        first.saturating_mul(times.unwrap_or(LONGEST_REST).min(LONGEST_REST))
    }

    fn has_rested(self, first: Duration) -> bool {
        self.last
            .is_none_or(|last| last.elapsed() >= self.rest(first))
    }
}

impl Endpoints {
    pub(super) fn new(places: Vec<Endpoint>) -> Self {
        assert!(!places.is_empty(), "there is always a first endpoint");
        let places = places.into_iter().map(|endpoint| Place {
            endpoint,
            health: Arc::default(),
            failures: Mutex::default(),
        });
        Self {
            places: places.collect(),
            current: AtomicUsize::new(0),
            trust: Trust::default(),
            genesis: OnceLock::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn at(&self, place: usize) -> &Endpoint {
        &self.places[place].endpoint
    }

    pub(super) fn health(&self, place: usize) -> &Arc<Health> {
        &self.places[place].health
    }

    pub(super) fn current(&self) -> usize {
        self.current.load(Ordering::Relaxed)
    }

    pub(super) fn choose(&self, place: usize) {
        self.current.store(place, Ordering::Relaxed);
    }

    /// The place has failed; `rest` is how long one does after its first failure.
    pub(super) fn failed(&self, place: usize, rest: Duration) {
        let mut failures = self.failures(place);
        let lasted = failures.last.map(|last| last.elapsed());
        // Having been well for as long as the longest rest, it starts anew.
        let well = lasted.is_none_or(|lasted| lasted > rest.saturating_mul(2 * LONGEST_REST));
        failures.in_a_row = if well {
            1
        } else {
            failures.in_a_row.saturating_add(1)
        };
        failures.last = Some(Instant::now());
    }

    pub(super) fn has_rested(&self, place: usize, rest: Duration) -> bool {
        self.failures(place).has_rested(rest)
    }

    /// The first place that has rested; where none has, the one that failed longest ago.
    pub(super) fn next(&self, rest: Duration) -> usize {
        let mut places = 0..self.places.len();
        let rested = places.clone().find(|place| self.has_rested(*place, rest));
        rested.unwrap_or_else(|| {
            let oldest = places
                .by_ref()
                .min_by_key(|place| self.failures(*place).last);
            oldest.expect("there is always a first endpoint")
        })
    }

    fn failures(&self, place: usize) -> MutexGuard<'_, Failures> {
        let failures = self.places[place].failures.lock();
        failures.unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn the_first_that_has_rested_is_next() {
        let endpoints = Endpoints::new(vec![Endpoint::local(), Endpoint::test()]);
        assert_eq!(endpoints.next(REST), 0);
        endpoints.failed(0, REST);
        assert_eq!(endpoints.next(REST), 1);
        tokio::time::advance(Duration::from_secs(1)).await;
        endpoints.failed(1, REST);
        assert_eq!(endpoints.next(REST), 0, "both rest, the first for longer");
        endpoints.failed(0, REST);
        assert_eq!(endpoints.next(REST), 0, "they failed at the same moment");
        tokio::time::advance(REST * 2).await;
        assert_eq!(endpoints.next(REST), 0);
    }

    /// CH19: up for ten seconds, then down again, for an hour.
    #[tokio::test(start_paused = true)]
    async fn one_that_flaps_is_returned_to_ever_more_rarely() {
        let endpoints = Endpoints::new(vec![Endpoint::local(), Endpoint::test()]);
        let started = Instant::now();
        let mut switches = 0_u32;
        while started.elapsed() < Duration::from_secs(3600) {
            let next = endpoints.next(REST);
            if next != endpoints.current() {
                switches += 1;
                endpoints.choose(next);
            }
            tokio::time::advance(Duration::from_secs(10)).await;
            if endpoints.current() == 0 {
                endpoints.failed(0, REST);
            }
        }
        assert!(
            switches <= 20,
            "{switches} switches in an hour, 60 would be one a minute"
        );
    }

    #[test]
    fn latency_is_smoothed_and_nothing_is_unknown() {
        let health = Health::default();
        assert_eq!((health.latency(), health.head()), (None, None));
        health.answered_after(Duration::from_millis(8));
        health.answered_after(Duration::from_millis(16));
        assert_eq!(health.latency(), Some(Duration::from_millis(9)));
        health.has_reached(BlockNumber(0));
        assert_eq!(health.head(), Some(BlockNumber(0)));
    }
}
