//! The chain in this process, as a [`Chain`] and with controls a real one has not.

use std::sync::Arc;

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
use axonry_weights::DrandNetwork;
use futures_util::stream;

use crate::block::blake2_256;
use crate::extrinsic::{self, Era, SignError, Terms};
use crate::faults::ChainFaults;
use crate::metadata::MetadataError;
use crate::node::{Node, ReadError, ReorgError};
use crate::pool::watch;
use crate::presented::{Presented, PresentedError};
use crate::storage::Storage;
use crate::subtensor::{commits, hyperparameters, neurons};
use crate::{drand, verdict};

mod arguments;
mod ledger;

/// A handle on the dev chain. Clones are cheap and are the same chain.
#[derive(Clone, Debug)]
pub struct DevChain {
    node: Arc<Node>,
}

impl DevChain {
    pub(crate) const fn new(node: Arc<Node>) -> Self {
        Self { node }
    }

    /// Makes a block now, of whatever is ready in the pool.
    ///
    /// # Errors
    /// [`PresentedError`] when the chain's state does not fit the presented runtime.
    pub fn seal(&self) -> Result<Block, PresentedError> {
        self.node.seal()
    }

    /// Makes `count` blocks now and returns the last one, or the best one there is for none.
    ///
    /// # Errors
    /// As [`DevChain::seal`].
    pub fn seal_many(&self, count: u64) -> Result<Block, PresentedError> {
        let mut last = self.best();
        for _ in 0..count {
            last = self.seal()?;
        }
        Ok(last)
    }

    /// The newest block, which need not be final.
    pub fn best(&self) -> Block {
        self.node.heads().best
    }

    /// Changes the subnet's rules, and makes the block from which on they hold.
    ///
    /// Of [`Hyperparameters::epochs`] only the tempo is taken over; where the epochs stand is the
    /// chain's own business.
    ///
    /// # Errors
    /// As [`DevChain::seal`].
    pub fn edit(&self, change: impl FnOnce(&mut Hyperparameters)) -> Result<Block, PresentedError> {
        let netuid = self.node.netuid();
        self.node.seal_with(|storage| {
            let rules = hyperparameters::read(storage, netuid, storage.number())?;
            let mut rules = rules.ok_or_else(|| PresentedError::Missing {
                item: format!("subnet {netuid}"),
            })?;
            change(&mut rules);
            hyperparameters::write(storage, &rules)
        })
    }

    /// The beacon that opens timelocked weights on this chain: quicknet's pace with a key of its own,
    /// which follows from the configuration's seed.
    pub fn drand(&self) -> DrandNetwork {
        self.node.beacon().network()
    }

    /// Keeps the chain's own beacon silent, or lets it speak again.
    ///
    /// It then catches up with the next block.
    pub fn hold_drand(&self, held: bool) {
        self.node.beacon().hold(held);
    }

    /// Makes a block in which the pulse of a round is stored, whoever signed it.
    ///
    /// # Errors
    /// As [`DevChain::seal`].
    pub fn store_pulse(&self, round: u64, signature: &[u8; 48]) -> Result<Block, PresentedError> {
        self.node
            .seal_with(|storage| drand::store(storage, round, signature))
    }

    /// Makes a block that puts another runtime in force: the one that a metadata blob describes, bare
    /// or as a node answers it.
    ///
    /// The block itself is still the old runtime's; its header says that the runtime changed, and the
    /// code in its state is the new one's. The next block begins by re-encoding the whole state as
    /// the new metadata has it: items are matched by name, and what the new runtime has no place for
    /// is dropped. Older blocks are read with the runtime that made them. Extrinsics signed for the
    /// old version are refused as badly signed from then on, those in the pool included.
    ///
    /// # Errors
    /// [`UpgradeError`] when the metadata cannot be presented or has no higher version than the
    /// runtime in force, which no chain would take.
    pub fn upgrade(&self, metadata: &[u8]) -> Result<Block, UpgradeError> {
        let to = Presented::from_blob(metadata)?;
        let from = self.node.newest_runtime().version().spec_version;
        let found = to.version().spec_version;
        if found <= from {
            return Err(UpgradeError::Version { from, found });
        }
        Ok(self.node.upgrade(to)?)
    }

    /// The metadata in force after the newest block, in its newest form: what to change and hand to
    /// [`DevChain::upgrade`].
    pub fn metadata(&self) -> Vec<u8> {
        let runtime = self.node.newest_runtime();
        let newest = runtime.blob_versions().last();
        let blob = newest.and_then(|version| runtime.blob(version));
        blob.map(<[u8]>::to_vec).unwrap_or_default()
    }

    /// Replaces the newest `depth` blocks by a fork that is one longer.
    ///
    /// The state rolls back, runtime upgrades included, and the pool gets the extrinsics back; they
    /// land in the fork's last block, the others have none. Whoever watches an extrinsic hears that
    /// it was retracted. Final blocks stay, so there must be some that are not: see
    /// [`DevnetConfig::finality_lag`](crate::DevnetConfig::finality_lag) and
    /// [`ChainFault::StallFinality`](crate::ChainFault::StallFinality).
    ///
    /// # Errors
    /// [`ReorgError::Final`] when fewer blocks than that are not final.
    pub fn reorg(&self, depth: u64) -> Result<Block, ReorgError> {
        self.node.reorg(depth)
    }

    /// What the chain does wrong on command, whoever asks and by whatever way.
    pub fn faults(&self) -> &ChainFaults {
        self.node.faults()
    }

    fn read<T>(
        &self,
        at: BlockHash,
        what: &str,
        read: impl FnOnce(&Storage<'_>, u64) -> Result<T, PresentedError>,
    ) -> Result<T, ChainError> {
        self.node
            .read(Some(at), read)
            .map_err(no_state)?
            .map_err(|error| incompatible(what, error))
    }
}

/// Why a runtime was not put in force.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpgradeError {
    /// The metadata cannot be presented.
    #[error("the metadata cannot be presented")]
    Metadata(#[from] MetadataError),
    /// The version does not increase.
    #[error("spec version {found} is no upgrade of {from}: it needs to increase")]
    Version {
        /// The runtime in force.
        from: u32,
        /// The one given.
        found: u32,
    },
    /// No block could be made.
    #[error("no block could be made")]
    Seal(#[from] PresentedError),
}

fn no_state(error: ReadError) -> ChainError {
    match error {
        ReadError::Unknown(hash) | ReadError::Discarded(hash) => ChainError::NoState(hash),
    }
}

fn encoded(presented: &Presented, call: &Call) -> Result<Vec<u8>, ChainError> {
    let (pallet, name) = call.name();
    let data = arguments::data(presented, call);
    data.map_err(|error| incompatible(&format!("{pallet}.{name}"), error))
}

fn incompatible(item: &str, error: PresentedError) -> ChainError {
    let reason = error.to_string();
    let item = item.to_owned();
    match error {
        PresentedError::Missing { item } | PresentedError::Encode { item, .. } => {
            ChainError::Incompatible { item, reason }
        }
        _ => ChainError::Decode { item, reason },
    }
}

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
