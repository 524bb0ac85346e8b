//! How often a hotkey may have GitHub asked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axonry_core::Hotkey;
use tokio::time::Instant;

/// At once, after a pause.
const BURST: f64 = 6.0;
/// One more each.
const EVERY: Duration = Duration::from_secs(20);
/// Hotkeys remembered; who is forgotten starts anew.
const REMEMBERED: usize = 4_096;

/// Attempts by hotkey.
///
/// GitHub locks addresses out that come with too many wrong tokens, and it is the validator's address
/// from which a miner's token is tried.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<HashMap<Hotkey, Bucket>>);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn filled(self, now: Instant) -> f64 {
        let since = now.saturating_duration_since(self.at);
        (self.left + since.as_secs_f64() / EVERY.as_secs_f64()).min(BURST)
    }
}

impl Attempts {
    /// Takes one attempt of a hotkey's, or says how long it has to wait for the next.
    pub(super) fn take(&self, hotkey: Hotkey, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, bucket| bucket.filled(now) < BURST);
        }
        if buckets.len() >= REMEMBERED {
            buckets.clear();
        }
        let bucket = buckets.entry(hotkey).or_insert(Bucket {
            left: BURST,
            at: now,
        });
        bucket.left = bucket.filled(now);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(EVERY.mul_f64(1.0 - bucket.left));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_attempts_are_free_and_then_they_come_slowly() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        let (one, other) = (Hotkey::from_bytes([1; 32]), Hotkey::from_bytes([2; 32]));
        let taken = |hotkey, now| {
            (0..20)
                .filter(|_| attempts.take(hotkey, now).is_ok())
                .count()
        };
        assert_eq!(taken(one, start), 6);
        assert_eq!(attempts.take(one, start), Err(EVERY));
        assert_eq!(taken(other, start), 6, "hotkeys do not share");
        assert_eq!(taken(one, start + EVERY), 1);
        assert_eq!(taken(one, start + 100 * EVERY), 6);
    }
}
