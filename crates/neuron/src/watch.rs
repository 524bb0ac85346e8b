use std::time::Duration;

use axonry_core::{Block, BlockNumber};
use futures_util::StreamExt;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::alive::saying_so;
use crate::weigher::scores_of;
use crate::{Progress, Step, Weigher, chain_of};

/// The first pause after the blocks stopped coming.
const PAUSE: Duration = Duration::from_secs(1);

/// For how many blocks' time a chain may be silent before its blocks are followed anew.
const SILENT_BLOCKS: u32 = 20;

/// How many times in a tempo the state of the weights is read; rules are read every block.
const LOOKS_PER_TEMPO: u64 = 4;

impl Weigher {
    /// Follows blocks until one is at least `due`, through lost connections, and watches over the
    /// weights on the way.
    pub(crate) async fn watch_until(&mut self, due: BlockNumber, progress: &dyn Progress) {
        let mut looked = None;
        let silence = self.settings.setter.block_time * SILENT_BLOCKS;
        loop {
            match self.chain.blocks().await {
                Ok(mut blocks) => {
                    let mut next =
                        async || saying_so(progress, timeout(silence, blocks.next())).await;
                    while let Ok(Some(Ok(block))) = next().await {
                        progress.note(Step::Block(block.number));
                        self.look(block, &mut looked).await;
                        if block.number >= due {
                            return;
                        }
                    }
                    self.vigil.unreadable(&"no block came");
                    warn!("the chain's blocks stopped coming, following them anew");
                }
                Err(error) => {
                    self.vigil.unreadable(&chain_of(&error));
                    warn!(error = %chain_of(&error), "cannot follow the chain's blocks");
                }
            }
            progress.note(Step::Alive);
            tokio::time::sleep(PAUSE).await;
            if matches!(self.chain.head().await, Ok(head) if head.number >= due) {
                return;
            }
        }
    }

    async fn look(&mut self, block: Block, looked: &mut Option<BlockNumber>) {
        let netuid = self.settings.netuid;
        let rules = match self.chain.hyperparameters(netuid, block.hash).await {
            Ok(rules) => rules,
            Err(error) => return self.vigil.unreadable(&chain_of(&error)),
        };
        self.vigil.glance(&rules);
        let every = (u64::from(rules.tempo()) / LOOKS_PER_TEMPO).max(1);
        let since = looked.get_or_insert(block.number);
        if block.number.since(*since) >= every {
            *since = block.number;
            self.vigil.observe(&*self.chain, block).await;
        }
    }

    /// Sends the last good vector again, once a tempo from the block `began` on, until `done`.
    ///
    /// Judging may take longer than the weights stay young; so do outages of what is judged by. What
    /// is being sent when `done` comes is seen to its end first. Says for each time what became of it.
    pub(crate) async fn stand_in_until(
        &mut self,
        done: &CancellationToken,
        began: BlockNumber,
        tempo: u16,
        progress: &dyn Progress,
    ) -> Vec<String> {
        let mut said = Vec::new();
        let mut due = began;
        loop {
            due = due.plus(u64::from(tempo.max(1)));
            tokio::select! {
                biased;
                () = done.cancelled() => return said,
                () = self.watch_until(due, progress) => {}
            }
            said.extend(self.stand_in(progress).await);
        }
    }

    /// Sends the last good vector again if nothing has landed for a tempo, and says what became of it.
    pub(crate) async fn stand_in(&mut self, progress: &dyn Progress) -> Option<String> {
        match self.try_to_stand_in(progress).await {
            Ok(said) => said,
            Err(reason) => {
                warn!(%reason, "the last good vector could not be sent again");
                None
            }
        }
    }

    async fn try_to_stand_in(&mut self, progress: &dyn Progress) -> Result<Option<String>, String> {
        let words = |error: &dyn std::error::Error| chain_of(error);
        // A hash commit has one epoch in which it can be revealed, which does not wait for us.
        self.settle().await;
        let netuid = self.settings.netuid;
        let averages = self.store.averages(netuid).await;
        let averages = averages.map_err(|error| words(&error))?;
        if averages.is_empty() {
            debug!("nobody has been judged yet: there is no vector to send again");
            return Ok(None);
        }
        let snapshot = self.snapshot().await.map_err(|error| words(&error))?;
        let scores = scores_of(&averages);
        let plan = self.plan(&scores, &snapshot);
        let plan = plan.map_err(|error| words(&error))?;
        let rehearsal = self.rehearse(&plan).await.map_err(|error| words(&error))?;
        let head = rehearsal.at.number;
        let tempo = u64::from(snapshot.rules.tempo());
        // What state does not say is no reason to hold a vector back.
        let young = rehearsal
            .last_update
            .is_some_and(|last| head.since(last) < tempo);
        if young || rehearsal.waits.is_some() || !rehearsal.would_land() {
            return Ok(None);
        }
        let set = self.set(&scores, plan, "stand-in", progress).await;
        let (_, landing) = set.map_err(|error| words(&error))?;
        let said =
            format!("no new vector for a tempo: the last good one was sent again ({landing})");
        info!(%landing, "the last good vector was sent again");
        progress.note(Step::Message(&said));
        Ok(Some(said))
    }
}
