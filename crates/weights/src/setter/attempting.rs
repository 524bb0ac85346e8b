use axonry_chain::SignedExtrinsic;
use axonry_core::BlockNumber;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use super::delivery::Verdict;
use super::looking::Target;
use super::patience::{Heads, LONGEST_PAUSE, patiently};
use super::preflight::Ready;
use super::{Attempt, Intent, IntentId, Landing, Rejection, SetError, Setter};
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
            let signed = self.signed_on(plan, round, from, number, heads, deadline);
            let (extrinsic, attempt, epoch) = match signed.await {
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

    /// Signs the plan on the newest state, through lost connections: nothing is pending yet, so as
    /// long as there is time an epoch is not given up for them.
    async fn signed_on(
        &self,
        plan: &Plan,
        round: u64,
        from: BlockNumber,
        number: u8,
        heads: &mut Heads<'_>,
        deadline: Instant,
    ) -> Result<(SignedExtrinsic, Attempt, Option<u64>), SetError> {
        let mut pause = self.settings.pause;
        loop {
            let signed = async {
                let ready = self.preflight(plan, round, from, heads, deadline).await?;
                if number == 1 {
                    self.alone(plan, &ready, deadline).await?;
                }
                let (extrinsic, attempt) = self.sign(plan, &ready, deadline).await?;
                Ok((extrinsic, attempt, ready.epoch))
            };
            let error = match signed.await {
                Err(error @ (SetError::Chain(_) | SetError::Deadline)) if error.is_transient() => {
                    error
                }
                signed => return signed,
            };
            if Instant::now() + pause > deadline {
                return Err(error);
            }
            warn!(%error, ?pause, "starting over");
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
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
