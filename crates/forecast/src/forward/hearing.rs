use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use super::{Heard, Miner, NotHeard};

/// What is heard of a prompt, as it comes: one entry for every miner that was asked.
///
/// Dropping it ends what is still under way.
pub struct Hearing {
    /// When each was over, and how.
    under_way: JoinSet<(Instant, Result<Heard, NotHeard>)>,
    asked: HashMap<Id, Miner>,
    began: Instant,
    prepared: Duration,
}

impl Hearing {
    pub(super) fn new(began: Instant) -> Self {
        Self {
            under_way: JoinSet::new(),
            asked: HashMap::new(),
            began,
            prepared: began.elapsed(),
        }
    }

    pub(super) fn start(
        &mut self,
        miner: Miner,
        asking: impl Future<Output = Result<Heard, NotHeard>> + Send + 'static,
    ) {
        let task = self.under_way.spawn(async move {
            let heard = asking.await;
            (Instant::now(), heard)
        });
        self.asked.insert(task.id(), miner);
    }

    /// The next miner to be done with; `None` when everyone is.
    pub async fn next(&mut self) -> Option<Heard> {
        let done = self.under_way.join_next_with_id().await?;
        let (id, (over, heard)) = match done {
            Ok(done) => done,
            Err(error) => {
                let failed = NotHeard::Reader(error.to_string());
                (error.id(), (Instant::now(), Err(failed)))
            }
        };
        let miner = self.asked.remove(&id);
        let miner = miner.expect("every task was noted when it was started");
        Some(heard.unwrap_or_else(|why| Heard::in_vain(miner, over, why)))
    }

    /// Who has not been heard yet.
    pub fn waited_for(&self) -> impl Iterator<Item = &Miner> {
        self.asked.values()
    }

    /// When the asking began.
    pub const fn began(&self) -> Instant {
        self.began
    }

    /// How long it took to prepare what is the same for everybody.
    pub const fn prepared(&self) -> Duration {
        self.prepared
    }
}

impl fmt::Debug for Hearing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hearing")
            .field("waited_for", &self.asked.len())
            .finish_non_exhaustive()
    }
}
