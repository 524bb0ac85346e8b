//! When the first byte of a question went, and when the last of its answer came.
//!
//! What is between the two is charged to who was asked.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When bytes went and came on one connection.
#[derive(Debug)]
pub(super) struct Times {
    base: Instant,
    /// Nanoseconds after `base`, and one; zero while there is nothing to tell.
    went: AtomicU64,
    came: AtomicU64,
}

impl Times {
    pub(super) fn new() -> Self {
        Self {
            base: Instant::now(),
            went: AtomicU64::new(0),
            came: AtomicU64::new(0),
        }
    }

    /// Forgets the last question: what goes out next is the first byte of another.
    pub(super) fn begin(&self) {
        self.went.store(0, Ordering::Release);
        self.came.store(0, Ordering::Release);
    }

    /// When the first byte of the question was written.
    pub(super) fn went(&self) -> Option<Instant> {
        self.instant(&self.went)
    }

    /// When the last byte that has been read arrived.
    pub(super) fn came(&self) -> Option<Instant> {
        self.instant(&self.came)
    }

    /// From the first byte of the question to the last that has come since.
    pub(super) fn latency(&self) -> Duration {
        let (went, came) = (self.went(), self.came());
        let both = went.zip(came);
        both.map_or(Duration::ZERO, |(went, came)| {
            came.saturating_duration_since(went)
        })
    }

    /// Whether all that has come was there by a deadline.
    pub(super) fn kept(&self, deadline: tokio::time::Instant) -> bool {
        let came = self.came();
        came.is_none_or(|came| tokio::time::Instant::from_std(came) <= deadline)
    }

    /// Whether what has come was there before the question: who does not wait for it must not be
    /// the fastest. Clocks may differ by a little.
    pub(super) fn is_premature(&self) -> bool {
        const CLOCKS: Duration = Duration::from_millis(1);

        let (went, came) = (self.went(), self.came());
        let both = went.zip(came);
        both.is_some_and(|(went, came)| came + CLOCKS < went)
    }

    fn instant(&self, time: &AtomicU64) -> Option<Instant> {
        let nanos = time.load(Ordering::Acquire).checked_sub(1)?;
        Some(self.base + Duration::from_nanos(nanos))
    }

    fn nanos(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.base).as_nanos();
        // Five hundred years of one connection are not enough to saturate it.
        u64::try_from(since).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// Bytes were written; of a question only the first count.
    pub(super) fn wrote(&self, at: Instant) {
        let first = Ordering::AcqRel;
        // What follows the first byte changes nothing.
        let _ = self
            .went
            .compare_exchange(0, self.nanos(at), first, Ordering::Relaxed);
    }

    /// Bytes arrived.
    pub(super) fn read(&self, at: Instant) {
        self.came.store(self.nanos(at), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn an_answer_takes_from_the_first_byte_of_its_question_to_its_own_last() {
        let times = Times::new();
        let start = times.base;
        times.begin();
        assert_eq!(
            (times.latency(), times.is_premature()),
            (Duration::ZERO, false)
        );
        times.wrote(start + SECOND);
        times.wrote(start + 2 * SECOND);
        times.read(start + 3 * SECOND);
        times.read(start + 4 * SECOND);
        assert_eq!((times.latency(), times.is_premature()), (3 * SECOND, false));
        let deadline = |seconds| tokio::time::Instant::from_std(start + seconds * SECOND);
        assert!(times.kept(deadline(4)) && !times.kept(deadline(3)));
        times.begin();
        assert_eq!((times.went(), times.came()), (None, None));
    }

    #[test]
    fn what_lay_there_before_the_question_is_no_quick_answer() {
        let times = Times::new();
        times.read(times.base + SECOND);
        times.wrote(times.base + 2 * SECOND);
        assert!(times.is_premature());
    }
}
