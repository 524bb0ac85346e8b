//! The dev chain, with what a validator is told about it bent on command.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use axonry_chain::{
    BlockStream, Call, Chain, ChainError, Dispatch, ExtrinsicHash, HashCommit, Hyperparameters,
    Metagraph, Mortality, Neuron, SignedExtrinsic, StatusStream, SubmitError, TimelockedCommit,
};
use axonry_core::{
    AccountId, Block, BlockHash, BlockNumber, Hotkey, MechId, NetUid, Signer, Uid, UnixMillis,
};
use axonry_devnet::DevChain;

#[derive(Debug)]
pub(crate) struct Crooked {
    chain: DevChain,
    /// How many extrinsics were handed in.
    pub(crate) submitted: AtomicU64,
    /// From this block on, the slot is held by somebody else.
    replaced: Mutex<Option<(BlockNumber, Uid, Hotkey)>>,
}

impl Crooked {
    pub(crate) fn new(chain: DevChain) -> Self {
        Self {
            chain,
            submitted: AtomicU64::new(0),
            replaced: Mutex::new(None),
        }
    }

    /// Gives a slot to somebody else from a block on.
    pub(crate) fn replace(&self, from: BlockNumber, uid: Uid, by: Hotkey) {
        let mut replaced = self.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        *replaced = Some((from, uid, by));
    }
}

#[async_trait]
impl Chain for Crooked {
    fn genesis(&self) -> BlockHash {
        self.chain.genesis()
    }

    async fn head(&self) -> Result<Block, ChainError> {
        self.chain.head().await
    }

    async fn block_hash(&self, number: BlockNumber) -> Result<BlockHash, ChainError> {
        self.chain.block_hash(number).await
    }

    async fn blocks(&self) -> Result<BlockStream, ChainError> {
        self.chain.blocks().await
    }

    async fn metagraph(&self, netuid: NetUid, at: Block) -> Result<Metagraph, ChainError> {
        let metagraph = self.chain.metagraph(netuid, at).await?;
        let replaced = *self.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, uid, by)) = replaced.filter(|(from, ..)| at.number >= *from) else {
            return Ok(metagraph);
        };
        let mut neurons: Vec<Neuron> = metagraph.neurons().to_vec();
        let neuron = &mut neurons[usize::from(uid.0)];
        neuron.hotkey = by;
        neuron.coldkey = by.account().into();
        Ok(Metagraph::new(netuid, at, neurons).expect("one hotkey was replaced by a new one"))
    }

    async fn hyperparameters(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Hyperparameters, ChainError> {
        self.chain.hyperparameters(netuid, at).await
    }

    async fn weights(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        uid: Uid,
        at: BlockHash,
    ) -> Result<Vec<(Uid, u16)>, ChainError> {
        self.chain.weights(netuid, mechanism, uid, at).await
    }

    async fn last_updates(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        at: BlockHash,
    ) -> Result<Vec<BlockNumber>, ChainError> {
        self.chain.last_updates(netuid, mechanism, at).await
    }

    async fn hash_commits(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Vec<HashCommit>, ChainError> {
        self.chain.hash_commits(netuid, mechanism, hotkey, at).await
    }

    async fn timelocked_commits(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        epoch: u64,
        at: BlockHash,
    ) -> Result<Vec<TimelockedCommit>, ChainError> {
        let commits = self.chain.timelocked_commits(netuid, mechanism, epoch, at);
        commits.await
    }

    async fn last_drand_round(&self, at: BlockHash) -> Result<u64, ChainError> {
        self.chain.last_drand_round(at).await
    }

    async fn timestamp(&self, at: BlockHash) -> Result<UnixMillis, ChainError> {
        self.chain.timestamp(at).await
    }

    async fn next_nonce(&self, account: AccountId) -> Result<u64, ChainError> {
        self.chain.next_nonce(account).await
    }

    async fn sign(
        &self,
        call: &Call,
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError> {
        self.chain.sign(call, signer, nonce, mortality).await
    }

    async fn submit(&self, extrinsic: &SignedExtrinsic) -> Result<StatusStream, SubmitError> {
        self.submitted.fetch_add(1, Ordering::Relaxed);
        self.chain.submit(extrinsic).await
    }

    async fn dispatch(
        &self,
        extrinsic: ExtrinsicHash,
        at: BlockHash,
    ) -> Result<Dispatch, ChainError> {
        self.chain.dispatch(extrinsic, at).await
    }
}
