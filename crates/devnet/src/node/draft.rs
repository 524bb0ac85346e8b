//! A block in the making: what goes into it, in which order.

use axonry_core::AccountId;

use super::charging::Charge;
use super::pooling::BLOCK_HASHES;
use super::{Core, Node};
use crate::block::{Sealed, blake2_256};
use crate::dispatch::{self, Info};
use crate::execution::Execution;
use crate::extrinsic;
use crate::faults::ChainFault;
use crate::presented::{Presented, PresentedError, Value};
use crate::storage::Storage;

/// The most pooled extrinsics in one block; the rest waits for the next.
const MOST_EXTRINSICS: usize = 512;

/// A block in the making.
pub(super) struct Draft<'a> {
    pub(super) storage: Storage<'a>,
    pub(super) extrinsics: Vec<Vec<u8>>,
    records: Vec<Value>,
    /// What of the pool is in it, and what of the pool turned out invalid.
    pub(super) included: Vec<(AccountId, u64)>,
    pub(super) rejected: Vec<(AccountId, u64)>,
}

impl<'a> Draft<'a> {
    /// An empty block on top of the state in `storage`.
    pub(super) const fn new(storage: Storage<'a>) -> Self {
        Self {
            storage,
            extrinsics: Vec::new(),
            records: Vec::new(),
            included: Vec::new(),
            rejected: Vec::new(),
        }
    }
}

impl Draft<'_> {
    /// What `frame_system` does before anything else in a block.
    pub(super) fn initialize(&mut self, parent: &Sealed) -> Result<(), PresentedError> {
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
    pub(super) fn upgrade(&mut self, to: &Presented) {
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
    pub(super) fn timestamp(&mut self, now: u64) -> Result<(), PresentedError> {
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
    pub(super) fn pooled(
        &mut self,
        core: &Core,
        node: &Node,
        number: u64,
    ) -> Result<(), PresentedError> {
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

    pub(super) fn deposit(&mut self) -> Result<(), PresentedError> {
        let records = std::mem::take(&mut self.records);
        let count = u32::try_from(records.len()).expect("few events per extrinsic");
        self.storage.write("System", "EventCount", &[], count)?;
        self.storage.write("System", "Events", &[], records)
    }
}
