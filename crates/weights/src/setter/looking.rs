use axonry_chain::EpochClock;
use axonry_core::{BlockHash, BlockNumber, MechId, NetUid, Weights};
use tokio::time::Instant;

use super::carrier::preimage;
use super::patience::{Lost, patiently};
use super::signing::digest;
use super::{Attempt, Carrier, Setter};

/// In so many epochs an extrinsic is looked for at the most; an era of 64 blocks spans that many of
/// four blocks each.
const MOST_EPOCHS: u64 = 16;

/// What is to be seen in state when an extrinsic has done its work.
pub(super) struct Target<'a> {
    pub(super) netuid: NetUid,
    pub(super) mechanism: MechId,
    pub(super) weights: &'a Weights,
    pub(super) attempt: Attempt,
    /// Whether it reveals the commit that the attempt made, rather than making it.
    pub(super) reveals: bool,
}

/// What state says at one block.
pub(super) enum Seen {
    /// The vector, set in this block, or in one before where a reveal does not tell.
    Ours(BlockNumber),
    /// The commit, made in this block.
    Committed(BlockNumber),
    /// Another vector, set since.
    Another,
    /// Nothing new.
    Nothing,
}

impl Setter {
    pub(super) async fn look(
        &self,
        target: &Target<'_>,
        at: BlockHash,
        deadline: Instant,
    ) -> Result<Seen, Lost> {
        if let Some(block) = self.pending(target, at, deadline).await? {
            return Ok(match target.reveals {
                true => Seen::Nothing,
                false => Seen::Committed(block),
            });
        }
        let (netuid, mechanism, uid) = (target.netuid, target.mechanism, target.attempt.uid);
        let updates = patiently(deadline, self.settings.pause, || {
            self.chain.last_updates(netuid, mechanism, at)
        });
        let updates = updates.await?;
        let updated = updates.get(usize::from(uid.0)).copied();
        let Some(updated) = updated.filter(|&block| block > target.attempt.last_update) else {
            return Ok(Seen::Nothing);
        };
        let stored = patiently(deadline, self.settings.pause, || {
            self.chain.weights(netuid, mechanism, uid, at)
        });
        Ok(if stored.await? == target.weights.as_slice() {
            Seen::Ours(updated)
        } else {
            Seen::Another
        })
    }

    /// The block of our commit, as long as it waits to be revealed.
    async fn pending(
        &self,
        target: &Target<'_>,
        at: BlockHash,
        deadline: Instant,
    ) -> Result<Option<BlockNumber>, Lost> {
        let place @ (netuid, mechanism) = (target.netuid, target.mechanism);
        let (hotkey, pause) = (self.hotkey(), self.settings.pause);
        match target.attempt.carrier {
            Carrier::Plain => Ok(None),
            Carrier::Hash {
                salt, version_key, ..
            } => {
                let salt = salt.expose();
                let hash = preimage(hotkey, place, target.weights, &salt, version_key).hash();
                let commits = patiently(deadline, pause, || {
                    self.chain.hash_commits(netuid, mechanism, hotkey, at)
                });
                let commits = commits.await?;
                let ours = commits.into_iter().find(|commit| commit.hash == hash);
                Ok(ours.map(|commit| commit.block))
            }
            Carrier::Timelocked {
                digest: ours,
                epoch,
                ..
            } => {
                // It was signed in this epoch, and may have been included in any until it expired: an
                // era spans several short ones.
                let rules = patiently(deadline, pause, || self.chain.hyperparameters(netuid, at));
                let epochs = rules.await?.epochs;
                let valid_until = target.attempt.valid_until;
                let last = epochs.epoch_of(valid_until);
                // Where epochs are not known ahead, the one under way is the last that there can be.
                let last = last.or(match &epochs {
                    EpochClock::Stateful(epochs) => Some(epochs.epoch_index.saturating_add(1)),
                    EpochClock::Formula(_) => None,
                });
                let next = epoch.saturating_add(1);
                let last = last
                    .unwrap_or(next)
                    .clamp(next, epoch.saturating_add(MOST_EPOCHS));
                for epoch in epoch..=last {
                    let commits = patiently(deadline, pause, || {
                        self.chain.timelocked_commits(netuid, mechanism, epoch, at)
                    });
                    let commits = commits.await?;
                    let found = commits
                        .iter()
                        .find(|commit| commit.hotkey == hotkey && digest(&commit.sealed) == ours);
                    if let Some(commit) = found {
                        return Ok(Some(commit.block));
                    }
                }
                Ok(None)
            }
        }
    }
}
