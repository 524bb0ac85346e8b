use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use axonry_core::{
    AccountId, Block, BlockHash, BlockNumber, Hotkey, MechId, NetUid, Signer, Uid, UnixMillis,
};
use futures_core::Stream;

use crate::{
    Call, ChainError, Dispatch, ExtrinsicHash, HashCommit, Hyperparameters, Metagraph, Mortality,
    SignedExtrinsic, StatusStream, SubmitError, TimelockedCommit,
};

/// Blocks as they are finalized, in order.
pub type BlockStream = Pin<Box<dyn Stream<Item = Result<Block, ChainError>> + Send>>;

/// What a subnet needs of a chain, and no more.
///
/// Reads take the block they are pinned to; there is no implied one. Every call ends by a deadline
/// of the implementation, with [`ChainError::is_transient`] telling whether asking again can help.
#[async_trait]
pub trait Chain: fmt::Debug + Send + Sync {
    /// The hash of block 0: which chain this is.
    fn genesis(&self) -> BlockHash;

    /// The newest finalized block.
    async fn head(&self) -> Result<Block, ChainError>;

    /// The hash of the block at a height.
    ///
    /// # Errors
    /// [`ChainError::NoBlock`] when the chain is not that high.
    async fn block_hash(&self, number: BlockNumber) -> Result<BlockHash, ChainError>;

    /// Every finalized block from the next one on, in order and without gaps.
    ///
    /// The stream ends with its first error; call again to go on.
    async fn blocks(&self) -> Result<BlockStream, ChainError>;

    /// Every neuron of a subnet at one block.
    ///
    /// # Errors
    /// [`ChainError::NoSubnet`] when the subnet does not exist there.
    async fn metagraph(&self, netuid: NetUid, at: Block) -> Result<Metagraph, ChainError>;

    /// The rules of a subnet at one block, and where its epochs stand.
    ///
    /// # Errors
    /// [`ChainError::NoSubnet`] when the subnet does not exist there.
    async fn hyperparameters(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Hyperparameters, ChainError>;

    /// The weights a neuron has in state at one block, as stored: nothing is sorted or dropped.
    async fn weights(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        uid: Uid,
        at: BlockHash,
    ) -> Result<Vec<(Uid, u16)>, ChainError>;

    /// When each uid last set or committed weights, by uid, at one block. 0 is never.
    async fn last_updates(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        at: BlockHash,
    ) -> Result<Vec<BlockNumber>, ChainError>;

    /// The hash commits of a hotkey that are neither revealed nor dropped, oldest first.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime keeps none.
    async fn hash_commits(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Vec<HashCommit>, ChainError>;

    /// The sealed vectors that were committed in one of the subnet's epochs and that the chain has
    /// neither opened nor dropped, oldest first.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime keeps none.
    async fn timelocked_commits(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        epoch: u64,
        at: BlockHash,
    ) -> Result<Vec<TimelockedCommit>, ChainError>;

    /// The newest drand round whose pulse the chain has stored, 0 for none.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime stores no pulses.
    async fn last_drand_round(&self, at: BlockHash) -> Result<u64, ChainError>;

    /// The time of a block, as its author set it.
    async fn timestamp(&self, at: BlockHash) -> Result<UnixMillis, ChainError>;

    /// The nonce the account's next extrinsic must have, pending ones counted.
    async fn next_nonce(&self, account: AccountId) -> Result<u64, ChainError>;

    /// Encodes and signs a call for the runtime in force at the mortality's birth block.
    ///
    /// Nothing is sent: what is to survive a crash can be written down first.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such call, [`ChainError::Signing`] when
    /// the signer refuses.
    async fn sign(
        &self,
        call: &Call,
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError>;

    /// Hands a signed extrinsic to the node and follows what becomes of it.
    ///
    /// The same bytes can be handed in again: the pool knows them by their hash.
    async fn submit(&self, extrinsic: &SignedExtrinsic) -> Result<StatusStream, SubmitError>;

    /// How an extrinsic fared in a block, from the block's events.
    async fn dispatch(
        &self,
        extrinsic: ExtrinsicHash,
        at: BlockHash,
    ) -> Result<Dispatch, ChainError>;
}

#[async_trait]
impl<C: Chain + ?Sized> Chain for Arc<C> {
    fn genesis(&self) -> BlockHash {
        (**self).genesis()
    }

    async fn head(&self) -> Result<Block, ChainError> {
        (**self).head().await
    }

    async fn block_hash(&self, number: BlockNumber) -> Result<BlockHash, ChainError> {
        (**self).block_hash(number).await
    }

    async fn blocks(&self) -> Result<BlockStream, ChainError> {
        (**self).blocks().await
    }

    async fn metagraph(&self, netuid: NetUid, at: Block) -> Result<Metagraph, ChainError> {
        (**self).metagraph(netuid, at).await
    }

    async fn hyperparameters(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Hyperparameters, ChainError> {
        (**self).hyperparameters(netuid, at).await
    }

    async fn weights(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        uid: Uid,
        at: BlockHash,
    ) -> Result<Vec<(Uid, u16)>, ChainError> {
        (**self).weights(netuid, mechanism, uid, at).await
    }

    async fn last_updates(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        at: BlockHash,
    ) -> Result<Vec<BlockNumber>, ChainError> {
        (**self).last_updates(netuid, mechanism, at).await
    }

    async fn hash_commits(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Vec<HashCommit>, ChainError> {
        (**self).hash_commits(netuid, mechanism, hotkey, at).await
    }

    async fn timelocked_commits(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        epoch: u64,
        at: BlockHash,
    ) -> Result<Vec<TimelockedCommit>, ChainError> {
        (**self)
            .timelocked_commits(netuid, mechanism, epoch, at)
            .await
    }

    async fn last_drand_round(&self, at: BlockHash) -> Result<u64, ChainError> {
        (**self).last_drand_round(at).await
    }

    async fn timestamp(&self, at: BlockHash) -> Result<UnixMillis, ChainError> {
        (**self).timestamp(at).await
    }

    async fn next_nonce(&self, account: AccountId) -> Result<u64, ChainError> {
        (**self).next_nonce(account).await
    }

    async fn sign(
        &self,
        call: &Call,
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError> {
        (**self).sign(call, signer, nonce, mortality).await
    }

    async fn submit(&self, extrinsic: &SignedExtrinsic) -> Result<StatusStream, SubmitError> {
        (**self).submit(extrinsic).await
    }

    async fn dispatch(
        &self,
        extrinsic: ExtrinsicHash,
        at: BlockHash,
    ) -> Result<Dispatch, ChainError> {
        (**self).dispatch(extrinsic, at).await
    }
}
