use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Hands out nonces: the time in nanoseconds, and never the same twice.
///
/// Clocks stand still and go back; receivers refuse what does not increase.
#[derive(Debug, Default)]
pub struct NonceSource {
    last: AtomicU64,
}

impl NonceSource {
    /// The next nonce, given nanoseconds since 1970.
    pub fn next(&self, now: u64) -> u64 {
        let next = |last: u64| Some(now.max(last.saturating_add(1)));
        let last = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .expect("the update never declines");
        now.max(last.saturating_add(1))
    }
}

/// The system's time, in nanoseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock before 1970 is at 1970: every nonce is ahead of it, and refused for that.
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces_increase_whatever_the_clock_does() {
        let nonces = NonceSource::default();
        let taken: Vec<_> = [10, 10, 5, 20, 20].map(|now| nonces.next(now)).into();
        assert_eq!(taken, [10, 11, 12, 20, 21]);
    }

    #[test]
    fn threads_never_share_a_nonce() {
        let nonces = NonceSource::default();
        let mut taken: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..1_000).map(|_| nonces.next(7)).collect::<Vec<_>>()))
                .collect();
            let joined = threads.into_iter().map(|thread| thread.join());
            joined.flat_map(|taken| taken.expect("no panic")).collect()
        });
        taken.sort_unstable();
        assert_eq!(taken, (7..8_007).collect::<Vec<_>>());
    }
}
