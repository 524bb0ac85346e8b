//! Forks: the newest blocks are replaced by others.

use std::collections::HashMap;

use axonry_chain::ExtrinsicHash;
use axonry_core::Block;

use super::sealing::Making;
use super::{Core, Node};
use crate::block::{Sealed, blake2_256};
use crate::pool::{PoolStatus, Watchers};
use crate::presented::PresentedError;
use crate::storage::Storage;

/// Replaced blocks are remembered this far back.
const RETRACTED: usize = 256;

/// Why blocks were not replaced.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReorgError {
    /// Blocks that are final stay.
    #[error(
        "{depth} blocks cannot be replaced: {unfinalized} are not final; set `finality_lag`, or \
         stall finality first"
    )]
    Final {
        /// How many were to be replaced.
        depth: u64,
        /// How many can be.
        unfinalized: u64,
    },
    /// No other block could be made.
    #[error("no block could be made")]
    Seal(#[from] PresentedError),
}

impl Node {
    /// Replaces the newest `depth` blocks by a fork that is one longer.
    ///
    /// The state rolls back, runtime upgrades included, and the pool gets the extrinsics back; they
    /// land in the fork's last block, the others have none.
    pub(crate) fn reorg(&self, depth: u64) -> Result<Block, ReorgError> {
        let mut guard = self.core_mut();
        let best = guard.best().header.number;
        // Nothing rolls back to a state that has been dropped.
        let first = guard.finalized.number.0.max(guard.state.oldest());
        let unfinalized = best.saturating_sub(first);
        if depth > unfinalized {
            return Err(ReorgError::Final { depth, unfinalized });
        }
        if depth == 0 {
            return Ok(guard.best().block());
        }
        let back = guard.roll_back(best - depth);
        guard.take_back(self, back);
        for _ in 0..depth {
            self.make(&mut guard, Making::empty())?;
        }
        let block = self.make(&mut guard, Making::usual())?;
        self.tell(&guard);
        Ok(block)
    }
}

impl Core {
    /// Forgets every block after `number`; those blocks, newest first.
    fn roll_back(&mut self, number: u64) -> Vec<Sealed> {
        let mut gone = Vec::new();
        while self.best().header.number > number {
            let Some(block) = self.blocks.pop_back() else {
                break;
            };
            self.by_hash.remove(&block.hash);
            self.retracted.push_back(block.clone());
            gone.push(block);
        }
        let excess = self.retracted.len().saturating_sub(RETRACTED);
        self.retracted.drain(..excess);
        self.state.roll_back(number);
        self.runtimes.retain(|(since, _)| *since <= number + 1);
        gone
    }

    /// Gives the extrinsics of blocks that are gone back to the pool.
    fn take_back(&mut self, node: &Node, gone: Vec<Sealed>) {
        let mut watchers: HashMap<ExtrinsicHash, Watchers> = HashMap::new();
        let number = self.best().header.number;
        let kept = self
            .watched
            .partition_point(|watched| watched.block.number.0 <= number);
        for mut watched in self.watched.drain(kept..) {
            let block = watched.block.hash;
            watched.watchers.tell(&PoolStatus::Retracted(block));
            watchers.insert(watched.extrinsic, watched.watchers);
        }
        // The oldest block first, so that nonces come in order.
        for block in gone.into_iter().rev() {
            for bytes in block.extrinsics {
                let hash = ExtrinsicHash(blake2_256(&bytes));
                let watchers = watchers.remove(&hash).unwrap_or_default();
                let runtime = self.runtime_of(number + 1);
                let storage = Storage::new(&runtime, &self.state, number);
                let valid = self.validate(&runtime, &storage, node, &bytes);
                // An inherent is not valid in the pool, and not missed there.
                let Ok(valid) = valid else { continue };
                self.pool.pardon(hash);
                if let Err(refusal) = self.pool.insert(hash, bytes, &valid, watchers) {
                    tracing::debug!(?refusal, "the pool does not take an extrinsic back");
                }
            }
        }
    }
}
