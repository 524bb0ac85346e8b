//! Setting weights: what the pool asks first, what the call asks then, what is stored.
//!
//! `pallets/subtensor/src/subnets/weights.rs` and `extensions/subtensor.rs`.

mod call;
mod commit;
mod fixed;
mod gate;
mod reveal;
mod set;
#[cfg(test)]
mod tests;

#[cfg(test)]
use call::SetWeights;
pub(crate) use call::WeightsCall;
use commit::{commit, commit_timelocked};
pub(crate) use gate::gate;
use reveal::reveal;
pub(crate) use reveal::reveal_matured;
use set::set;

use axonry_core::AccountId;

use crate::presented::Value;
use crate::refusal::Refusal;
use crate::storage::Storage;

/// Runs a call in block `number` and returns the event to deposit.
pub(crate) fn run(
    storage: &mut Storage<'_>,
    hotkey: AccountId,
    call: &WeightsCall,
    number: u64,
) -> Result<Value, Refusal> {
    match call {
        WeightsCall::Set(call) => set(storage, hotkey, call, number),
        WeightsCall::Commit { index, hash } => commit(storage, hotkey, *index, *hash, number),
        WeightsCall::Reveal { vector, salt } => reveal(storage, hotkey, vector, salt, number),
        WeightsCall::CommitTimelocked(call) => commit_timelocked(storage, hotkey, call, number),
    }
}
