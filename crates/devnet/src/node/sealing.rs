//! Making blocks.

use std::collections::VecDeque;
use std::sync::Arc;

use axonry_core::Block;
use parity_scale_codec::Encode;

use super::draft::Draft;
use super::{BLOCKS_PER_STATE, Core, Heads, Node};
use crate::account;
use crate::block::{Sealed, blake2_256};
use crate::faults::ChainFault;
use crate::migration;
use crate::pool::{PoolStatus, Watched};
use crate::presented::{Presented, PresentedError};
use crate::state::Changes;
use crate::storage::Storage;
use crate::subtensor::{epochs, registration, staking, weights};

/// Forgetting old states costs a walk over all keys, so it is done in strides.
const STRIDE: u64 = 256;

/// A root over what a block changed and everything before it.
pub(super) fn root(parent: [u8; 32], changes: &Changes) -> [u8; 32] {
    let mut content = parent.to_vec();
    changes.encode_to(&mut content);
    blake2_256(&content)
}

/// What a block is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Making<'a> {
    pooled: bool,
    upgrade: Option<&'a Presented>,
}

impl<'a> Making<'a> {
    /// Whatever is ready in the pool.
    pub(super) const fn usual() -> Self {
        Self {
            pooled: true,
            upgrade: None,
        }
    }

    /// Nothing but what nobody signs.
    pub(super) const fn empty() -> Self {
        Self {
            pooled: false,
            upgrade: None,
        }
    }

    /// What is ready in the pool, and another runtime.
    pub(super) const fn upgrading(to: &'a Presented) -> Self {
        Self {
            pooled: true,
            upgrade: Some(to),
        }
    }
}

impl Node {
    /// Makes the next block of what is ready in the pool.
    pub(crate) fn seal(&self) -> Result<Block, PresentedError> {
        self.seal_with(|_| Ok(()))
    }

    /// Makes the next block, with writes of the caller's before its extrinsics.
    pub(crate) fn seal_with(
        &self,
        edit: impl FnOnce(&mut Storage<'_>) -> Result<(), PresentedError>,
    ) -> Result<Block, PresentedError> {
        let mut guard = self.core_mut();
        let block = self.make_with(&mut guard, Making::usual(), edit)?;
        self.tell(&guard);
        Ok(block)
    }

    /// Makes a block; nobody is told yet.
    pub(super) fn make(&self, core: &mut Core, of: Making<'_>) -> Result<Block, PresentedError> {
        self.make_with(core, of, |_| Ok(()))
    }

    fn make_with(
        &self,
        core: &mut Core,
        of: Making<'_>,
        edit: impl FnOnce(&mut Storage<'_>) -> Result<(), PresentedError>,
    ) -> Result<Block, PresentedError> {
        let parent = core.best().clone();
        let before = parent.header.number;
        let number = before + 1;
        let now = self.clock.now(number, core.now);
        let (old, runtime) = (core.runtime_of(before), core.runtime_of(number));
        let migrated = if Arc::ptr_eq(&old, &runtime) {
            Changes::new()
        } else {
            migration::migrate(&core.state, before, &old, &runtime, self.netuid)?
        };

        let storage = Storage::with_changes(&runtime, &core.state, before, migrated);
        let mut draft = Draft::new(storage);
        draft.initialize(&parent)?;
        edit(&mut draft.storage)?;
        epochs::advance(&mut draft.storage, self.netuid, number)?;
        registration::advance(&mut draft.storage, self.netuid, number)?;
        self.beacon.publish(&mut draft.storage, self.netuid, now)?;
        weights::reveal_matured(&mut draft.storage, self.netuid, number)?;
        draft.timestamp(now)?;
        if let Some(upgrade) = of.upgrade {
            draft.upgrade(upgrade);
        }
        if of.pooled {
            draft.pooled(core, self, number)?;
        }
        staking::finalize(&mut draft.storage);
        draft.deposit()?;

        let Draft {
            storage,
            extrinsics,
            included,
            rejected,
            ..
        } = draft;
        let changes = storage.into_changes();
        let slot = Some(now / 1_000);
        let state_root = root(parent.header.state_root, &changes);
        let upgrades = of.upgrade.is_some();
        let sealed = Sealed::new(parent.hash, number, slot, state_root, extrinsics, upgrades);
        let block = sealed.block();
        core.now = now;
        core.state.apply(number, changes);
        core.append(sealed, self.history);
        core.settle(&runtime, block, &included, &rejected)?;
        core.stall(self.faults.has(&ChainFault::StallFinality));
        core.finalize(number.saturating_sub(self.finality_lag));
        Ok(block)
    }

    /// Tells the newest blocks; while the lock is held, so that nobody hears of them out of order.
    pub(super) fn tell(&self, core: &Core) {
        self.heads.send_replace(Heads {
            best: core.best().block(),
            finalized: core.finalized,
        });
    }
}

impl Core {
    fn append(&mut self, sealed: Sealed, history: u64) {
        let number = sealed.header.number;
        self.by_hash.insert(sealed.hash, number);
        self.blocks.push_back(sealed);
        let oldest = number.saturating_sub(history.saturating_sub(1));
        if oldest >= self.state.oldest() + STRIDE.min(history) {
            self.state.forget_before(oldest);
        }
        while number - self.first >= history.saturating_mul(BLOCKS_PER_STATE) {
            if let Some(forgotten) = self.blocks.pop_front() {
                self.by_hash.remove(&forgotten.hash);
            }
            self.first += 1;
        }
    }

    /// Tells the pool what became of its extrinsics.
    fn settle(
        &mut self,
        presented: &Presented,
        block: Block,
        included: &[(axonry_core::AccountId, u64)],
        rejected: &[(axonry_core::AccountId, u64)],
    ) -> Result<(), PresentedError> {
        for key in included {
            let Some(mut waiting) = self.pool.take(*key) else {
                continue;
            };
            // A node does not look again at what a block it knows has used up.
            self.pool.ban(waiting.hash);
            waiting.watchers.tell(&PoolStatus::InBlock(block.hash));
            self.watched.push_back(Watched {
                block,
                extrinsic: waiting.hash,
                watchers: waiting.watchers,
            });
        }
        for key in rejected {
            self.pool.reject(*key);
        }
        let storage = Storage::new(presented, &self.state, block.number.0);
        let nonce = |id| account::read(&storage, id).map_or(0, |account| u64::from(account.nonce));
        self.pool.drop_stale(block.number.0, nonce);
        Ok(())
    }

    /// Keeps finality where it is, or lets it go on.
    fn stall(&mut self, stalled: bool) {
        let standing = self.finalized.number.0;
        self.stalled = stalled.then(|| self.stalled.unwrap_or(standing));
    }

    /// Makes everything up to block `number` final.
    fn finalize(&mut self, number: u64) {
        let number = self.stalled.map_or(number, |stalled| number.min(stalled));
        let number = number.max(self.finalized.number.0);
        let due = self
            .watched
            .partition_point(|watched| watched.block.number.0 <= number);
        let due: VecDeque<Watched> = self.watched.drain(..due).collect();
        for mut watched in due {
            let block = watched.block.hash;
            watched.watchers.tell(&PoolStatus::Finalized(block));
        }
        self.finalized = self.block(number).unwrap_or_else(|| self.best()).block();
    }
}
