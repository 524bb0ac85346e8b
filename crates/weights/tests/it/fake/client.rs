use async_trait::async_trait;
use axonry_chain::{
    BlockStream, Call, Chain, ChainError, Dispatch, ExtrinsicHash, ExtrinsicStatus, HashCommit,
    Hyperparameters, InvalidReason, Metagraph, Mortality, PoolRejection, SignedExtrinsic,
    StatusStream, SubmitError, TimelockedCommit,
};
use axonry_core::{
    AccountId, Block, BlockHash, BlockNumber, Hotkey, MechId, NetUid, Signer, Uid, UnixMillis,
};
use futures_util::{StreamExt, stream};
use tokio::time::sleep_until;

use super::chain::lost;
use super::pallet::failed;
use super::{FakeChain, NETUID, Submission, block, number_of};

/// In milliseconds: some day in 2026, long after drand began.
const TIME_OF_BLOCK_0: u64 = 1_780_000_000_000;

/// A block that does not stay.
fn fork(number: u64) -> BlockHash {
    let mut hash = block(number).hash;
    hash.0[31] ^= 0xff;
    hash
}

#[async_trait]
impl Chain for FakeChain {
    fn genesis(&self) -> BlockHash {
        block(0).hash
    }

    async fn head(&self) -> Result<Block, ChainError> {
        self.lit()?;
        Ok(block(self.finalized()))
    }

    async fn block_hash(&self, number: BlockNumber) -> Result<BlockHash, ChainError> {
        self.lit()?;
        Ok(block(number.0).hash)
    }

    async fn blocks(&self) -> Result<BlockStream, ChainError> {
        self.lit()?;
        let (next, stall) = (self.finalized() + 1, self.state().stall);
        // Longer than any test listens.
        let times = (next..next + 2_000).map(|number| (number, self.final_in(stall, number)));
        let blocks = stream::iter(times.collect::<Vec<_>>()).then(async |(number, when)| {
            sleep_until(when).await;
            Ok(block(number))
        });
        Ok(Box::pin(blocks))
    }

    async fn metagraph(&self, _: NetUid, at: Block) -> Result<Metagraph, ChainError> {
        self.lit()?;
        let state = self.state();
        let before = state.neurons_until.as_ref();
        let before = before.filter(|(until, _)| at.number.0 < *until);
        let neurons = before.map_or(&state.neurons, |(_, neurons)| neurons);
        Ok(Metagraph::new(NETUID, at, neurons.clone()).expect("a metagraph"))
    }

    async fn hyperparameters(
        &self,
        _: NetUid,
        _: BlockHash,
    ) -> Result<Hyperparameters, ChainError> {
        self.lit()?;
        Ok(self.state().rules.clone())
    }

    async fn weights(
        &self,
        _: NetUid,
        _: MechId,
        uid: Uid,
        at: BlockHash,
    ) -> Result<Vec<(Uid, u16)>, ChainError> {
        self.lit()?;
        assert_eq!(uid, Uid(0), "the validator's own row");
        Ok(self.stored(at))
    }

    async fn last_updates(
        &self,
        _: NetUid,
        _: MechId,
        at: BlockHash,
    ) -> Result<Vec<BlockNumber>, ChainError> {
        self.lit()?;
        let mut updates = vec![BlockNumber(0); 4];
        updates[0] = BlockNumber(self.updated(at));
        Ok(updates)
    }

    async fn hash_commits(
        &self,
        _: NetUid,
        _: MechId,
        _: Hotkey,
        at: BlockHash,
    ) -> Result<Vec<HashCommit>, ChainError> {
        self.lit()?;
        let (state, at) = (self.state(), number_of(at));
        let there = state.hashes.iter().filter(|one| one.is_there(at));
        Ok(there.map(|one| one.commit).collect())
    }

    async fn timelocked_commits(
        &self,
        _: NetUid,
        _: MechId,
        epoch: u64,
        at: BlockHash,
    ) -> Result<Vec<TimelockedCommit>, ChainError> {
        self.lit()?;
        let (state, at) = (self.state(), number_of(at));
        let of_epoch = state.rules.epochs;
        let there = state.sealed.iter().filter(|one| one.is_there(at));
        let there = there.filter(|one| of_epoch.epoch_of(one.commit.block) == Some(epoch));
        Ok(there.map(|one| one.commit.clone()).collect())
    }

    async fn last_drand_round(&self, _: BlockHash) -> Result<u64, ChainError> {
        self.lit()?;
        Ok(0)
    }

    async fn timestamp(&self, at: BlockHash) -> Result<UnixMillis, ChainError> {
        self.lit()?;
        Ok(UnixMillis(TIME_OF_BLOCK_0 + number_of(at) * 12_000))
    }

    async fn next_nonce(&self, _: AccountId) -> Result<u64, ChainError> {
        self.lit()?;
        Ok(self.state().nonce)
    }

    async fn sign(
        &self,
        call: &Call,
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError> {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&nonce.to_le_bytes());
        hash[8..16].copy_from_slice(&mortality.birth.number.0.to_le_bytes());
        let hash = ExtrinsicHash(hash);
        self.state().calls.insert(hash, call.clone());
        Ok(SignedExtrinsic {
            bytes: hash.0.to_vec(),
            hash,
            account: signer.account(),
            nonce,
            valid_until: mortality.birth.number.plus(mortality.period),
        })
    }

    async fn submit(&self, extrinsic: &SignedExtrinsic) -> Result<StatusStream, SubmitError> {
        self.lit().map_err(SubmitError::Unknown)?;
        let mut state = self.state();
        state.submitted.push((extrinsic.hash, extrinsic.nonce));
        if state.dispatches.contains_key(&extrinsic.hash) {
            return Err(SubmitError::Rejected(PoolRejection::AlreadyImported));
        }
        let submission = state.script.pop_front().unwrap_or(Submission::Land);
        if let Some(between) = state.between.take() {
            between(&mut state);
        }
        let first = self.now() + 1;
        let next = match submission {
            Submission::LandLate(blocks) | Submission::Reorg(blocks) => first + blocks,
            _ => first,
        };
        if next > extrinsic.valid_until.0 {
            // Its era ends before it would be included.
            return Err(SubmitError::Unknown(lost()));
        }
        let taken = match &submission {
            Submission::Lose | Submission::Reject(_) | Submission::Jump(_) | Submission::Forget => {
                false
            }
            Submission::Ignore => {
                state.include(extrinsic, next, Dispatch::Succeeded);
                true
            }
            Submission::Fail(name) => {
                state.include(extrinsic, next, failed(name));
                true
            }
            Submission::Mangle => {
                state.mangle(extrinsic, next);
                true
            }
            _ => {
                state.land(extrinsic, next);
                true
            }
        };
        let (when, hash) = (self.final_in(state.stall, next), block(next).hash);
        let included = self.time_of(first);
        let said = match submission {
            Submission::Lose | Submission::LandUnanswered | Submission::LandLate(_) => {
                return Err(SubmitError::Unknown(lost()));
            }
            Submission::Reject(rejection) => {
                state.nonce += 1;
                return Err(SubmitError::Rejected(rejection));
            }
            Submission::Jump(nonces) => {
                state.nonce += nonces;
                let stale = PoolRejection::Invalid(InvalidReason::Stale);
                return Err(SubmitError::Rejected(stale));
            }
            Submission::LandRefused(rejection) => return Err(SubmitError::Rejected(rejection)),
            Submission::LandUnseen => {
                let said = [Ok(ExtrinsicStatus::Ready), Err(lost())];
                return Ok(Box::pin(stream::iter(said)));
            }
            Submission::Reorg(_) => vec![
                (included, ExtrinsicStatus::InBlock(fork(first))),
                (self.time_of(next), ExtrinsicStatus::Retracted(fork(first))),
                (self.time_of(next), ExtrinsicStatus::InBlock(hash)),
                (when, ExtrinsicStatus::Finalized(hash)),
            ],
            _ if taken => vec![
                (included, ExtrinsicStatus::InBlock(hash)),
                (when, ExtrinsicStatus::Finalized(hash)),
            ],
            _ => return Ok(Box::pin(stream::pending())),
        };
        let said = std::iter::once((self.time_of(first - 1), ExtrinsicStatus::Ready)).chain(said);
        Ok(Box::pin(stream::iter(said).then(async |(when, status)| {
            sleep_until(when).await;
            Ok(status)
        })))
    }

    async fn dispatch(
        &self,
        extrinsic: ExtrinsicHash,
        at: BlockHash,
    ) -> Result<Dispatch, ChainError> {
        self.lit()?;
        Ok(match self.state().dispatches.get(&extrinsic) {
            Some((number, dispatch)) if *number == number_of(at) => dispatch.clone(),
            _ => Dispatch::NotInBlock,
        })
    }
}
