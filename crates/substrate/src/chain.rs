//! The chain trait over the node.

use std::sync::Arc;

use async_trait::async_trait;
use axonry_chain::{
    BlockStream, Call, Chain, ChainError, Dispatch, ExtrinsicHash, HashCommit, Hyperparameters,
    Metagraph, Mortality, SignedExtrinsic, StatusStream, SubmitError, TimelockedCommit,
};
use axonry_core::{
    AccountId, Block, BlockHash, BlockNumber, Hotkey, MechId, NetUid, Signer, Uid, UnixMillis,
};
use tracing::debug;

use crate::runtime::{Runtime, extrinsic_hash};
use crate::substrate::{Inner, Substrate};
use crate::{blocks, submission};

/// Does a read with the runtime that a block is taken to have and, should the answer not be of
/// that runtime's shape, once more with the one it is found to have.
macro_rules! read {
    ($inner:expr, $what:literal, $at:expr, |$runtime:ident| $read:expr) => {{
        let read = async {
            let $runtime = $inner.runtime(&$at).await?;
            let outcome = $read.await;
            match $inner.other_runtime($at, &$runtime, &outcome).await {
                None => outcome,
                Some($runtime) => $read.await,
            }
        };
        $inner.link.within_one_deadline($what, read).await
    }};
}
pub(crate) use read;

#[async_trait]
impl Chain for Substrate {
    fn genesis(&self) -> BlockHash {
        self.inner.genesis
    }

    async fn head(&self) -> Result<Block, ChainError> {
        let Inner { link, .. } = &*self.inner;
        link.within_one_deadline("the finalized head", self.newest())
            .await
    }

    async fn block_hash(&self, number: BlockNumber) -> Result<BlockHash, ChainError> {
        self.inner.link.hash_of(number).await
    }

    async fn blocks(&self) -> Result<BlockStream, ChainError> {
        let following = blocks::follow(Arc::clone(&self.inner));
        let Inner { link, .. } = &*self.inner;
        link.within_one_deadline("finalized blocks", following)
            .await
    }

    async fn metagraph(&self, netuid: NetUid, at: Block) -> Result<Metagraph, ChainError> {
        let inner = &*self.inner;
        read!(inner, "a metagraph", at.hash, |runtime| inner
            .metagraph(&runtime, netuid, at))
    }

    async fn hyperparameters(
        &self,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Hyperparameters, ChainError> {
        let inner = &*self.inner;
        read!(inner, "hyperparameters", at, |runtime| inner
            .hyperparameters(&runtime, netuid, at))
    }

    async fn weights(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        uid: Uid,
        at: BlockHash,
    ) -> Result<Vec<(Uid, u16)>, ChainError> {
        let inner = &*self.inner;
        read!(inner, "weights", at, |runtime| async {
            let key = runtime.weights_key(netuid, mechanism, uid)?;
            let what = format!("the weights of uid {uid} in subnet {netuid}");
            runtime.weights(inner.link.stored(what, &key, at).await?.as_deref())
        })
    }

    async fn last_updates(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        at: BlockHash,
    ) -> Result<Vec<BlockNumber>, ChainError> {
        let inner = &*self.inner;
        let blocks = read!(inner, "last updates", at, |runtime| async {
            let key = runtime.last_updates_key(netuid, mechanism)?;
            let what = format!("the last updates of subnet {netuid}");
            runtime.last_updates(inner.link.stored(what, &key, at).await?.as_deref())
        });
        Ok(blocks?.into_iter().map(BlockNumber).collect())
    }

    async fn hash_commits(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        hotkey: Hotkey,
        at: BlockHash,
    ) -> Result<Vec<HashCommit>, ChainError> {
        let inner = &*self.inner;
        read!(inner, "hash commits", at, |runtime| async {
            let key = runtime.hash_commits_key(netuid, mechanism, hotkey)?;
            let what = format!("the hash commits of {hotkey} in subnet {netuid}");
            runtime.hash_commits(inner.link.stored(what, &key, at).await?.as_deref())
        })
    }

    async fn timelocked_commits(
        &self,
        netuid: NetUid,
        mechanism: MechId,
        epoch: u64,
        at: BlockHash,
    ) -> Result<Vec<TimelockedCommit>, ChainError> {
        let inner = &*self.inner;
        read!(inner, "timelocked commits", at, |runtime| async {
            let key = runtime.timelocked_commits_key(netuid, mechanism, epoch)?;
            let what = format!("the timelocked commits of epoch {epoch} in subnet {netuid}");
            runtime.timelocked_commits(inner.link.stored(what, &key, at).await?.as_deref())
        })
    }

    async fn last_drand_round(&self, at: BlockHash) -> Result<u64, ChainError> {
        let inner = &*self.inner;
        read!(inner, "the last drand round", at, |runtime| async {
            let key = runtime.last_drand_round_key()?;
            let what = "the last drand round".to_owned();
            runtime.last_drand_round(inner.link.stored(what, &key, at).await?.as_deref())
        })
    }

    async fn timestamp(&self, at: BlockHash) -> Result<UnixMillis, ChainError> {
        let inner = &*self.inner;
        let now = read!(inner, "a block's time", at, |runtime| async {
            let key = runtime.timestamp_key()?;
            let what = "the block's time".to_owned();
            runtime.timestamp(inner.link.stored(what, &key, at).await?.as_deref())
        });
        now.map(UnixMillis)
    }

    async fn next_nonce(&self, account: AccountId) -> Result<u64, ChainError> {
        self.inner.link.next_index(account).await
    }

    async fn sign(
        &self,
        call: &Call,
        signer: &dyn Signer,
        nonce: u64,
        mortality: Mortality,
    ) -> Result<SignedExtrinsic, ChainError> {
        let Inner { link, runtimes, .. } = &*self.inner;
        // The version is under the signature: a wrong one costs the whole attempt, asking a request.
        let runtime = runtimes.certainly_at(link, mortality.birth.hash);
        let runtime = link
            .within_one_deadline("the runtime to sign for", runtime)
            .await?;
        runtime.sign(call, signer, nonce, mortality).await
    }

    async fn submit(&self, extrinsic: &SignedExtrinsic) -> Result<StatusStream, SubmitError> {
        submission::submit(&self.inner, extrinsic).await
    }

    async fn dispatch(
        &self,
        extrinsic: ExtrinsicHash,
        at: BlockHash,
    ) -> Result<Dispatch, ChainError> {
        let inner = &*self.inner;
        let dispatch = inner.dispatch(extrinsic, at);
        inner
            .link
            .within_one_deadline("the outcome of an extrinsic", dispatch)
            .await
    }
}

impl Inner {
    pub(crate) async fn runtime(&self, at: &BlockHash) -> Result<Arc<Runtime>, ChainError> {
        self.runtimes.at(&self.link, *at).await
    }

    /// The runtime to read with instead, if the outcome of a read looks like another one's and the
    /// node, asked about this very block, says that it is.
    pub(crate) async fn other_runtime<T>(
        &self,
        at: BlockHash,
        used: &Runtime,
        outcome: &Result<T, ChainError>,
    ) -> Option<Arc<Runtime>> {
        let (Err(ChainError::Decode { .. } | ChainError::Incompatible { .. })
        | Err(ChainError::Node { .. })) = outcome
        else {
            return None;
        };
        let other = self.runtimes.certainly_at(&self.link, at).await.ok()?;
        let differs = other.version() != used.version();
        if differs {
            debug!(%at, used = ?used.version(), is = ?other.version(), "reading with another runtime");
        }
        differs.then_some(other)
    }

    async fn metagraph(
        &self,
        runtime: &Runtime,
        netuid: NetUid,
        at: Block,
    ) -> Result<Metagraph, ChainError> {
        let (function, arguments) = runtime.neurons_lite_call(netuid)?;
        let what = format!("the neurons of subnet {netuid}");
        let bytes = self
            .link
            .state_call(what, function, &arguments, at.hash)
            .await?;
        let neurons = runtime.decode_neurons_lite(netuid, &bytes)?;
        if neurons.is_empty() {
            // The runtime says the same of an empty subnet and of none at all.
            let what = format!("whether subnet {netuid} exists");
            let key = runtime.subnet_key(netuid)?;
            let stored = self.link.stored(what, &key, at.hash).await?;
            if !runtime.subnet_exists(stored.as_deref())? {
                return Err(ChainError::NoSubnet(netuid));
            }
        }
        Metagraph::new(netuid, at, neurons).map_err(|error| ChainError::Decode {
            item: "NeuronInfoRuntimeApi.get_neurons_lite".to_owned(),
            reason: error.to_string(),
        })
    }

    async fn hyperparameters(
        &self,
        runtime: &Runtime,
        netuid: NetUid,
        at: BlockHash,
    ) -> Result<Hyperparameters, ChainError> {
        let keys = runtime.hyperparameter_keys(netuid)?;
        let what = format!("the hyperparameters of subnet {netuid}");
        let values = self.link.stored_at_all(what, &keys, at).await?;
        runtime.hyperparameters(netuid, &values)
    }

    async fn dispatch(
        &self,
        extrinsic: ExtrinsicHash,
        at: BlockHash,
    ) -> Result<Dispatch, ChainError> {
        let body = self.link.body(at).await?;
        let index = body
            .extrinsics
            .iter()
            .position(|bytes| extrinsic_hash(&bytes.0) == extrinsic);
        let Some(index) = index.and_then(|index| u32::try_from(index).ok()) else {
            return Ok(Dispatch::NotInBlock);
        };
        // A block that changes the runtime says afterwards that it has the new one, but what
        // happened in it was written by the old one.
        let (wrote, other) = match body.header.changes_runtime() {
            true => (body.header.parent(), at),
            false => (at, body.header.parent()),
        };
        let runtime = self.runtime(&wrote).await?;
        let key = runtime.events_key()?;
        let what = format!("the events of {at}");
        let events = self.link.stored(what, &key, at).await?.unwrap_or_default();
        let outcome = runtime.dispatch(events.clone(), index);
        if let Err(ChainError::Decode { .. }) = outcome
            && let Ok(other) = self.runtime(&other).await
            && other.version() != runtime.version()
        {
            return other.dispatch(events, index);
        }
        outcome
    }
}
