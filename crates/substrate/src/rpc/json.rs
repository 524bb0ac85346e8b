//! What the node's answers look like.

use std::fmt;

use axonry_core::{Block, BlockHash, BlockNumber};
use parity_scale_codec::Encode;
use serde::{Deserialize, Deserializer};
use subxt::config::substrate::{DigestItem, SubstrateHeader};
use subxt::utils::H256;

use crate::runtime::block_hash;

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
pub(super) struct SignedBlock {
    pub(super) block: Body,
}

#[derive(Deserialize)]
pub(super) struct ChangeSet {
    pub(super) changes: Vec<(Hex, Option<Hex>)>,
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
