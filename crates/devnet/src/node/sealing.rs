//! Making blocks.

use std::collections::VecDeque;

use axonry_core::{Block, BlockHash};
use parity_scale_codec::Encode;

use super::pooling::BLOCK_HASHES;
use super::{BLOCKS_PER_STATE, Core, Heads, Node};
use crate::account;
use crate::block::{Sealed, blake2_256};
use crate::dispatch::{self, Info};
use crate::execution::{Event, Execution, Strictness};
use crate::extrinsic::{self, Parts};
use crate::pool::{PoolStatus, Watchers};
use crate::presented::{Presented, PresentedError, Value};
use crate::state::Changes;
use crate::storage::Storage;
use crate::subtensor::{epochs, registration, weights};
use crate::{balances, fees};

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
    strictness: Strictness,
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
        let core = &mut *guard;
        let parent = core.best().clone();
        let number = parent.header.number + 1;
        let now = now().max(core.now + 1);

        let mut draft = Draft {
            storage: Storage::new(&self.presented, &core.state, parent.header.number),
            extrinsics: Vec::new(),
            records: Vec::new(),
            included: Vec::new(),
            rejected: Vec::new(),
            strictness: self.strictness,
        };
        draft.initialize(&parent)?;
        edit(&mut draft.storage)?;
        epochs::advance(&mut draft.storage, self.netuid, number)?;
        registration::advance(&mut draft.storage, self.netuid, number)?;
        self.beacon.publish(&mut draft.storage, self.netuid, now)?;
        weights::reveal_matured(&mut draft.storage, self.netuid, number)?;
        draft.timestamp(now)?;
        draft.pooled(core, self.genesis, number)?;
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
        let sealed = Sealed::new(parent.hash, number, slot, state_root, extrinsics);
        let block = sealed.block();
        core.now = now;
        core.state.apply(number, changes);
        core.append(sealed, self.history);
        core.settle(&self.presented, block, &included, &rejected)?;
        let finalized = core.finalize(number.saturating_sub(self.finality_lag));
        // Told while the lock is held, so that nobody sees the heads out of order.
        self.heads.send_replace(Heads {
            best: block,
            finalized,
        });
        Ok(block)
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
    fn pooled(
        &mut self,
        core: &Core,
        genesis: BlockHash,
        number: u64,
    ) -> Result<(), PresentedError> {
        let presented = self.storage.presented();
        for key in core.pool.ready().into_iter().take(MOST_EXTRINSICS) {
            let bytes = core.pool.bytes(key).expect("ready, so it is there");
            let valid = core.validate(presented, &self.storage, genesis, bytes, self.strictness);
            let parts = extrinsic::parts(presented, bytes);
            let (Ok(valid), Ok(parts)) = (valid, parts) else {
                self.rejected.push(key);
                continue;
            };
            if valid.nonce != valid.account_nonce {
                // The one before it was rejected a moment ago: it waits again.
                continue;
            }
            let strictness = self.strictness;
            let mut execution = Execution {
                storage: &mut self.storage,
                origin: parts.account,
                number,
                strictness,
                events: Vec::new(),
            };
            let charge = Charge::take(&mut execution, &parts, bytes.len())?;
            let outcome = execution.run(&parts.call)?;
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

/// What an extrinsic costs its sender, whatever becomes of the call.
struct Charge {
    account: axonry_core::AccountId,
    pays: bool,
    fee: u64,
    tip: u64,
    /// The events of taking it.
    events: Vec<Event>,
}

impl Charge {
    /// Uses up the nonce, and takes fee and tip.
    fn take(
        execution: &mut Execution<'_, '_>,
        parts: &Parts<'_>,
        bytes: usize,
    ) -> Result<Self, PresentedError> {
        let storage = &mut *execution.storage;
        let mut account = account::read(storage, parts.account)?;
        account.nonce = account.nonce.saturating_add(1);
        account::write(storage, parts.account, &account)?;
        let pays = fees::pays(storage.presented(), &parts.call);
        let fee = if pays { fees::fee(bytes as u64) } else { 0 };
        let taken = fee.saturating_add(parts.tip);
        if taken > 0 {
            balances::withdraw(execution, parts.account, taken)?;
        }
        Ok(Self {
            account: parts.account,
            pays,
            fee,
            tip: parts.tip,
            events: std::mem::take(&mut execution.events),
        })
    }

    /// The event that says what was paid.
    fn tell(&self, execution: &mut Execution<'_, '_>) -> Vec<Event> {
        let paid = self.fee.saturating_add(self.tip);
        if paid > 0 {
            let fields = vec![self.account.into(), paid.into(), self.tip.into()];
            execution.deposit("TransactionPayment", "TransactionFeePaid", fields);
        }
        std::mem::take(&mut execution.events)
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
            self.watched.push_back((block, waiting.watchers));
        }
        for key in rejected {
            self.pool.reject(*key);
        }
        let storage = Storage::new(presented, &self.state, block.number.0);
        let nonce = |id| account::read(&storage, id).map_or(0, |account| u64::from(account.nonce));
        self.pool.drop_stale(block.number.0, nonce);
        Ok(())
    }

    /// Makes everything up to block `number` final.
    fn finalize(&mut self, number: u64) -> Block {
        let due = self
            .watched
            .partition_point(|(block, _)| block.number.0 <= number);
        let due: VecDeque<(Block, Watchers)> = self.watched.drain(..due).collect();
        for (block, mut watchers) in due {
            watchers.tell(&PoolStatus::Finalized(block.hash));
        }
        let finalized = self.block(number).unwrap_or_else(|| self.best());
        finalized.block()
    }
}

/// Milliseconds since the Unix epoch.
fn now() -> u64 {
    let now = jiff::Timestamp::now().as_millisecond();
    u64::try_from(now).unwrap_or(0)
}
