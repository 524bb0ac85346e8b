use axonry_chain::{Call, Mortality, SignedExtrinsic};
use axonry_core::Block;
use tokio::time::Instant;

use super::carrier::preimage;
use super::patience::patiently;
use super::preflight::Ready;
use super::{Attempt, Carrier, Path, Salt, SetError, Setter};
use crate::Plan;

impl Setter {
    /// Puts the plan into an extrinsic, in the way the chain asked for at the block it is signed on.
    pub(super) async fn sign(
        &self,
        plan: &Plan,
        ready: &Ready,
        deadline: Instant,
    ) -> Result<(SignedExtrinsic, Attempt), SetError> {
        let (call, carrier) = self.call(plan, ready, deadline).await?;
        let extrinsic = self.signed(&call, ready.head, ready.era, deadline).await?;
        let attempt = Attempt {
            extrinsic: extrinsic.hash,
            nonce: extrinsic.nonce,
            birth: ready.head,
            valid_until: extrinsic.valid_until,
            uid: ready.uid,
            last_update: ready.last_update,
            carrier,
        };
        Ok((extrinsic, attempt))
    }

    /// Signs a call with the account's next nonce.
    pub(super) async fn signed(
        &self,
        call: &Call,
        birth: Block,
        period: u64,
        deadline: Instant,
    ) -> Result<SignedExtrinsic, SetError> {
        let mortality = Mortality { birth, period };
        let (reads, pause) = (
            deadline.min(Instant::now() + self.settings.reads),
            self.settings.pause,
        );
        let account = self.signer.account();
        let nonce = patiently(reads, pause, || self.chain.next_nonce(account)).await?;
        let extrinsic = patiently(reads, pause, || {
            self.chain.sign(call, &*self.signer, nonce, mortality)
        });
        Ok(extrinsic.await?)
    }

    pub(super) async fn call(
        &self,
        plan: &Plan,
        ready: &Ready,
        deadline: Instant,
    ) -> Result<(Call, Carrier), SetError> {
        let (netuid, mechanism) = (plan.netuid(), plan.mechanism());
        let version_key = self.settings.version_key;
        let epoch = ready.epoch.unwrap_or_default();
        match ready.path {
            Path::Plain => {
                let weights = plan.weights().clone();
                let call = Call::SetWeights {
                    netuid,
                    mechanism,
                    weights,
                    version_key,
                };
                Ok((call, Carrier::Plain))
            }
            Path::Hash => {
                let salt = random_salt()?;
                let place = (netuid, mechanism);
                let committed = preimage(
                    self.hotkey(),
                    place,
                    plan.weights(),
                    &salt.expose(),
                    version_key,
                );
                let call = Call::CommitWeights {
                    netuid,
                    mechanism,
                    hash: committed.hash(),
                };
                let carrier = Carrier::Hash {
                    salt,
                    version_key,
                    epoch,
                };
                Ok((call, carrier))
            }
            #[cfg(feature = "timelock")]
            Path::Timelocked { version } => {
                let place = (netuid, mechanism);
                let payload = preimage(self.hotkey(), place, plan.weights(), &[], version_key)
                    .timelock_payload();
                let round = self.reveal_round(ready, deadline).await?;
                let key = self.settings.drand.public_key;
                let sealed = crate::timelock::seal(&payload, round, &key)
                    .map_err(|error| SetError::Sealing(error.to_string()))?;
                let carrier = Carrier::Timelocked {
                    digest: digest(&sealed),
                    round,
                    epoch,
                };
                let call = Call::CommitTimelockedWeights {
                    netuid,
                    mechanism,
                    sealed,
                    reveal_round: round,
                    version,
                };
                Ok((call, carrier))
            }
            #[cfg(not(feature = "timelock"))]
            Path::Timelocked { .. } => {
                let _ = deadline;
                let reason = "built without the feature `timelock`";
                Err(SetError::Sealing(reason.to_owned()))
            }
        }
    }

    /// The round to seal to, from time and epochs of the block that is signed on.
    #[cfg(feature = "timelock")]
    async fn reveal_round(&self, ready: &Ready, deadline: Instant) -> Result<u64, SetError> {
        let pause = self.settings.pause;
        let now = patiently(deadline, pause, || self.chain.timestamp(ready.head.hash)).await?;
        let round = self.settings.drand.reveal_round(
            &ready.epochs,
            ready.reveal_period,
            ready.head.number,
            now,
            self.settings.block_time,
        );
        round.ok_or_else(|| {
            SetError::Sealing(
                "the subnet's tempo is 0, so that no epoch ever reveals it".to_owned(),
            )
        })
    }
}

/// What the chain calls a sealed vector by.
pub(super) fn digest(sealed: &[u8]) -> [u8; 32] {
    let hash = blake2b_simd::Params::new().hash_length(32).hash(sealed);
    let mut digest = [0; 32];
    digest.copy_from_slice(hash.as_bytes());
    digest
}

fn random_salt() -> Result<Salt, SetError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|_| SetError::Sealing("the system gave no randomness".to_owned()))?;
    let mut salt = [0; 8];
    for (word, bytes) in salt.iter_mut().zip(bytes.chunks_exact(2)) {
        *word = u16::from_le_bytes([bytes[0], bytes[1]]);
    }
    Ok(Salt::new(salt))
}
