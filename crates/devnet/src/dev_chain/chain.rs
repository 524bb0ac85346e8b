//! The chain as a validator's loop sees it.

use async_trait::async_trait;
use axonry_chain::{
    BlockStream, Call, Chain, ChainError, Dispatch, ExtrinsicHash, ExtrinsicStatus, HashCommit,
    Hyperparameters, Metagraph, Mortality, SignedExtrinsic, StatusStream, SubmitError,
    TimelockedCommit,
};
use axonry_core::{
    AccountId, Block, BlockHash, BlockNumber, Hotkey, MechId, NetUid, NetUidStorageIndex, Signer,
    Uid, UnixMillis,
};
use futures_util::stream;

use super::{DevChain, encoded, incompatible, no_state};
use crate::block::blake2_256;
use crate::extrinsic::{self, Era, SignError, Terms};
use crate::pool::watch;
use crate::subtensor::{commits, hyperparameters, neurons};
use crate::{drand, verdict};

#[async_trait]
impl Chain for DevChain {
    fn genesis(&self) -> BlockHash {
        self.node.genesis()
    }

    async fn head(&self) -> Result<Block, ChainError> {
        Ok(self.node.heads().finalized)
    }

    async fn block_hash(&self, number: BlockNumber) -> Result<BlockHash, ChainError> {
        let hash = self.node.hash_of(number.0);
        hash.ok_or(ChainError::NoBlock(number))
    }

    async fn blocks(&self) -> Result<BlockStream, ChainError> {
        let heads = self.node.watch_heads();
        let next = heads.borrow().finalized.number.plus(1);
        let chain = self.clone();
        let blocks = stream::try_unfold((heads, next), move |(mut heads, next)| {
            let chain = chain.clone();
            async move {
                let reached = heads.wait_for(|heads| heads.finalized.number >= next);
                reached.await.map_err(|_| ChainError::Closed)?;
                let hash = chain.block_hash(next).await?;
                let block = Block { number: next, hash };
                Ok(Some((block, (heads, next.plus(1)))))
            }
        });
        Ok(Box::pin(blocks))
    }

    async fn metagraph(&self, netuid: NetUid, at: Block) -> Result<Metagraph, ChainError> {
        let neurons = self.read(at.hash, "the metagraph", |storage, _| {
            if hyperparameters::exists(storage, netuid)? {
                neurons::read(storage, netuid).map(Some)
            } else {
                Ok(None)
            }
        })?;
        let neurons = neurons.ok_or(ChainError::NoSubnet(netuid))?;
        Metagraph::new(netuid, at, neurons).map_err(|error| ChainError::Decode {
            item: "the metagraph".to_owned(),
            reason: error.to_string(),
        })
    }

    async fn hyperparameters(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Hyperparameters, ChainError> {
        let rules = self.read(at, "the hyperparameters", |storage, number| {
            hyperparameters::read(storage, netuid, number)
        })?;
        rules.ok_or(ChainError::NoSubnet(netuid))
    }

    async fn weights(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        uid: Uid,
        at: BlockHash,
    ) -> Result<Vec<(Uid, u16)>, ChainError> {
        let index = NetUidStorageIndex::new(netuid, mechanism);
        let weights = self.read(at, "SubtensorModule.Weights", |storage, _| {
            neurons::weights(storage, index, uid.0)
        })?;
        Ok(weights
            .into_iter()
            .map(|(uid, value)| (Uid(uid), value))
            .collect())
    }

    async fn last_updates(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        at: BlockHash,
    ) -> Result<Vec<BlockNumber>, ChainError> {
        let index = NetUidStorageIndex::new(netuid, mechanism);
        let updates: Vec<u64> = self.read(at, "SubtensorModule.LastUpdate", |storage, _| {
            neurons::by_uid(storage, "LastUpdate", index.0)
        })?;
        Ok(updates.into_iter().map(BlockNumber).collect())
    }

    async fn hash_commits(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Vec<HashCommit>, ChainError> {
        let index = NetUidStorageIndex::new(netuid, mechanism);
        self.read(at, "SubtensorModule.WeightCommits", |storage, _| {
            commits::of_hotkey(storage, index, hotkey.account())
        })
    }

    async fn timelocked_commits(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        epoch: u64,
        at: BlockHash,
    ) -> Result<Vec<TimelockedCommit>, ChainError> {
        let index = NetUidStorageIndex::new(netuid, mechanism);
        let item = "SubtensorModule.TimelockedWeightCommits";
        self.read(at, item, |storage, _| {
            commits::of_epoch(storage, index, epoch)
        })
    }

    async fn last_drand_round(&self, at: BlockHash) -> Result<u64, ChainError> {
        self.read(at, "Drand.LastStoredRound", |storage, _| {
            drand::last_round(storage)
        })
    }

    async fn timestamp(&self, at: BlockHash) -> Result<UnixMillis, ChainError> {
        let now: Option<u64> = self.read(at, "Timestamp.Now", |storage, _| {
            storage.read("Timestamp", "Now", &[])
        })?;
        Ok(UnixMillis(now.unwrap_or(0)))
    }

    async fn next_nonce(&self, account: AccountId) -> Result<u64, ChainError> {
        self.node
            .next_nonce(account)
            .map_err(|error| incompatible("System.Account", error))
    }

    async fn sign(
        &self,
        call: &Call,
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError> {
        let birth = mortality.birth;
        let presented = &*self.node.runtime(Some(birth.hash)).map_err(no_state)?;
        let data = encoded(presented, call)?;
        let era = Era::mortal(mortality.period, birth.number.0);
        // Long eras are born at a step of theirs, which may lie before the block given.
        let born = BlockNumber(era.birth(birth.number.0));
        let hash = if born == birth.number {
            birth.hash
        } else {
            self.block_hash(born).await?
        };
        let terms = Terms {
            nonce,
            tip: 0,
            era,
            genesis: self.genesis().0,
            birth: hash.0,
        };
        let bytes = extrinsic::signed(presented, &data, signer, &terms)
            .await
            .map_err(|error| match error {
                SignError::Signer(error) => ChainError::Signing(error),
                SignError::Presented(error) => incompatible("the extrinsic", error),
            })?;
        Ok(SignedExtrinsic {
            hash: ExtrinsicHash(blake2_256(&bytes)),
            bytes,
            account: signer.account(),
            nonce,
            valid_until: BlockNumber(era.death(birth.number.0).saturating_sub(1)),
        })
    }

    async fn submit(&self, extrinsic: &SignedExtrinsic) -> Result<StatusStream, SubmitError> {
        let (watcher, statuses) = watch();
        self.node
            .submit(extrinsic.bytes.clone(), Some(watcher))
            .map_err(|refusal| SubmitError::Rejected(refusal.rejection()))?;
        let statuses = stream::unfold(statuses, |mut statuses| async move {
            let status = statuses.recv().await?;
            Some((Ok(ExtrinsicStatus::from(status)), statuses))
        });
        Ok(Box::pin(statuses))
    }

    async fn dispatch(
        &self,
        extrinsic: ExtrinsicHash,
        at: BlockHash,
    ) -> Result<Dispatch, ChainError> {
        let block = self.node.block(at).ok_or(ChainError::NoState(at))?;
        let place = block
            .extrinsics
            .iter()
            .position(|bytes| blake2_256(bytes) == extrinsic.0);
        let Some(place) = place else {
            return Ok(Dispatch::NotInBlock);
        };
        self.read(at, "System.Events", |storage, _| {
            verdict::of_extrinsic(storage, place)
        })
    }
}
