//! One extrinsic at a time, from its nonce to the pool's word.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axonry_chain::{
    Call, Chain, ChainError, InvalidReason, Mortality, PoolRejection, SignedExtrinsic,
    StatusStream, SubmitError,
};
use axonry_core::Block;
use tokio::time::{Instant, sleep};
use tracing::debug;

use super::watch::watched;
use super::{AccountError, Inner, Outcome, State, Submitted, outcome};

/// What the pool's refusal says about the next attempt.
enum Refusal {
    /// The nonce was another's: ask for the next one.
    Nonce,
    /// Signed for a runtime or a block that is no longer in force.
    Birth,
    /// The call itself, or the moment.
    Final,
}

/// What has become of something whose answer was lost.
enum Settled {
    /// The pool has it or had it.
    Taken(Option<StatusStream>),
    /// It never got in and never will: the nonce is free.
    Refused(PoolRejection),
    /// It is nowhere and its nonce is free, but a copy may still be on its way.
    Open,
}

impl Inner {
    pub(super) async fn submit(&self, call: &Call) -> Result<Submitted, AccountError> {
        let mut state = self.turn.lock().await;
        if let Some(extrinsic) = state.unsettled.clone() {
            // Without knowing what became of the last one, no nonce is certain.
            self.settle(&mut state, &extrinsic, None)
                .await
                .map_err(|source| {
                    AccountError::NotSent(source.unwrap_or_else(|| undecided(&extrinsic)))
                })?;
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            let extrinsic = self.signed(&mut state, call).await;
            let extrinsic = extrinsic.map_err(AccountError::NotSent)?;
            let settled = self.hand_in(&mut state, &extrinsic).await?;
            let rejection = match settled {
                Settled::Open => {
                    let source = None;
                    return Err(AccountError::Unsettled { extrinsic, source });
                }
                Settled::Taken(statuses) => {
                    let gap = Arc::clone(&self.gap);
                    let statuses = statuses.map(|statuses| watched(statuses, gap));
                    return Ok(Submitted {
                        extrinsic,
                        statuses,
                    });
                }
                Settled::Refused(rejection) => rejection,
            };
            debug!(nonce = extrinsic.nonce, %rejection, attempts, "an extrinsic was refused");
            let again = match refusal(&rejection) {
                Refusal::Nonce => {
                    state.next = None;
                    true
                }
                Refusal::Birth => state.birth.take().is_some(),
                Refusal::Final => false,
            };
            if !again || attempts >= self.settings.attempts {
                return Err(AccountError::Refused {
                    nonce: extrinsic.nonce,
                    rejection,
                });
            }
        }
    }

    /// Signs a call with the nonce whose turn it is; the nonce is not used up by that.
    async fn signed(&self, state: &mut State, call: &Call) -> Result<SignedExtrinsic, ChainError> {
        if self.gap.swap(false, Ordering::Relaxed) {
            state.next = None;
        }
        let nonce = match state.next {
            Some(nonce) => nonce,
            None => {
                let asked = self.chain.next_nonce(self.signer.account()).await;
                // What made us ask is still there.
                *state.next.insert(asked?)
            }
        };
        let mortality = Mortality {
            birth: self.birth(state).await?,
            period: self.settings.period,
        };
        let signer = &*self.signer;
        self.chain.sign(call, signer, nonce, mortality).await
    }

    async fn birth(&self, state: &mut State) -> Result<Block, ChainError> {
        match state.birth {
            Some((block, asked)) if asked.elapsed() < self.settings.birth_lasts => Ok(block),
            _ => {
                let block = self.chain.head().await?;
                state.birth = Some((block, Instant::now()));
                Ok(block)
            }
        }
    }

    /// Hands an extrinsic in, as often as it takes to know what came of it.
    async fn hand_in(
        &self,
        state: &mut State,
        extrinsic: &SignedExtrinsic,
    ) -> Result<Settled, AccountError> {
        state.unsettled = Some(extrinsic.clone());
        let lost = match self.chain.submit(extrinsic).await {
            Ok(statuses) => return Ok(self.taken(state, extrinsic, Some(statuses))),
            // Nobody else has these bytes: the pool's word is the last one.
            Err(SubmitError::Rejected(PoolRejection::AlreadyImported)) => {
                return Ok(self.taken(state, extrinsic, None));
            }
            Err(SubmitError::Rejected(rejection)) => {
                state.unsettled = None;
                return Ok(Settled::Refused(rejection));
            }
            Err(SubmitError::Unknown(lost)) => lost,
            Err(_) => undecided(extrinsic),
        };
        debug!(nonce = extrinsic.nonce, %lost, "the pool's answer was lost");
        self.settle(state, extrinsic, Some(lost))
            .await
            .map_err(|source| AccountError::Unsettled {
                extrinsic: extrinsic.clone(),
                source,
            })
    }

    fn taken(
        &self,
        state: &mut State,
        extrinsic: &SignedExtrinsic,
        statuses: Option<StatusStream>,
    ) -> Settled {
        state.unsettled = None;
        state.next = Some(extrinsic.nonce + 1);
        Settled::Taken(statuses)
    }

    /// Finds out what became of an extrinsic that was handed in without an answer.
    ///
    /// The same bytes are handed in again. They cannot do anything twice; and should the first copy
    /// still be on its way, it finds the second one there.
    async fn settle(
        &self,
        state: &mut State,
        extrinsic: &SignedExtrinsic,
        mut lost: Option<ChainError>,
    ) -> Result<Settled, Option<ChainError>> {
        let deadline = Instant::now() + self.settings.patience;
        loop {
            match self.chain.submit(extrinsic).await {
                Ok(statuses) => return Ok(self.taken(state, extrinsic, Some(statuses))),
                Err(SubmitError::Rejected(PoolRejection::AlreadyImported)) => {
                    return Ok(self.taken(state, extrinsic, None));
                }
                // A copy may have been taken before, and what the pool says now be true of a second
                // one only: state has the last word.
                Err(SubmitError::Rejected(rejection)) => {
                    match self.in_state(extrinsic, rejection).await {
                        Ok(Some(Settled::Taken(_))) => {
                            return Ok(self.taken(state, extrinsic, None));
                        }
                        Ok(Some(not_taken)) => {
                            state.unsettled = None;
                            state.next = None;
                            return Ok(not_taken);
                        }
                        Ok(None) => {}
                        Err(error) => lost = Some(error),
                    }
                }
                Err(SubmitError::Unknown(error)) => lost = Some(error),
                Err(_) => {}
            }
            if Instant::now() + self.settings.pause >= deadline {
                return Err(lost);
            }
            sleep(self.settings.pause).await;
        }
    }

    /// What state says of an extrinsic that the pool refused at its second coming; `None` for not
    /// yet.
    async fn in_state(
        &self,
        extrinsic: &SignedExtrinsic,
        rejection: PoolRejection,
    ) -> Result<Option<Settled>, ChainError> {
        let chain: &dyn Chain = &*self.chain;
        let next = chain.next_nonce(extrinsic.account).await?;
        let found = outcome::of(chain, extrinsic, self.settings.period).await?;
        Ok(match found {
            Outcome::Included { .. } => Some(Settled::Taken(None)),
            Outcome::Never => Some(Settled::Refused(rejection)),
            // Should a copy arrive after all, it finds its nonce taken, or takes it from another
            // one, which is then signed anew: nothing is done twice.
            Outcome::Pending if next <= extrinsic.nonce => Some(Settled::Open),
            Outcome::Pending => None,
        })
    }
}

fn refusal(rejection: &PoolRejection) -> Refusal {
    match rejection {
        PoolRejection::Invalid(InvalidReason::Stale | InvalidReason::Future)
        | PoolRejection::PriorityTooLow => Refusal::Nonce,
        PoolRejection::Invalid(InvalidReason::BadProof | InvalidReason::AncientBirthBlock) => {
            Refusal::Birth
        }
        _ => Refusal::Final,
    }
}

fn undecided(extrinsic: &SignedExtrinsic) -> ChainError {
    ChainError::Node {
        what: format!("the fate of extrinsic {}", extrinsic.hash),
        code: 0,
        message: "neither the pool nor any block tells what became of it yet".to_owned(),
    }
}
