//! Reads, each pinned to a block.

use axonry_core::BlockHash;

use super::Node;
use crate::block::{Header, Sealed};
use crate::storage::Storage;

/// The values of raw keys, in the keys' order.
type Values = Vec<Option<Vec<u8>>>;

/// Why there is no state to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadError {
    /// No block of that hash.
    #[error("UnknownBlock: Header was not found in the database: {0}")]
    Unknown(BlockHash),
    /// Its state has been dropped.
    #[error("UnknownBlock: State already discarded for {0}")]
    Discarded(BlockHash),
}

impl Node {
    /// The hash of the block at a height.
    pub(crate) fn hash_of(&self, number: u64) -> Option<BlockHash> {
        if number == 0 {
            return Some(self.genesis);
        }
        self.core().block(number).map(|block| block.hash)
    }

    /// The header of a block.
    pub(crate) fn header(&self, hash: BlockHash) -> Option<Header> {
        self.block(hash).map(|block| block.header)
    }

    /// The header at a height.
    pub(crate) fn header_at(&self, number: u64) -> Option<Header> {
        self.core().block(number).map(|block| block.header.clone())
    }

    /// A block with its extrinsics.
    pub(crate) fn block(&self, hash: BlockHash) -> Option<Sealed> {
        let core = self.core();
        match core.by_hash.get(&hash) {
            Some(number) => core.block(*number).cloned(),
            None => core
                .retracted
                .iter()
                .find(|block| block.hash == hash)
                .cloned(),
        }
    }

    /// Reads the state after a block, or after the best one.
    pub(crate) fn read<T>(
        &self,
        at: Option<BlockHash>,
        read: impl FnOnce(&Storage<'_>, u64) -> T,
    ) -> Result<T, ReadError> {
        let core = self.core();
        let number = core.pinned(at)?;
        let runtime = core.runtime_of(number);
        let storage = Storage::new(&runtime, &core.state, number);
        Ok(read(&storage, number))
    }

    /// The values of raw keys after a block, or after the best one, with that block's hash.
    pub(crate) fn raw(
        &self,
        keys: &[Vec<u8>],
        at: Option<BlockHash>,
    ) -> Result<(BlockHash, Values), ReadError> {
        let core = self.core();
        let number = core.pinned(at)?;
        let value = |key: &Vec<u8>| core.state.value(key, number).map(<[u8]>::to_vec);
        let hash = at.unwrap_or(core.best().hash);
        Ok((hash, keys.iter().map(value).collect()))
    }

    /// The next `most` keys that start with `prefix`, after `after`.
    pub(crate) fn keys(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        most: usize,
        at: Option<BlockHash>,
    ) -> Result<Vec<Vec<u8>>, ReadError> {
        let core = self.core();
        let number = core.pinned(at)?;
        let keys = core.state.keys(prefix, after, number);
        Ok(keys.take(most).map(<[u8]>::to_vec).collect())
    }
}

impl super::Core {
    /// The number of the block a read is pinned to, if its state is here.
    pub(super) fn pinned(&self, at: Option<BlockHash>) -> Result<u64, ReadError> {
        let Some(hash) = at else {
            return Ok(self.best().header.number);
        };
        let Some(number) = self.by_hash.get(&hash).copied() else {
            let retracted = self.retracted.iter().any(|block| block.hash == hash);
            return Err(match retracted {
                true => ReadError::Discarded(hash),
                false => ReadError::Unknown(hash),
            });
        };
        if number < self.state.oldest() {
            return Err(ReadError::Discarded(hash));
        }
        Ok(number)
    }
}
