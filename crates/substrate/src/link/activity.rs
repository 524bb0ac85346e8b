use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Whether anybody wants the connection.
#[derive(Debug)]
pub(super) struct Activity {
    since: Instant,
    /// Calls under way and subscriptions listened to.
    busy: AtomicUsize,
    /// When the last of them ended: milliseconds after `since`.
    last: AtomicU64,
}

/// Somebody who wants the connection, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Activity>);

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            since: Instant::now(),
            busy: AtomicUsize::new(0),
            last: AtomicU64::new(0),
        })
    }

    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::SeqCst);
        Busy(Arc::clone(self))
    }

    pub(super) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst) > 0
    }

    /// Whether nobody has wanted the connection for a while.
    pub(super) fn is_forgotten(&self, for_: Duration) -> bool {
        !self.is_busy() && self.last().elapsed() >= for_
    }

    fn last(&self) -> Instant {
        self.since + Duration::from_millis(self.last.load(Ordering::Relaxed))
    }

    /// Waits until nobody has wanted the connection for a while.
    pub(super) async fn idle_for(&self, while_: Duration) {
        loop {
            if self.is_busy() {
                sleep(while_).await;
                continue;
            }
            match while_.checked_sub(self.last().elapsed()) {
                None | Some(Duration::ZERO) => return,
                Some(left) => sleep(left).await,
            }
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let now = self.0.since.elapsed().as_millis();
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        self.0.last.store(now, Ordering::Relaxed);
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn idle_counts_from_the_end_of_the_last_call() {
        let activity = Activity::new();
        let second = Duration::from_secs(1);
        let started = Instant::now();
        let busy = activity.begin();
        let ending = async {
            sleep(second * 5).await;
            drop(busy);
        };
        tokio::join!(activity.idle_for(second * 3), ending);
        let waited = started.elapsed();
        assert!(second * 8 <= waited && waited <= second * 9, "{waited:?}");
    }
}
