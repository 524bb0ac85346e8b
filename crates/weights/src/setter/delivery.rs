use axonry_chain::{
    Dispatch, ExtrinsicStatus, InvalidReason, PoolRejection, SignedExtrinsic, StatusStream,
    SubmitError,
};
use axonry_core::{Block, BlockHash, BlockNumber};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};
use tracing::{debug, info, warn};

use super::looking::{Seen, Target};
use super::patience::{Heads, Lost, patiently};
use super::{Landing, Rejection, Remedy, Setter};

/// What came of one extrinsic.
pub(super) enum Verdict {
    /// It is certain what became of it, and there is nothing more to do.
    Settled(Landing),
    /// It is certain that it did not land; another may, from a later block on.
    Again {
        reason: Rejection,
        from: BlockNumber,
    },
    /// Time is up, and it may still land.
    Open(Landing),
}

/// What to do next with one extrinsic.
enum Step {
    Submit,
    Follow(StatusStream),
    Verify(BlockHash),
    /// Look at state block by block; the same bytes are handed in again if they may never have
    /// arrived.
    Reconcile {
        resend: bool,
    },
}

impl Setter {
    /// Sends one extrinsic and finds out what became of it.
    pub(super) async fn deliver(
        &self,
        extrinsic: &SignedExtrinsic,
        target: &Target<'_>,
        heads: &mut Heads<'_>,
        deadline: Instant,
    ) -> Verdict {
        self.walk(Step::Submit, Some(extrinsic), target, heads, deadline)
            .await
    }

    /// Finds out what became of an extrinsic of which only the record is left.
    pub(super) async fn reconcile(
        &self,
        target: &Target<'_>,
        heads: &mut Heads<'_>,
        deadline: Instant,
    ) -> Verdict {
        let start = Step::Reconcile { resend: false };
        self.walk(start, None, target, heads, deadline).await
    }

    async fn walk(
        &self,
        mut step: Step,
        extrinsic: Option<&SignedExtrinsic>,
        target: &Target<'_>,
        heads: &mut Heads<'_>,
        deadline: Instant,
    ) -> Verdict {
        let valid_until = target.attempt.valid_until;
        let mut known = Landing::Unknown { valid_until };
        let mut look_from = target.attempt.birth.number;
        // Once an answer was lost, no later "no" of the pool proves that the first one did not enter.
        let mut certain = true;
        loop {
            step = match step {
                Step::Submit => {
                    let Some(extrinsic) = extrinsic else {
                        return Verdict::Open(known);
                    };
                    let limit = deadline.min(Instant::now() + self.settings.reads);
                    match timeout_at(limit, self.chain.submit(extrinsic)).await {
                        Ok(Ok(stream)) => Step::Follow(stream),
                        Ok(Err(SubmitError::Rejected(rejection))) if certain => {
                            match judged(rejection, target.attempt.birth.number) {
                                Some(verdict) => return verdict,
                                None => Step::Reconcile { resend: false },
                            }
                        }
                        Ok(Err(SubmitError::Rejected(rejection))) => {
                            debug!(%rejection, "the same extrinsic was not taken again");
                            Step::Reconcile { resend: false }
                        }
                        Ok(Err(error)) => {
                            warn!(%error, "looking into the chain's state");
                            certain = false;
                            Step::Reconcile { resend: true }
                        }
                        Err(_) => {
                            warn!("the node did not answer, looking into the chain's state");
                            certain = false;
                            Step::Reconcile { resend: true }
                        }
                    }
                }
                Step::Follow(stream) => {
                    certain = false;
                    self.follow(stream, &mut known, deadline).await
                }
                Step::Verify(block) => {
                    known = Landing::Finalized { block };
                    match self.verify(block, target, deadline).await {
                        Ok(Some(verdict)) => return verdict,
                        Ok(None) => Step::Reconcile { resend: false },
                        Err(_) => return Verdict::Open(known),
                    }
                }
                Step::Reconcile { resend } => {
                    let Ok(head) = heads.from(look_from, deadline).await else {
                        return Verdict::Open(known);
                    };
                    look_from = head.number.plus(1);
                    match self.look(target, head.hash, deadline).await {
                        Ok(Seen::Ours(number)) => {
                            let block = self.block(number, head, deadline).await;
                            return Verdict::Settled(Landing::VerifiedInState { block });
                        }
                        Ok(Seen::Committed(number)) => {
                            let block = self.block(number, head, deadline).await;
                            return Verdict::Settled(Landing::Committed { block });
                        }
                        Ok(Seen::Another) => {
                            let reason = Rejection::NotApplied { block: head.hash };
                            return Verdict::Settled(Landing::Rejected { reason });
                        }
                        Ok(Seen::Nothing) if head.number >= valid_until => {
                            return Verdict::Again {
                                reason: Rejection::Expired { valid_until },
                                from: head.number,
                            };
                        }
                        Ok(Seen::Nothing) if resend => Step::Submit,
                        Ok(Seen::Nothing) => Step::Reconcile { resend },
                        Err(_) => return Verdict::Open(known),
                    }
                }
            };
        }
    }

    /// Follows the node's words to the end of the stream.
    async fn follow(
        &self,
        mut stream: StatusStream,
        known: &mut Landing,
        deadline: Instant,
    ) -> Step {
        loop {
            let silence = deadline.min(Instant::now() + self.settings.stall);
            let status = match timeout_at(silence, stream.next()).await {
                Ok(Some(Ok(status))) => status,
                Ok(Some(Err(error))) => {
                    warn!(%error, "lost sight of the extrinsic, looking into the chain's state");
                    return Step::Reconcile { resend: false };
                }
                Ok(None) | Err(_) => return Step::Reconcile { resend: false },
            };
            debug!(?status, "the node says");
            match status {
                ExtrinsicStatus::InBlock(block) => *known = Landing::Included { block },
                ExtrinsicStatus::Finalized(block) => return Step::Verify(block),
                // The pool let go of it, and so another look may find room.
                ExtrinsicStatus::Dropped => return Step::Reconcile { resend: true },
                ExtrinsicStatus::Usurped
                | ExtrinsicStatus::Invalid
                | ExtrinsicStatus::FinalityTimeout(_) => {
                    return Step::Reconcile { resend: false };
                }
                // Ready, waiting, told to others, retracted: in the pool.
                _ => *known = Landing::Submitted,
            }
        }
    }

    /// Whether a finalized block did what was asked; `None` when it does not hold the extrinsic.
    async fn verify(
        &self,
        hash: BlockHash,
        target: &Target<'_>,
        deadline: Instant,
    ) -> Result<Option<Verdict>, Lost> {
        let dispatch = patiently(deadline, self.settings.pause, || {
            self.chain.dispatch(target.attempt.extrinsic, hash)
        });
        match dispatch.await? {
            Dispatch::NotInBlock => return Ok(None),
            Dispatch::Failed(failure) => {
                let again = Remedy::of(&failure.name).is_some_and(Remedy::tries_again);
                let reason = Rejection::Dispatch(failure);
                return Ok(Some(if again {
                    Verdict::Again {
                        reason,
                        from: target.attempt.birth.number.plus(1),
                    }
                } else {
                    Verdict::Settled(Landing::Rejected { reason })
                }));
            }
            // A reveal does not say in which block it was: the newest state is asked.
            Dispatch::Succeeded if target.reveals => return Ok(None),
            // Nothing is carried in anything here; should it be, state says what came of it.
            Dispatch::Succeeded | Dispatch::Partly(_) => {}
        }
        let landing = match self.look(target, hash, deadline).await? {
            Seen::Ours(number) => Landing::VerifiedInState {
                block: Block { number, hash },
            },
            Seen::Committed(number) => Landing::Committed {
                block: Block { number, hash },
            },
            Seen::Another | Seen::Nothing => Landing::Rejected {
                reason: Rejection::NotApplied { block: hash },
            },
        };
        Ok(Some(Verdict::Settled(landing)))
    }

    /// The block at a height, or the one that showed the weights where it cannot be told.
    async fn block(&self, number: BlockNumber, shown: Block, deadline: Instant) -> Block {
        let hash = patiently(deadline, self.settings.pause, || {
            self.chain.block_hash(number)
        });
        match hash.await {
            Ok(hash) => Block { number, hash },
            Err(lost) => {
                info!(
                    ?lost,
                    "the hash of the block that included the weights is not known"
                );
                shown
            }
        }
    }
}

/// What the pool's "no" to a first submission means; `None` when something of ours is pending.
fn judged(rejection: PoolRejection, signed_at: BlockNumber) -> Option<Verdict> {
    let again = match &rejection {
        PoolRejection::AlreadyImported | PoolRejection::PriorityTooLow => return None,
        PoolRejection::Invalid(reason) => match reason {
            InvalidReason::Stale
            | InvalidReason::Future
            | InvalidReason::BadProof
            | InvalidReason::AncientBirthBlock
            // The rate limit, a reveal round gone by, a reveal before its window.
            | InvalidReason::Custom(6 | 15 | 17) => true,
            _ => false,
        },
        _ => true,
    };
    let reason = Rejection::Pool(rejection);
    Some(if again {
        Verdict::Again {
            reason,
            from: signed_at.plus(1),
        }
    } else {
        Verdict::Settled(Landing::Rejected { reason })
    })
}
