use axonry_chain::{Call, HashCommit, Hyperparameters, InvalidReason, PoolRejection, RevealWindow};
use axonry_core::Block;
use tokio::time::Instant;
use tracing::{error, info, warn};

use super::carrier::preimage;
use super::delivery::Verdict;
use super::looking::Target;
use super::patience::{Heads, Lost, patiently};
use super::{Attempt, Carrier, Intent, Landing, Rejection, Setter};

impl Setter {
    /// Brings a commit as far as it goes now: sees whether it is on chain, reveals it if that is due
    /// and ours to do, and reads the weights once it is gone.
    pub(super) async fn see_commit(
        &self,
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
        let landing = match self.reconcile(&target, heads, deadline).await {
            Verdict::Settled(landing) | Verdict::Open(landing) => landing,
            Verdict::Again { reason, .. } => Landing::Rejected { reason },
        };
        let (head, rules) = match self.rules(intent, heads, deadline).await {
            Ok(read) => read,
            Err(lost) => {
                warn!(?lost, "the commit's epoch could not be read");
                return landing;
            }
        };
        let next = head.number.plus(1);
        let now = rules.epochs.epoch_of(next);
        let due = intent.attempt.carrier.epoch().unwrap_or_default() + rules.reveal_period_epochs;
        match landing {
            Landing::Committed { block } => {
                let commit = HashCommit {
                    hash: [0; 32],
                    block: block.number,
                    epoch: intent.attempt.carrier.epoch(),
                };
                let window = commit.window(&rules.epochs, rules.reveal_period_epochs, next);
                match (intent.attempt.carrier, window) {
                    (Carrier::Hash { .. }, Some(RevealWindow::Open)) => {
                        self.reveal(intent, head, heads, deadline).await
                    }
                    // Signed in one epoch and included in the next: due an epoch later.
                    (Carrier::Hash { .. }, Some(RevealWindow::Expired)) if now == Some(due + 1) => {
                        self.reveal(intent, head, heads, deadline).await
                    }
                    (Carrier::Hash { .. }, Some(RevealWindow::Expired)) => {
                        not_seen(due, "the commit was not revealed in its epoch")
                    }
                    (Carrier::Timelocked { round, .. }, Some(RevealWindow::Expired)) => {
                        error!(
                            round,
                            "the reveal is overdue: is the pulse missing on chain?"
                        );
                        landing
                    }
                    _ => landing,
                }
            }
            // What has left the list in time has been opened, or dropped without a word.
            Landing::Rejected {
                reason: Rejection::NotApplied { .. },
            } if now.is_some_and(|now| now >= due) => not_seen(
                due,
                "the chain dropped the commit, or another one followed it",
            ),
            landing => landing,
        }
    }

    async fn rules(
        &self,
        intent: &Intent,
        heads: &mut Heads<'_>,
        deadline: Instant,
    ) -> Result<(Block, Hyperparameters), Lost> {
        let head = heads.from(intent.attempt.birth.number, deadline).await?;
        let rules = patiently(deadline, self.settings.pause, || {
            self.chain.hyperparameters(intent.netuid, head.hash)
        });
        Ok((head, rules.await?))
    }

    /// Reveals a hash commit. Revealing twice does no harm, so nothing is written down first.
    async fn reveal(
        &self,
        intent: &Intent,
        mut head: Block,
        heads: &mut Heads<'_>,
        deadline: Instant,
    ) -> Landing {
        let waiting = Landing::Committed {
            block: intent.attempt.birth,
        };
        let Carrier::Hash {
            salt, version_key, ..
        } = intent.attempt.carrier
        else {
            return waiting;
        };
        let place = (intent.netuid, intent.mechanism);
        let committed = preimage(
            intent.hotkey,
            place,
            &intent.weights,
            &salt.expose(),
            version_key,
        );
        let call = Call::RevealWeights {
            netuid: intent.netuid,
            mechanism: intent.mechanism,
            weights: intent.weights.clone(),
            salt: committed.salt,
            version_key: committed.version_key,
        };
        match self.changed_hands(intent, head).await {
            Ok(moved) if moved.is_empty() => {}
            Ok(moved) => warn!(?moved, "slots changed hands between commit and reveal"),
            Err(error) => warn!(%error, "whether slots changed hands meanwhile is not known"),
        }
        for number in 1..=self.settings.attempts.get() {
            let extrinsic = match self.signed(&call, head, self.settings.era, deadline).await {
                Ok(extrinsic) => extrinsic,
                Err(error) => {
                    warn!(%error, "the reveal could not be signed");
                    return waiting;
                }
            };
            info!(number, extrinsic = %extrinsic.hash, "revealing");
            let target = Target {
                netuid: intent.netuid,
                mechanism: intent.mechanism,
                weights: &intent.weights,
                attempt: Attempt {
                    extrinsic: extrinsic.hash,
                    nonce: extrinsic.nonce,
                    birth: head,
                    valid_until: extrinsic.valid_until,
                    ..intent.attempt
                },
                reveals: true,
            };
            self.trace.forget_nonce();
            match self.deliver(&extrinsic, &target, heads, deadline).await {
                // Revealed or dropped already: once that is final, state says which.
                Verdict::Settled(landing) if is_gone(&landing) => return waiting,
                Verdict::Settled(landing) => {
                    if landing.is_verified() {
                        self.trace.used(extrinsic.nonce);
                    }
                    return landing;
                }
                Verdict::Open(_) => return waiting,
                Verdict::Again { reason, from } => {
                    warn!(%reason, number, "the reveal did not land");
                    match heads.from(from, deadline).await {
                        Ok(next) => head = next,
                        Err(_) => return waiting,
                    }
                }
            }
        }
        waiting
    }
}

/// Whether the chain knows no such commit any more, though the last final block still had it.
fn is_gone(landing: &Landing) -> bool {
    match landing {
        Landing::Rejected {
            reason: Rejection::Pool(PoolRejection::Invalid(InvalidReason::Custom(16))),
        } => true,
        Landing::Rejected {
            reason: Rejection::Dispatch(failure),
        } => failure.name == "NoWeightsCommitFound",
        _ => false,
    }
}

fn not_seen(epoch: u64, why: &'static str) -> Landing {
    error!(
        epoch,
        why, "weights were committed and never came into force"
    );
    let reason = Rejection::RevealNotSeen { epoch };
    Landing::Rejected { reason }
}
