//! The node's methods, as far as they are used here.
//!
//! These are the legacy methods only: pruned nodes advertise `archive` ones that they do not serve,
//! and nothing here needs a block to be pinned. What `rpc_methods` lists is not asked: a method is
//! taken to be served until the node says that it is not (-32601), which is remembered for as long
//! as the connection lasts. Then the next way is taken:
//!
//! | method | where it is not served |
//! |---|---|
//! | `state_queryStorageAt` | `state_getStorage` for each key |
//! | `state_getStorage` | not needed as long as `state_queryStorageAt` is served |
//! | `state_getRuntimeVersion` | `chain_getRuntimeVersion`, then the runtime's `Core_version` |
//! | `state_getKeysPaged` | `state_getKeysPagedAt` |
//! | `state_call` for metadata | `state_getMetadata` |
//! | `chain_getHeader` of a block | the header in `chain_getBlock` |
//! | `chain_getFinalizedHead` | `chain_getFinalisedHead` |
//! | `system_accountNextIndex` | `account_nextIndex`, then the runtime's `AccountNonceApi` |
//! | `state_subscribeRuntimeVersion` | `chain_subscribeRuntimeVersion`, then asking at every head |
//! | `chain_subscribeFinalizedHeads` | `chain_subscribeFinalisedHeads`, then polling |
//! | `chain_subscribeNewHeads` | its three other names, then polling |
//! | `author_submitAndWatchExtrinsic` | `author_submitExtrinsic`, then looking into blocks |
//!
//! Any other, and the last of each row, is an error that names the method.

mod json;

use axonry_chain::ChainError;
use axonry_core::{AccountId, BlockHash, BlockNumber};
use futures_util::future::try_join_all;
use parity_scale_codec::{Decode, Encode};

use crate::link::{Link, Question};
use crate::runtime::{RuntimeVersion, Values};
use json::{ChangeSet, SignedBlock};

pub(crate) use json::{Body, Header, Hex, to_hex};

impl Link {
    pub(crate) async fn finalized_head(&self) -> Result<BlockHash, ChainError> {
        let question = Question::new("chain_getFinalizedHead", "the finalized head")
            .or(&["chain_getFinalisedHead"]);
        self.ask(question, NOTHING).await
    }

    /// The header of the best block, which may yet be given up for another.
    pub(crate) async fn best_header(&self) -> Result<Header, ChainError> {
        let question = Question::new("chain_getHeader", "the best block");
        self.ask(question, NOTHING).await
    }

    pub(crate) async fn header(&self, at: BlockHash) -> Result<Header, ChainError> {
        let question = Question::new("chain_getHeader", format!("the header of {at}")).at(at);
        let header: Option<Header> = match self.ask(question, (at,)).await {
            Err(ChainError::Incompatible { .. }) => Some(self.body(at).await?.header),
            answer => answer?,
        };
        let header = header.ok_or(ChainError::NoState(at))?;
        match header.block().hash == at {
            true => Ok(header),
            false => Err(ChainError::Decode {
                item: format!("the header of {at}"),
                reason: "the node's answer is another block's".to_owned(),
            }),
        }
    }

    pub(crate) async fn hash_of(&self, number: BlockNumber) -> Result<BlockHash, ChainError> {
        let question = Question::new("chain_getBlockHash", format!("the hash of block {number}"));
        let hash: Option<BlockHash> = self.ask(question, (number.0,)).await?;
        hash.ok_or(ChainError::NoBlock(number))
    }

    pub(crate) async fn body(&self, at: BlockHash) -> Result<Body, ChainError> {
        let question = Question::new("chain_getBlock", format!("the body of {at}")).at(at);
        let block: Option<SignedBlock> = self.ask(question, (at,)).await?;
        Ok(block.ok_or(ChainError::NoState(at))?.block)
    }

    pub(crate) async fn runtime_version(
        &self,
        at: BlockHash,
    ) -> Result<RuntimeVersion, ChainError> {
        let question = Question::new("state_getRuntimeVersion", "the runtime's version")
            .or(&["chain_getRuntimeVersion"])
            .at(at);
        match self.ask(question, (at,)).await {
            Err(ChainError::Incompatible { .. }) => {
                let what = "the runtime's version";
                let bytes = self.state_call(what, "Core_version", &[], at).await?;
                core_version(&bytes).ok_or_else(|| ChainError::Decode {
                    item: "Core_version".to_owned(),
                    reason: "it is of another shape".to_owned(),
                })
            }
            answer => answer,
        }
    }

    /// Finds out whether the node serves reads of many keys, so that none of them has to.
    pub(crate) async fn probe_reads(&self, at: BlockHash) {
        let question = Question::new("state_queryStorageAt", "nothing").at(at);
        // What it says is remembered by the connection; anything else will show when it matters.
        let _: Result<serde::de::IgnoredAny, _> = self.ask(question, (NOTHING, at)).await;
    }

    /// What is stored at many keys, in one request.
    pub(crate) async fn stored_at_all(
        &self,
        what: String,
        keys: &[Vec<u8>],
        at: BlockHash,
    ) -> Result<Values, ChainError> {
        let question = Question::new("state_queryStorageAt", what.clone()).at(at);
        let names: Vec<_> = keys.iter().map(|key| to_hex(key)).collect();
        let sets: Vec<ChangeSet> = match self.ask(question, (names, at)).await {
            Err(ChainError::Incompatible { .. }) => return self.each_stored(what, keys, at).await,
            answer => answer?,
        };
        let changes = sets.into_iter().flat_map(|set| set.changes);
        Ok(changes
            .map(|(key, value)| (key.0, value.map(|value| value.0)))
            .collect())
    }

    async fn each_stored(
        &self,
        what: String,
        keys: &[Vec<u8>],
        at: BlockHash,
    ) -> Result<Values, ChainError> {
        let each = keys.iter().map(async |key| {
            let value = self.stored(what.clone(), key, at).await?;
            Ok::<_, ChainError>((key.clone(), value))
        });
        Ok(try_join_all(each).await?.into_iter().collect())
    }

    /// The next keys, in order, that begin with a prefix and come after `after`.
    pub(crate) async fn keys_paged(
        &self,
        what: String,
        prefix: &[u8],
        at_most: usize,
        after: Option<&[u8]>,
        at: BlockHash,
    ) -> Result<Vec<Vec<u8>>, ChainError> {
        let question = Question::new("state_getKeysPaged", what)
            .or(&["state_getKeysPagedAt"])
            .at(at);
        let params = (to_hex(prefix), at_most, after.map(to_hex), at);
        let keys: Vec<Hex> = self.ask(question, params).await?;
        Ok(keys.into_iter().map(|key| key.0).collect())
    }

    /// Has the runtime itself answer.
    pub(crate) async fn state_call(
        &self,
        what: impl Into<std::borrow::Cow<'static, str>>,
        function: &str,
        arguments: &[u8],
        at: BlockHash,
    ) -> Result<Vec<u8>, ChainError> {
        let question = Question::new("state_call", what).at(at);
        let params = (function, to_hex(arguments), at);
        let bytes: Hex = self.ask(question, params).await?;
        Ok(bytes.0)
    }

    /// The metadata in force at a block, in the newest form that both sides know.
    pub(crate) async fn metadata(&self, at: BlockHash) -> Result<Vec<u8>, ChainError> {
        for version in [16_u32, 15] {
            let function = "Metadata_metadata_at_version";
            let answer = self
                .state_call("the runtime's metadata", function, &version.encode(), at)
                .await;
            match answer
                .as_deref()
                .map(|mut bytes| Option::<Vec<u8>>::decode(&mut bytes))
            {
                Ok(Ok(Some(metadata))) => return Ok(metadata),
                // Not in this version; or, on older runtimes, no such function at all.
                Ok(_) | Err(ChainError::Node { .. } | ChainError::Incompatible { .. }) => {}
                Err(_) => return answer,
            }
        }
        let question = Question::new("state_getMetadata", "the runtime's metadata").at(at);
        let bytes: Hex = self.ask(question, (at,)).await?;
        Ok(bytes.0)
    }

    /// The nonce that comes next, extrinsics in the node's pool counted.
    ///
    /// Where the node cannot say, the runtime is asked at the best block, which does not know of
    /// what is in the pool.
    pub(crate) async fn next_index(&self, account: AccountId) -> Result<u64, ChainError> {
        let what = format!("the next nonce of {account}");
        let question =
            Question::new("system_accountNextIndex", what.clone()).or(&["account_nextIndex"]);
        match self.ask(question, (account,)).await {
            Err(ChainError::Incompatible { .. }) => {
                let best = self.best_header().await?.block().hash;
                let function = "AccountNonceApi_account_nonce";
                let bytes = self
                    .state_call(what, function, account.as_bytes(), best)
                    .await?;
                nonce(&bytes).ok_or_else(|| ChainError::Decode {
                    item: function.to_owned(),
                    reason: format!("{} bytes are no nonce", bytes.len()),
                })
            }
            answer => answer,
        }
    }
}

/// Parameters of a method that takes none.
pub(crate) const NOTHING: [(); 0] = [];

/// Reads the fields of `sp_version::RuntimeVersion` that matter to a client.
fn core_version(bytes: &[u8]) -> Option<RuntimeVersion> {
    let input = &mut &*bytes;
    let (_spec_name, _impl_name) = <(String, String)>::decode(input).ok()?;
    let (_authoring, spec, _impl) = <(u32, u32, u32)>::decode(input).ok()?;
    let _apis = <Vec<([u8; 8], u32)>>::decode(input).ok()?;
    let transaction = u32::decode(input).ok()?;
    Some(RuntimeVersion { spec, transaction })
}

/// Nonces have 4 bytes on this chain and 8 on some others.
fn nonce(bytes: &[u8]) -> Option<u64> {
    match bytes.len() {
        4 => Some(u32::from_le_bytes(bytes.try_into().ok()?).into()),
        8 => Some(u64::from_le_bytes(bytes.try_into().ok()?)),
        _ => None,
    }
}
