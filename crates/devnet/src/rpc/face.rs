//! The chain as one door shows it.

use std::sync::Arc;

use axonry_chain::ExtrinsicHash;
use axonry_core::{AccountId, Block, BlockHash};
use tokio::sync::watch;

use super::Answer;
use crate::api::ApiError;
use crate::block::{Header, Sealed};
use crate::faults::{DoorFault, DoorFaults};
use crate::node::{Heads, Node, ReadError};
use crate::pool::{PoolRefusal, Watcher};
use crate::presented::{Presented, PresentedError};
use crate::{account, api};

/// A node in the way of whoever asks through one door: it may be behind, pruned, or of another chain.
#[derive(Clone, Debug)]
pub(crate) struct Face {
    node: Arc<Node>,
    faults: DoorFaults,
}

/// The values of raw keys, in the keys' order, and the block they are of.
pub(super) type Values = (BlockHash, Vec<Option<Vec<u8>>>);

impl Face {
    pub(crate) const fn new(node: Arc<Node>, faults: DoorFaults) -> Self {
        Self { node, faults }
    }

    /// How many blocks this door is behind.
    fn behind(&self) -> u64 {
        let behind = self.faults.find(|fault| match fault {
            DoorFault::Behind { blocks } => Some(*blocks),
            _ => None,
        });
        behind.unwrap_or(0)
    }

    /// The newest blocks this door knows.
    pub(super) fn heads(&self) -> Heads {
        self.behind_by(self.node.heads())
    }

    /// The newest blocks, as far as this door has come.
    pub(super) fn behind_by(&self, heads: Heads) -> Heads {
        let behind = self.behind();
        if behind == 0 {
            return heads;
        }
        let best = heads.best.number.0.saturating_sub(behind);
        let known = |block: Block| {
            let number = block.number.0.min(best);
            let header = self.node.header_at(number);
            header.map_or(block, |header| Block {
                number: axonry_core::BlockNumber(number),
                hash: header.hash(),
            })
        };
        Heads {
            best: known(heads.best),
            finalized: known(heads.finalized),
        }
    }

    /// The chain's newest blocks, now and whenever they change.
    pub(super) fn watch_heads(&self) -> watch::Receiver<Heads> {
        self.node.watch_heads()
    }

    /// The hash of the block at a height.
    pub(super) fn hash_of(&self, number: u64) -> Option<BlockHash> {
        if number > self.heads().best.number.0 {
            return None;
        }
        let hash = self.node.hash_of(number)?;
        let is_other = number == 0 && self.faults.current().contains(&DoorFault::OtherChain);
        Some(if is_other {
            BlockHash(hash.0.map(|byte| !byte))
        } else {
            hash
        })
    }

    /// The header at a height.
    pub(super) fn header_at(&self, number: u64) -> Option<Header> {
        self.node.header_at(number)
    }

    /// A block, if this door has come to it.
    pub(super) fn block(&self, hash: BlockHash) -> Option<Sealed> {
        let block = self.node.block(hash)?;
        (block.header.number <= self.heads().best.number.0).then_some(block)
    }

    /// The block a read is for, if this door has its state.
    fn pinned(&self, at: Option<BlockHash>) -> Result<BlockHash, ReadError> {
        let best = self.heads().best;
        let Some(hash) = at else {
            return Ok(best.hash);
        };
        let Some(header) = self.node.header(hash) else {
            return Err(ReadError::Unknown(hash));
        };
        if header.number > best.number.0 {
            return Err(ReadError::Unknown(hash));
        }
        let kept = self.faults.find(|fault| match fault {
            DoorFault::Pruned { blocks } => Some(*blocks),
            _ => None,
        });
        if kept.is_some_and(|kept| header.number + kept <= best.number.0) {
            return Err(ReadError::Discarded(hash));
        }
        Ok(hash)
    }

    /// The runtime in force after a block, or after the best one.
    pub(super) fn runtime(&self, at: Option<BlockHash>) -> Result<Arc<Presented>, ReadError> {
        self.node.runtime(Some(self.pinned(at)?))
    }

    /// The values of raw keys after a block, or after the best one.
    pub(super) fn raw(&self, keys: &[Vec<u8>], at: Option<BlockHash>) -> Result<Values, ReadError> {
        self.node.raw(keys, Some(self.pinned(at)?))
    }

    /// The next `most` keys that start with `prefix`, after `after`.
    pub(super) fn keys(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        most: usize,
        at: Option<BlockHash>,
    ) -> Result<Vec<Vec<u8>>, ReadError> {
        self.node.keys(prefix, after, most, Some(self.pinned(at)?))
    }

    /// Calls a runtime API.
    pub(super) fn call(
        &self,
        name: &str,
        input: &[u8],
        at: Option<BlockHash>,
    ) -> Result<Vec<u8>, ApiError> {
        api::call(&self.node, name, input, Some(self.pinned(at)?))
    }

    /// The nonce of an account's next extrinsic; a door that is behind knows of none in the pool.
    pub(super) fn next_nonce(&self, id: AccountId) -> Result<u64, PresentedError> {
        if self.behind() == 0 {
            return self.node.next_nonce(id);
        }
        let at = Some(self.heads().best.hash);
        match self.node.read(at, |storage, _| account::read(storage, id)) {
            Ok(account) => Ok(account?.nonce.into()),
            Err(_) => self.node.next_nonce(id),
        }
    }

    /// Hands an extrinsic to the pool.
    pub(super) fn submit(
        &self,
        bytes: Vec<u8>,
        watcher: Option<Watcher>,
    ) -> Result<ExtrinsicHash, PoolRefusal> {
        self.node.submit(bytes, watcher)
    }

    /// The bytes of all extrinsics that are ready for a block.
    pub(super) fn pending(&self) -> Vec<Vec<u8>> {
        self.node.pending()
    }

    /// The methods this door lists, of those it serves.
    pub(super) fn listed<'a>(&self, served: &[&'a str]) -> Answer<Vec<&'a str>> {
        let hidden = self.faults.current();
        let is_listed = |name: &&&str| {
            let unlisted =
                |fault: &DoorFault| matches!(fault, DoorFault::Unlisted(one) if one == *name);
            !hidden.iter().any(unlisted)
        };
        Ok(served.iter().filter(is_listed).copied().collect())
    }
}
