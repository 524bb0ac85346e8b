//! Making blocks.

use std::collections::VecDeque;
use std::sync::Arc;

use axonry_core::Block;
use parity_scale_codec::Encode;

use super::charging::Charge;
use super::pooling::BLOCK_HASHES;
use super::{BLOCKS_PER_STATE, Core, Heads, Node};
use crate::account;
use crate::block::{Sealed, blake2_256};
use crate::dispatch::{self, Info};
use crate::execution::Execution;
use crate::extrinsic;
use crate::faults::ChainFault;
use crate::migration;
use crate::pool::{PoolStatus, Watched};
use crate::presented::{Presented, PresentedError, Value};
use crate::state::Changes;
use crate::storage::Storage;
use crate::subtensor::{epochs, registration, weights};

/// The most pooled extrinsics in one block; the rest waits for the next.
const MOST_EXTRINSICS: usize = 512;

/// Forgetting old states costs a walk over all keys, so it is done in strides.
const STRIDE: u64 = 256;

/// A root over what a block changed and everything before it.
pub(super) fn root(parent: [u8; 32], changes: &Changes) -> [u8; 32] {
    let mut content = parent.to_vec();
    changes.encode_to(&mut content);
    blake2_256(&content)
}

/// A block in the making.
struct Draft<'a> {
    storage: Storage<'a>,
    extrinsics: Vec<Vec<u8>>,
    records: Vec<Value>,
    /// What of the pool is in it, and what of the pool turned out invalid.
    included: Vec<(axonry_core::AccountId, u64)>,
    rejected: Vec<(axonry_core::AccountId, u64)>,
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

        let mut draft = Draft {
            storage: Storage::with_changes(&runtime, &core.state, before, migrated),
            extrinsics: Vec::new(),
            records: Vec::new(),
            included: Vec::new(),
            rejected: Vec::new(),
        };
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

impl Draft<'_> {
    /// What `frame_system` does before anything else in a block.
    fn initialize(&mut self, parent: &Sealed) -> Result<(), PresentedError> {
        let storage = &mut self.storage;
        let before = parent.header.number;
        let short = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        storage.write("System", "Number", &[], short(before + 1))?;
        storage.write("System", "ParentHash", &[], parent.hash)?;
        storage.write("System", "BlockHash", &[short(before).into()], parent.hash)?;
        match before.checked_sub(BLOCK_HASHES) {
            None | Some(0) => Ok(()),
            Some(old) => storage.remove("System", "BlockHash", &[short(old).into()]),
        }
    }

    /// Puts the code of another runtime into the state: a hash stands in for it.
    fn upgrade(&mut self, to: &Presented) {
        let code = blake2_256(&to.version().bytes).to_vec();
        self.storage.write_raw(b":code", code);
        let presented = self.storage.presented();
        if presented.event_fields("System", "CodeUpdated").is_some() {
            let event = Value::variant("System", Value::List(vec![Value::unit("CodeUpdated")]));
            self.records.push(Value::Record(vec![
                ("phase", Value::unit("Initialization")),
                ("event", event),
            ]));
        }
    }

    /// The one extrinsic nobody signs: the time.
    fn timestamp(&mut self, now: u64) -> Result<(), PresentedError> {
        let presented = self.storage.presented();
        if !presented.has_call("Timestamp", "set") {
            return Ok(());
        }
        self.storage.write("Timestamp", "Now", &[], now)?;
        let call = presented.call_data("Timestamp", "set", vec![("now", now.into())])?;
        let info = Info {
            class: "Mandatory",
            pays: false,
        };
        let (index, none) = (self.index(), Vec::new);
        let records = dispatch::records(presented, index, none(), Ok(none()), none(), info);
        self.records.extend(records);
        self.extrinsics.push(extrinsic::unsigned(&call));
        Ok(())
    }

    /// Everything that is ready, checked again in the state it meets.
    fn pooled(&mut self, core: &Core, node: &Node, number: u64) -> Result<(), PresentedError> {
        let presented = self.storage.presented();
        for key in core.pool.ready().into_iter().take(MOST_EXTRINSICS) {
            let bytes = core.pool.bytes(key).expect("ready, so it is there");
            let valid = core.validate(presented, &self.storage, node, bytes);
            let parts = extrinsic::parts(presented, bytes);
            let (Ok(valid), Ok(parts)) = (valid, parts) else {
                self.rejected.push(key);
                continue;
            };
            if valid.nonce != valid.account_nonce {
                // The one before it was rejected a moment ago: it waits again.
                continue;
            }
            let mut execution = Execution {
                storage: &mut self.storage,
                origin: parts.account,
                number,
                strictness: node.strictness,
                events: Vec::new(),
            };
            let charge = Charge::take(&mut execution, &parts, bytes.len())?;
            let outcome = match node.faults.strikes(&ChainFault::IncludeWithoutEffect) {
                true => Ok(()),
                false => execution.run(&parts.call)?,
            };
            let outcome = outcome.map(|()| std::mem::take(&mut execution.events));
            let told = charge.tell(&mut execution);
            let index = self.index();
            let info = Info {
                class: "Normal",
                pays: charge.pays,
            };
            let records = dispatch::records(presented, index, charge.events, outcome, told, info);
            self.records.extend(records);
            self.extrinsics.push(bytes.to_vec());
            self.included.push(key);
        }
        Ok(())
    }

    /// The place of the next extrinsic.
    fn index(&self) -> u32 {
        u32::try_from(self.extrinsics.len()).expect("a block has room for few")
    }

    fn deposit(&mut self) -> Result<(), PresentedError> {
        let records = std::mem::take(&mut self.records);
        let count = u32::try_from(records.len()).expect("few events per extrinsic");
        self.storage.write("System", "EventCount", &[], count)?;
        self.storage.write("System", "Events", &[], records)
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
