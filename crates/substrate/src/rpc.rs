//! The node's methods, as far as they are used here.
//!
//! These are the legacy methods only: pruned nodes advertise `archive` ones that they do not serve,
//! and nothing here needs a block to be pinned.

use std::fmt;

use axonry_chain::ChainError;
use axonry_core::{AccountId, Block, BlockHash, BlockNumber};
use parity_scale_codec::{Decode, Encode};
use serde::{Deserialize, Deserializer};
use subxt::config::substrate::{DigestItem, SubstrateHeader};
use subxt::ext::jsonrpsee::rpc_params;
use subxt::utils::H256;

use crate::link::{Link, Question};
use crate::runtime::{RuntimeVersion, Values, block_hash};

/// Bytes as the node writes them: `0x` and hexadecimal digits.
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;
        impl serde::de::Visitor<'_> for Digits {
            type Value = Hex;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`0x` and hexadecimal digits")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Hex, E> {
                let digits = text.strip_prefix("0x").unwrap_or(text);
                hex::decode(digits).map(Hex).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Digits)
    }
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// A block's header.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Header(SubstrateHeader<H256>);

impl Header {
    pub(crate) fn number(&self) -> BlockNumber {
        BlockNumber(self.0.number)
    }

    pub(crate) fn parent(&self) -> BlockHash {
        BlockHash(self.0.parent_hash.0)
    }

    /// The block, with the hash worked out from the header.
    pub(crate) fn block(&self) -> Block {
        Block {
            number: self.number(),
            hash: block_hash(&self.0.encode()),
        }
    }

    /// Whether the block put another runtime in force, for itself and all after it.
    pub(crate) fn changes_runtime(&self) -> bool {
        let logs = &self.0.digest.logs;
        logs.contains(&DigestItem::RuntimeEnvironmentUpdated)
    }
}

/// A block with what is in it.
#[derive(Debug, Deserialize)]
pub(crate) struct Body {
    pub(crate) header: Header,
    pub(crate) extrinsics: Vec<Hex>,
}

#[derive(Deserialize)]
struct SignedBlock {
    block: Body,
}

#[derive(Deserialize)]
struct ChangeSet {
    changes: Vec<(Hex, Option<Hex>)>,
}

impl Link {
    pub(crate) async fn finalized_head(&self) -> Result<BlockHash, ChainError> {
        let question = Question::new("chain_getFinalizedHead", "the finalized head");
        self.ask(question, rpc_params![]).await
    }

    pub(crate) async fn header(&self, at: BlockHash) -> Result<Header, ChainError> {
        let question = Question::new("chain_getHeader", format!("the header of {at}")).at(at);
        let header: Option<Header> = self.ask(question, rpc_params![at]).await?;
        header.ok_or(ChainError::NoState(at))
    }

    pub(crate) async fn hash_of(&self, number: BlockNumber) -> Result<BlockHash, ChainError> {
        let question = Question::new("chain_getBlockHash", format!("the hash of block {number}"));
        let hash: Option<BlockHash> = self.ask(question, rpc_params![number.0]).await?;
        hash.ok_or(ChainError::NoBlock(number))
    }

    pub(crate) async fn body(&self, at: BlockHash) -> Result<Body, ChainError> {
        let question = Question::new("chain_getBlock", format!("the body of {at}")).at(at);
        let block: Option<SignedBlock> = self.ask(question, rpc_params![at]).await?;
        Ok(block.ok_or(ChainError::NoState(at))?.block)
    }

    pub(crate) async fn runtime_version(
        &self,
        at: BlockHash,
    ) -> Result<RuntimeVersion, ChainError> {
        let question = Question::new("state_getRuntimeVersion", "the runtime's version").at(at);
        self.ask(question, rpc_params![at]).await
    }

    /// What is stored at one key.
    pub(crate) async fn stored(
        &self,
        what: String,
        key: &[u8],
        at: BlockHash,
    ) -> Result<Option<Vec<u8>>, ChainError> {
        let question = Question::new("state_getStorage", what).at(at);
        let bytes: Option<Hex> = self.ask(question, rpc_params![to_hex(key), at]).await?;
        Ok(bytes.map(|bytes| bytes.0))
    }

    /// What is stored at many keys, in one request.
    pub(crate) async fn stored_at_all(
        &self,
        what: String,
        keys: &[Vec<u8>],
        at: BlockHash,
    ) -> Result<Values, ChainError> {
        let question = Question::new("state_queryStorageAt", what).at(at);
        let keys: Vec<_> = keys.iter().map(|key| to_hex(key)).collect();
        let sets: Vec<ChangeSet> = self.ask(question, rpc_params![keys, at]).await?;
        let changes = sets.into_iter().flat_map(|set| set.changes);
        Ok(changes
            .map(|(key, value)| (key.0, value.map(|value| value.0)))
            .collect())
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
        let question = Question::new("state_getKeysPaged", what).at(at);
        let params = rpc_params![to_hex(prefix), at_most, after.map(to_hex), at];
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
        let params = rpc_params![function, to_hex(arguments), at];
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
                Ok(_) | Err(ChainError::Node { .. }) => {}
                Err(_) => return answer,
            }
        }
        let question = Question::new("state_getMetadata", "the runtime's metadata").at(at);
        let bytes: Hex = self.ask(question, rpc_params![at]).await?;
        Ok(bytes.0)
    }

    /// The nonce that comes next, extrinsics in the node's pool counted.
    pub(crate) async fn next_index(&self, account: AccountId) -> Result<u64, ChainError> {
        let what = format!("the next nonce of {account}");
        let question = Question::new("system_accountNextIndex", what);
        self.ask(question, rpc_params![account]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_tells_its_hash_and_whether_it_changes_the_runtime() {
        let header = |logs: &str| -> Header {
            let zero = "00".repeat(32);
            let json = format!(
                r#"{{"parentHash":"0x{zero}","number":"0x10","stateRoot":"0x{zero}",
                "extrinsicsRoot":"0x{zero}","digest":{{"logs":[{logs}]}}}}"#
            );
            serde_json::from_str(&json).unwrap()
        };
        let plain = header("");
        // Parent, compact number, state root, extrinsics root, number of logs.
        let encoded = [&[0; 32][..], &[0x40], &[0; 64], &[0]].concat();
        assert_eq!(plain.block().number, BlockNumber(16));
        assert_eq!(plain.block().hash, block_hash(&encoded));
        assert!(!plain.changes_runtime());
        assert!(header(r#""0x08""#).changes_runtime());
    }
}
