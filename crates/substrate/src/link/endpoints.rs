use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axonry_core::BlockHash;
use tokio::time::Instant;

use crate::endpoint::Endpoint;

/// Where to connect, the preferred place first, and which of them it is now.
///
/// A place that failed rests, so that one which accepts connections and then says nothing does not
/// win them back each time.
#[derive(Debug)]
pub(super) struct Endpoints {
    places: Vec<Endpoint>,
    current: AtomicUsize,
    failed: Mutex<Vec<Option<Instant>>>,
    /// The chain that all of them must be of, once it is known.
    pub(super) genesis: OnceLock<BlockHash>,
}

impl Endpoints {
    pub(super) fn new(places: Vec<Endpoint>) -> Self {
        assert!(!places.is_empty(), "there is always a first endpoint");
        let failed = Mutex::new(vec![None; places.len()]);
        Self {
            places,
            current: AtomicUsize::new(0),
            failed,
            genesis: OnceLock::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn at(&self, place: usize) -> &Endpoint {
        &self.places[place]
    }

    pub(super) fn current(&self) -> usize {
        self.current.load(Ordering::Relaxed)
    }

    pub(super) fn choose(&self, place: usize) {
        self.current.store(place, Ordering::Relaxed);
    }

    pub(super) fn failed(&self, place: usize) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed[place] = Some(Instant::now());
    }

    /// The first place that has rested; where none has, the one that failed longest ago.
    pub(super) fn next(&self, rest: Duration) -> usize {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let rested = |at: &Option<Instant>| at.is_none_or(|at| at.elapsed() >= rest);
        let first = failed.iter().position(rested);
        first.unwrap_or_else(|| {
            let oldest = (0..failed.len()).min_by_key(|place| failed[*place]);
            oldest.expect("there is always a first endpoint")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_first_that_has_rested_is_next() {
        let rest = Duration::from_secs(60);
        let endpoints = Endpoints::new(vec![Endpoint::local(), Endpoint::test()]);
        assert_eq!(endpoints.next(rest), 0);
        endpoints.failed(0);
        assert_eq!(endpoints.next(rest), 1);
        tokio::time::advance(Duration::from_secs(1)).await;
        endpoints.failed(1);
        assert_eq!(endpoints.next(rest), 0, "both rest, the first for longer");
        endpoints.failed(0);
        assert_eq!(endpoints.next(rest), 0, "they failed at the same moment");
        tokio::time::advance(rest).await;
        assert_eq!(endpoints.next(rest), 0);
    }
}
