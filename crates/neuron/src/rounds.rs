use std::sync::Arc;
use std::time::Duration;

use axonry_core::BlockNumber;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::alive::saying_so;
use crate::{RoundError, RoundReport, Step, Validator, chain_of};

/// The first pause after a round that failed for a while; it doubles up to [`LONGEST`].
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// How many rounds a validator runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounds {
    /// This many; a round that fails ends the run.
    Count(u64),
    /// Until told to stop; a round that fails for a passing reason is tried again.
    Forever,
}

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All rounds are done.
    Done {
        /// Whether the last one's weights landed.
        landed: bool,
    },
    /// It was told to stop.
    Stopped,
}

impl Validator {
    /// Runs rounds, one per tempo, until they are done or `stop` is cancelled, and hands each report
    /// to `told`.
    ///
    /// First it settles what an earlier process left open. A stop takes effect at once, wherever a
    /// round is: what is on disk tells the next start how to go on.
    ///
    /// # Errors
    /// [`RoundError`] when a round fails for good, or at all when rounds are counted.
    pub async fn run(
        &mut self,
        rounds: Rounds,
        stop: &CancellationToken,
        told: impl FnMut(&RoundReport) + Send,
    ) -> Result<Ended, RoundError> {
        tokio::select! {
            biased;
            () = stop.cancelled() => {
                info!("told to stop");
                Ok(Ended::Stopped)
            }
            landed = self.run_on(rounds, told) => landed.map(|landed| Ended::Done { landed }),
        }
    }

    async fn run_on(
        &mut self,
        rounds: Rounds,
        mut told: impl FnMut(&RoundReport) + Send,
    ) -> Result<bool, RoundError> {
        self.weigher.leave_other_history().await?;
        self.say_what_is_open().await?;
        let mut done = 0;
        let mut pause = SHORTEST;
        loop {
            let progress = Arc::clone(&self.progress);
            saying_so(&*progress, self.weigher.settle()).await;
            let report = match self.round().await {
                Ok(report) => report,
                Err(error) if rounds == Rounds::Forever && error.is_transient() => {
                    warn!(error = %chain_of(&error), ?pause, "the round failed, trying again");
                    self.weigher.stand_in(&*self.progress).await;
                    self.weigher.health().await;
                    saying_so(&*progress, tokio::time::sleep(pause)).await;
                    pause = (2 * pause).min(LONGEST);
                    continue;
                }
                Err(error) => return Err(error),
            };
            pause = SHORTEST;
            told(&report);
            done += 1;
            if rounds == Rounds::Count(done) {
                return Ok(report.landing.landed());
            }
            self.next_tempo(report.block).await?;
        }
    }

    /// Settling may take until the last block an earlier vector can land in: say so first.
    async fn say_what_is_open(&self) -> Result<(), RoundError> {
        for entry in self.weigher.store.unfinished(self.weigher.hotkey).await? {
            let (round, until) = (entry.intent.round, entry.attempt.valid_until);
            info!(round, %until, "settling a vector that an earlier run left open");
            let message = format!(
                "settling the vector of round {round}, which may still land until block {until}"
            );
            self.progress.note(Step::Message(&message));
        }
        Ok(())
    }

    /// Waits for the block a tempo after `last`, through lost connections.
    async fn next_tempo(&mut self, last: BlockNumber) -> Result<(), RoundError> {
        let tempo = match self.tempo().await {
            Ok(tempo) => tempo,
            Err(error) if error.is_transient() => 1,
            Err(error) => return Err(error),
        };
        let due = last.plus(u64::from(tempo.max(1)));
        let progress = Arc::clone(&self.progress);
        self.weigher.watch_until(due, &*progress).await;
        Ok(())
    }

    async fn tempo(&self) -> Result<u16, RoundError> {
        let netuid = self.weigher.settings.netuid;
        let chain = &self.weigher.chain;
        let read = async {
            let head = chain.head().await?;
            chain.hyperparameters(netuid, head.hash).await
        };
        let rules = read
            .await
            .map_err(|source| RoundError::Snapshot { netuid, source })?;
        Ok(rules.tempo())
    }
}
