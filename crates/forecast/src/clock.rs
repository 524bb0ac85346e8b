use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// What time it is for prompts and their scores: the machine's time, which a dev network can move on
/// so that nobody waits a day for a horizon.
///
/// Clones tell the same time.
#[derive(Clone, Debug, Default)]
pub struct MovableClock {
    /// Milliseconds ahead of the machine's clock.
    ahead: Arc<AtomicI64>,
}

impl MovableClock {
    /// The machine's time.
    pub fn system() -> Self {
        Self::default()
    }

    /// The moment.
    pub fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead.load(Ordering::Relaxed));
        let now = Timestamp::now();
        now.checked_add(ahead).unwrap_or(now)
    }

    /// Moves on to a moment; to one that is past it does not go back.
    pub fn move_to(&self, moment: Timestamp) {
        let behind = moment.duration_since(self.now());
        let behind = i64::try_from(behind.as_millis()).unwrap_or(i64::MAX);
        self.ahead.fetch_add(behind.max(0), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_move_on_together_and_never_back() {
        let clock = MovableClock::system();
        let (other, tomorrow) = (clock.clone(), clock.now() + SignedDuration::from_hours(24));
        clock.move_to(tomorrow);
        assert!(other.now().duration_since(tomorrow).abs() < SignedDuration::from_secs(60));
        other.move_to(tomorrow - SignedDuration::from_hours(5));
        assert!(clock.now() >= tomorrow - SignedDuration::from_secs(1));
    }
}
