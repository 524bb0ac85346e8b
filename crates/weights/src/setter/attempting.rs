use axonry_core::BlockNumber;
use tokio::time::Instant;
use tracing::{info, warn};

use super::delivery::Verdict;
use super::looking::Target;
use super::patience::{Heads, patiently};
use super::preflight::Ready;
use super::{Intent, IntentId, Landing, Rejection, SetError, Setter};
use crate::Plan;

impl Setter {
    pub(super) async fn attempt(
        &self,
        plan: &Plan,
        round: u64,
        heads: &mut Heads<'_>,
        deadline: Instant,
    ) -> Result<Landing, SetError> {
        let mut open: Option<(IntentId, Rejection)> = None;
        let mut from = BlockNumber(0);
        for number in 1..=self.settings.attempts.get() {
            let signed = match self.preflight(plan, round, from, heads, deadline).await {
                Ok(ready) => {
                    let signed = match number {
                        1 => self.alone(plan, &ready, deadline).await,
                        _ => Ok(()),
                    };
                    let signed = match signed {
                        Ok(()) => self.sign(plan, &ready, deadline).await,
                        Err(error) => Err(error),
                    };
                    signed.map(|(extrinsic, attempt)| (extrinsic, attempt, ready.epoch))
                }
                Err(error) => Err(error),
            };
            let (extrinsic, attempt, epoch) = match signed {
                Ok(signed) => signed,
                Err(error) => return self.give_up(error, open).await,
            };
            let id = match &open {
                Some((id, _)) => {
                    self.journal.attempt(*id, &attempt).await?;
                    *id
                }
                None => {
                    let intent = Intent {
                        hotkey: self.hotkey(),
                        netuid: plan.netuid(),
                        mechanism: plan.mechanism(),
                        round,
                        epoch,
                        weights: plan.weights().clone(),
                        attempt,
                    };
                    self.journal.record(&intent).await?
                }
            };
            info!(number, extrinsic = %attempt.extrinsic, nonce = attempt.nonce, "submitting");
            let target = Target {
                netuid: plan.netuid(),
                mechanism: plan.mechanism(),
                weights: plan.weights(),
                attempt,
                reveals: false,
            };
            self.trace.forget_nonce();
            match self.deliver(&extrinsic, &target, heads, deadline).await {
                Verdict::Settled(landing) | Verdict::Open(landing) => {
                    self.remember(&landing, &target);
                    info!(outcome = %landing, weights = plan.weights().len(), "weights");
                    return Ok(self.conclude(id, landing).await);
                }
                Verdict::Again { reason, from: next } => {
                    warn!(%reason, number, "the extrinsic did not land");
                    open = Some((id, reason));
                    from = next;
                }
            }
        }
        let (id, reason) = open.expect("there is at least one attempt, and a failed one says why");
        Ok(self.conclude(id, Landing::Rejected { reason }).await)
    }

    /// Ends where no further extrinsic can be signed.
    ///
    /// Every attempt before was certain not to land, so the outcome of them all is certain as well.
    async fn give_up(
        &self,
        error: SetError,
        open: Option<(IntentId, Rejection)>,
    ) -> Result<Landing, SetError> {
        let Some((id, last)) = open else {
            return Err(error);
        };
        warn!(%error, "not trying again");
        let reason = match error {
            SetError::Refused(refusal) => Rejection::Refused(refusal),
            _ => last,
        };
        Ok(self.conclude(id, Landing::Rejected { reason }).await)
    }

    /// Whether nobody else has signed with the hotkey since our last extrinsic.
    async fn alone(&self, plan: &Plan, ready: &Ready, deadline: Instant) -> Result<(), SetError> {
        let reads = deadline.min(Instant::now() + self.settings.reads);
        let account = self.signer.account();
        let nonce = patiently(reads, self.settings.pause, || {
            self.chain.next_nonce(account)
        });
        let place = (plan.netuid(), plan.mechanism());
        self.trace
            .check(place, ready.uid, ready.last_update, nonce.await?)
            .map_err(SetError::Refused)
    }
}
