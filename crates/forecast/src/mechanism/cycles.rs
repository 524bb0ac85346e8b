//! Prompts on their own time: one competition asks one asset per cycle.

use std::sync::Arc;

use axonry_chain::{Chain, ChainError};
use axonry_core::NetUid;
use axonry_store::StoreError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info_span, warn};

use super::inquiry::until;
use super::{AskError, Forecast, Shared};
use crate::{Asset, Competition, Miner, Prompt};

/// Asks the prompts of each competition, on its schedule, of whoever is in the subnet by then.
#[derive(Clone, Debug)]
pub struct Cycles {
    /// Where neurons are read.
    pub chain: Arc<dyn Chain>,
    /// The subnet.
    pub netuid: NetUid,
}

/// Why a cycle asked nothing.
#[derive(Debug, thiserror::Error)]
enum CycleError {
    #[error("the subnet could not be read")]
    Chain(#[from] ChainError),
    #[error("whose turn it is could not be read")]
    Turn(#[from] StoreError),
    #[error("the prompt could not be asked")]
    Ask(#[from] AskError),
}

impl Forecast {
    /// Runs every competition's cycles until it is told to stop, by `stop` or by
    /// [`close`](Self::close), and what has arrived by then is saved. A cycle that fails is said and
    /// left behind: upstream's `synth/utils/sequential_scheduler.py`.
    pub async fn run(&self, cycles: Cycles, stop: &CancellationToken) {
        let mut running = JoinSet::new();
        for place in 0..self.shared.settings.competitions.len() {
            let (shared, cycles) = (Arc::clone(&self.shared), cycles.clone());
            let stop = self.stop.clone();
            running.spawn(self.tasks.track_future(async move {
                let competition = &shared.settings.competitions[place];
                let span = info_span!("cycles", competition = %competition.label);
                shared
                    .cycle(competition, &cycles, &stop)
                    .instrument(span)
                    .await;
            }));
        }
        stop.cancelled().await;
        self.stop.cancel();
        while running.join_next().await.is_some() {}
    }
}

impl Shared {
    async fn cycle(&self, competition: &Competition, cycles: &Cycles, stop: &CancellationToken) {
        let clock = &self.parts.clock;
        let (mut start, mut first) = (clock.now(), true);
        loop {
            let delay = competition.delay(start, clock.now(), first);
            first = false;
            let waiting = tokio::time::sleep(delay);
            if stop.run_until_cancelled(waiting).await.is_none() {
                return;
            }
            start = clock.now();
            if let Err(error) = self.ask_next(competition, cycles, stop).await {
                warn!(error = %axonry_neuron::chain_of(&error), "a cycle asked nothing");
                start = clock.now();
            }
        }
    }

    async fn ask_next(
        &self,
        competition: &Competition,
        cycles: &Cycles,
        stop: &CancellationToken,
    ) -> Result<(), CycleError> {
        let predictions = &self.parts.predictions;
        let last = predictions.newest_asset(competition.time_length).await?;
        let last: Option<Asset> = last.and_then(|name| name.parse().ok());
        let Some(asset) = competition.next_asset(last.as_ref()) else {
            return Ok(());
        };
        let head = cycles.chain.head().await?;
        let metagraph = cycles.chain.metagraph(cycles.netuid, head).await?;
        let miners: Vec<_> = metagraph.neurons().iter().map(Miner::from).collect();
        let now = self.parts.clock.now();
        let prompt = Prompt::new(competition, asset.clone(), competition.start_time(now));
        let within = self.settings.timeout;
        let within = within.unwrap_or_else(|| until(self.parts.clock.now(), prompt.start_time));
        let report = self.asking.ask(&prompt, &miners, within, stop).await?;
        self.note(report);
        Ok(())
    }
}
