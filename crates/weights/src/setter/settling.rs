use std::time::Duration;

use axonry_chain::Metagraph;
use axonry_core::{Block, Hotkey, MechId, NetUid, Uid};
use tokio::time::Instant;
use tracing::{error, info};

use super::delivery::Verdict;
use super::looking::Target;
use super::patience::{Heads, patiently};
use super::{Carrier, Intent, IntentId, Landing, SetError, Setter};

impl Setter {
    /// Finds out what became of everything that earlier calls or processes left open, in any subnet.
    ///
    /// # Errors
    /// [`SetError::Journal`] when the journal cannot be read.
    pub async fn recover(&mut self) -> Result<Vec<(Intent, Landing)>, SetError> {
        let deadline = Instant::now() + self.settings.deadline;
        let mut heads = self.heads();
        let mut recovered = Vec::new();
        for (id, intent) in self.journal.unfinished(self.hotkey()).await? {
            let landing = self.settle(id, &intent, &mut heads, deadline).await;
            recovered.push((intent, landing));
        }
        Ok(recovered)
    }

    /// Stays with the vector of a round until its commit has been revealed and the weights are read
    /// in state, or it is certain that they will not be.
    ///
    /// `None` when nothing of that round is open. What is still open at the deadline stays so in the
    /// journal.
    ///
    /// # Errors
    /// [`SetError::Journal`] when the journal cannot be read.
    pub async fn see_through(
        &mut self,
        netuid: NetUid,
        mechanism: MechId,
        round: u64,
        within: Duration,
    ) -> Result<Option<Landing>, SetError> {
        let deadline = Instant::now() + within;
        let mut heads = self.heads();
        let open = self.journal.unfinished(self.hotkey()).await?;
        let found = open.into_iter().find(|(_, intent)| {
            (intent.netuid, intent.mechanism, intent.round) == (netuid, mechanism, round)
        });
        let Some((id, intent)) = found else {
            return Ok(None);
        };
        let mut from = intent.attempt.birth.number;
        loop {
            let landing = self.settle(id, &intent, &mut heads, deadline).await;
            if !landing.is_committed() {
                return Ok(Some(landing));
            }
            match heads.from(from, deadline).await {
                Ok(head) => from = head.number.plus(1),
                Err(_) => return Ok(Some(landing)),
            }
            if Instant::now() >= deadline {
                return Ok(Some(landing));
            }
        }
    }

    /// The uids of an intent whose hotkey at `at` is another than when it was signed, with the hotkey
    /// they were meant for: a committed vector cannot be changed any more, so its reveal pays
    /// strangers.
    ///
    /// # Errors
    /// [`SetError::Chain`] when either block's neurons cannot be read; a node that keeps little
    /// history does not have the first.
    pub async fn changed_hands(
        &self,
        intent: &Intent,
        at: Block,
    ) -> Result<Vec<(Uid, Hotkey)>, SetError> {
        let reads = Instant::now() + self.settings.reads;
        let (netuid, pause) = (intent.netuid, self.settings.pause);
        let signed = intent.attempt.birth;
        let then = patiently(reads, pause, || self.chain.metagraph(netuid, signed)).await?;
        let now = patiently(reads, pause, || self.chain.metagraph(netuid, at)).await?;
        let owner = |metagraph: &Metagraph, uid| Some(metagraph.neuron(uid)?.hotkey);
        let moved = intent.weights.uids().filter_map(|uid| {
            let meant = owner(&then, uid)?;
            (owner(&now, uid) != Some(meant)).then_some((uid, meant))
        });
        Ok(moved.collect())
    }

    pub(super) async fn settle(
        &self,
        id: IntentId,
        intent: &Intent,
        heads: &mut Heads<'_>,
        deadline: Instant,
    ) -> Landing {
        let target = Target {
            netuid: intent.netuid,
            mechanism: intent.mechanism,
            weights: &intent.weights,
            attempt: intent.attempt,
            reveals: false,
        };
        let landing = match intent.attempt.carrier {
            Carrier::Plain => match self.reconcile(&target, heads, deadline).await {
                Verdict::Settled(landing) | Verdict::Open(landing) => landing,
                Verdict::Again { reason, .. } => Landing::Rejected { reason },
            },
            _ => self.see_commit(intent, heads, deadline).await,
        };
        self.remember(&landing, &target);
        if landing.is_committed() {
            // Nothing new: it stays open as it is.
            return landing;
        }
        info!(round = intent.round, outcome = %landing, "settled an earlier vector");
        self.conclude(id, landing).await
    }

    /// Keeps in mind what an extrinsic of ours has left behind.
    pub(super) fn remember(&self, landing: &Landing, target: &Target<'_>) {
        let block = match landing {
            Landing::VerifiedInState { block } | Landing::Committed { block } => block.number,
            _ => return,
        };
        self.trace.used(target.attempt.nonce);
        let place = (target.netuid, target.mechanism);
        self.trace.updated(place, &target.attempt, block);
    }

    /// What is true stays true if it cannot be written down: the next start finds it in state again.
    pub(super) async fn conclude(&self, id: IntentId, landing: Landing) -> Landing {
        if let Err(error) = self.journal.conclude(id, &landing).await {
            error!(%error, outcome = %landing, "the outcome could not be written down");
        }
        landing
    }
}
