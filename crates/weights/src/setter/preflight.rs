use axonry_chain::{EpochClock, Hyperparameters, Metagraph};
use axonry_core::{Block, BlockNumber, Hotkey, MechId, Uid};
use tokio::time::Instant;
use tracing::{info, warn};

use super::patience::{Heads, Lost, patiently};
use super::{Path, Refusal, SetError, Setter};
use crate::{Plan, first_legal_block, reveal_block};

/// What an extrinsic is signed on: state of one block that says it will land.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ready {
    pub(super) head: Block,
    pub(super) uid: Uid,
    pub(super) last_update: BlockNumber,
    pub(super) epoch: Option<u64>,
    #[cfg_attr(
        not(feature = "timelock"),
        expect(dead_code, reason = "only sealing looks that far ahead")
    )]
    pub(super) epochs: EpochClock,
    #[cfg_attr(
        not(feature = "timelock"),
        expect(dead_code, reason = "only sealing looks that far ahead")
    )]
    pub(super) reveal_period: u64,
    pub(super) path: Path,
    pub(super) era: u64,
}

/// The first block of the epoch that a call in the block after `head` belongs to, and of the next.
fn bounds(epochs: &EpochClock, head: BlockNumber) -> Option<(BlockNumber, BlockNumber)> {
    let next = head.plus(1);
    Some(match epochs {
        EpochClock::Formula(_) => (
            reveal_block(epochs, 0, next)?,
            reveal_block(epochs, 1, next)?,
        ),
        EpochClock::Stateful(state) => {
            let since = match state.runs_in(next) {
                true => next,
                false => state.last_epoch_block,
            };
            // This clock looks ahead from the block it was read at by itself.
            (since, reveal_block(epochs, 1, head)?)
        }
    })
}

/// For how many blocks an extrinsic is valid: as set, and not beyond its epoch where that has room.
///
/// What lands an epoch late takes the place of the vector that is made for it.
pub(super) fn era(wanted: u64, epochs: &EpochClock, head: BlockNumber) -> u64 {
    let Some((_, next)) = bounds(epochs, head) else {
        return wanted;
    };
    match next.since(head).checked_ilog2() {
        Some(room @ 2..) => wanted.min(1 << room),
        _ => wanted,
    }
}

impl Setter {
    /// Reads everything that decides at one block, and waits for the first legal one.
    ///
    /// Nothing is read before the block `from`.
    pub(super) async fn preflight(
        &self,
        plan: &Plan,
        round: u64,
        mut from: BlockNumber,
        heads: &mut Heads<'_>,
        deadline: Instant,
    ) -> Result<Ready, SetError> {
        let patience = deadline.min(Instant::now() + self.settings.patience);
        loop {
            let reads = deadline.min(Instant::now() + self.settings.reads);
            // Waiting for a block takes as long as blocks take; asking for the head does not.
            let until = if from.0 == 0 { reads } else { deadline };
            let head = heads.from(from, until).await?;
            let (netuid, pause) = (plan.netuid(), self.settings.pause);
            let rules = patiently(reads, pause, || {
                self.chain.hyperparameters(netuid, head.hash)
            });
            let rules = rules.await?;
            let metagraph = patiently(reads, pause, || self.chain.metagraph(netuid, head));
            let metagraph = metagraph.await?;
            let updates = patiently(reads, pause, || {
                self.chain.last_updates(netuid, plan.mechanism(), head.hash)
            });
            let updates = updates.await?;

            let hotkey = Hotkey::from(self.signer.account());
            let path = Path::choose(&rules, self.settings.commits).map_err(SetError::Refused)?;
            let uid = check(plan, hotkey, self.settings.version_key, &rules, &metagraph)
                .map_err(SetError::Refused)?;
            let last_update = updates.get(usize::from(uid.0)).copied().unwrap_or_default();
            let next = head.number.plus(1);
            let epoch = rules.epochs.epoch_of(next);
            let limit = first_legal_block(last_update, rules.weights_rate_limit);
            let wait = if next < limit {
                let head = head.number;
                let first_legal = limit;
                Some((limit, Refusal::RateLimited { first_legal, head }))
            } else {
                self.after_epoch(plan, round, &rules, head).await?
            };
            let Some((first, refusal)) = wait else {
                return Ok(Ready {
                    head,
                    uid,
                    last_update,
                    epoch,
                    epochs: rules.epochs,
                    reveal_period: rules.reveal_period_epochs,
                    path,
                    era: era(self.settings.era, &rules.epochs, head.number),
                });
            };
            info!(head = head.number.0, first = first.0, %refusal, "waiting");
            from = match heads.from(BlockNumber(first.0 - 1), patience).await {
                Ok(block) => block.number,
                Err(Lost::Failed(error)) => return Err(SetError::Chain(error)),
                Err(Lost::Deadline) => return Err(SetError::Refused(refusal)),
            };
        }
    }

    /// The block to wait for when this epoch has a vector of another round already.
    pub(super) async fn after_epoch(
        &self,
        plan: &Plan,
        round: u64,
        rules: &Hyperparameters,
        head: Block,
    ) -> Result<Option<(BlockNumber, Refusal)>, SetError> {
        let place = (plan.netuid(), plan.mechanism());
        let epoch = rules.epochs.epoch_of(head.number.plus(1));
        let (Some(epoch), Some((since, next))) = (epoch, bounds(&rules.epochs, head.number)) else {
            return Ok(None);
        };
        let taken = self.journal.taken(self.hotkey(), place, since, round);
        let refusal = Refusal::EpochTaken { epoch, next };
        Ok(taken.await?.then_some((next, refusal)))
    }
}

/// The chain's own checks, in its order, on state of one block
/// (`opentensor/subtensor`, `pallets/subtensor/src/subnets/weights.rs`, `do_set_weights`).
pub(super) fn check(
    plan: &Plan,
    hotkey: Hotkey,
    version_key: u64,
    rules: &Hyperparameters,
    metagraph: &Metagraph,
) -> Result<Uid, Refusal> {
    let netuid = plan.netuid();
    if netuid.0 == 0 {
        return Err(Refusal::RootSubnet);
    }
    if plan.mechanism() != MechId(0) && plan.mechanism().0 >= rules.mechanism_count {
        return Err(Refusal::NoMechanism {
            netuid,
            mechanism: plan.mechanism(),
            count: rules.mechanism_count,
        });
    }
    let neuron = metagraph
        .of(&hotkey)
        .ok_or(Refusal::NotRegistered { hotkey, netuid })?;
    if version_key < rules.weights_version_key {
        return Err(Refusal::VersionKey {
            netuid,
            needed: rules.weights_version_key,
            ours: version_key,
        });
    }
    let on_itself = matches!(plan.weights().as_slice(), [(uid, _)] if *uid == neuron.uid);
    if !neuron.validator_permit && !on_itself {
        return Err(Refusal::NoPermit { hotkey, netuid });
    }
    let moved = plan.moved(metagraph);
    if !moved.is_empty() {
        return Err(Refusal::PlanOutdated(moved));
    }
    // The chain weighs inherited stake and TAO in as well, and lets the subnet's owner pass, none of
    // which a metagraph shows. So this is no refusal: the pool answers with custom error 1.
    if neuron.stake.base_units() < rules.stake_threshold {
        warn!(
            stake = %neuron.stake,
            threshold = rules.stake_threshold,
            "the stake in the subnet alone is below what setting weights needs"
        );
    }
    Ok(neuron.uid)
}

impl From<Lost> for SetError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Failed(error) => Self::Chain(error),
            Lost::Deadline => Self::Deadline,
        }
    }
}
