//! Blocks: the header's encoding is what a block's hash is taken of.

use axonry_core::BlockHash;
use parity_scale_codec::{Compact, Encode};

/// The blake2-256 hash of bytes.
pub(crate) fn blake2_256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(
        blake2b_simd::Params::new()
            .hash_length(32)
            .hash(bytes)
            .as_bytes(),
    );
    hash
}

/// What a block says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) parent: BlockHash,
    pub(crate) number: u64,
    pub(crate) state_root: [u8; 32],
    pub(crate) extrinsics_root: [u8; 32],
    /// The slot of the block, as an Aura author announces it; the genesis block has none.
    pub(crate) slot: Option<u64>,
    /// Whether the block puts another runtime in force, for those after it.
    pub(crate) upgrades: bool,
}

/// A block with its extrinsics.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    pub(crate) header: Header,
    pub(crate) hash: BlockHash,
    pub(crate) extrinsics: Vec<Vec<u8>>,
}

impl Header {
    /// The items of the digest, each in its encoding.
    pub(crate) fn digest(&self) -> Vec<Vec<u8>> {
        const PRE_RUNTIME: u8 = 6;
        const RUNTIME_ENVIRONMENT_UPDATED: u8 = 8;
        let item = |slot: u64| (PRE_RUNTIME, *b"aura", slot.to_le_bytes().to_vec()).encode();
        let mut items: Vec<_> = self.slot.map(item).into_iter().collect();
        if self.upgrades {
            items.push(vec![RUNTIME_ENVIRONMENT_UPDATED]);
        }
        items
    }

    /// The header's SCALE encoding.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = self.parent.0.to_vec();
        Compact(self.number).encode_to(&mut bytes);
        bytes.extend(self.state_root);
        bytes.extend(self.extrinsics_root);
        let digest = self.digest();
        bytes.extend(Compact(u32::try_from(digest.len()).expect("two items at most")).encode());
        bytes.extend(digest.concat());
        bytes
    }

    /// The hash of the block.
    pub(crate) fn hash(&self) -> BlockHash {
        BlockHash(blake2_256(&self.encode()))
    }
}

impl Sealed {
    /// Closes a block. The roots are hashes over content, as no proof is served from them.
    pub(crate) fn new(
        parent: BlockHash,
        number: u64,
        slot: Option<u64>,
        state_root: [u8; 32],
        extrinsics: Vec<Vec<u8>>,
        upgrades: bool,
    ) -> Self {
        let header = Header {
            parent,
            number,
            state_root,
            extrinsics_root: blake2_256(&extrinsics.encode()),
            slot,
            upgrades,
        };
        Self {
            hash: header.hash(),
            header,
            extrinsics,
        }
    }

    /// The block's height and hash.
    pub(crate) const fn block(&self) -> axonry_core::Block {
        axonry_core::Block {
            number: axonry_core::BlockNumber(self.header.number),
            hash: self.hash,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_encodes_as_parent_number_roots_and_digest() {
        let header = Header {
            parent: BlockHash([1; 32]),
            number: 100,
            state_root: [2; 32],
            extrinsics_root: [3; 32],
            slot: Some(7),
            upgrades: false,
        };
        let expected = format!(
            "{}9101{}{}0406{}200700000000000000",
            "01".repeat(32),
            "02".repeat(32),
            "03".repeat(32),
            hex::encode("aura"),
        );
        assert_eq!(hex::encode(header.encode()), expected);
        assert_eq!(header.hash().0, blake2_256(&header.encode()));
        let upgrading = Header {
            upgrades: true,
            ..header
        };
        assert!(
            hex::encode(upgrading.encode()).ends_with("000008"),
            "one more item"
        );
    }
}
