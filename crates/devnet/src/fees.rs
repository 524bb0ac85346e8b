//! What an extrinsic costs.
//!
//! A rule of this chain's own, simple enough to be worked out by hand: [`BASE`] and 1 rao for each
//! byte of the extrinsic, as on the real chain, whose further charge for what a call weighs is left
//! out. Free are the calls that are free there (`Pays::No` in `opentensor/subtensor`
//! `pallets/subtensor/src/macros/dispatches.rs`), and batches of nothing else.

use crate::presented::{CallData, Presented};
use crate::subtensor::PALLET;

/// What every extrinsic that pays costs, in rao.
pub(crate) const BASE: u64 = 50_000;

/// Calls about weights and about oneself.
const FREE: [&str; 18] = [
    "set_weights",
    "set_mechanism_weights",
    "batch_set_weights",
    "commit_weights",
    "commit_mechanism_weights",
    "batch_commit_weights",
    "reveal_weights",
    "reveal_mechanism_weights",
    "batch_reveal_weights",
    "commit_timelocked_weights",
    "commit_timelocked_mechanism_weights",
    "commit_crv3_mechanism_weights",
    "serve_axon",
    "serve_axon_tls",
    "serve_prometheus",
    "decrease_take",
    "increase_take",
    "associate_evm_key",
];

/// Whether the sender of a call pays for it.
pub(crate) fn pays(presented: &Presented, call: &CallData<'_>) -> bool {
    match (call.pallet, call.name) {
        (PALLET, name) => !FREE.contains(&name),
        ("Commitments", "set_commitment") => false,
        ("Utility", "batch" | "batch_all" | "force_batch") => {
            let calls = presented.calls_within(call).unwrap_or_default();
            calls.iter().any(|call| pays(presented, call))
        }
        _ => true,
    }
}

/// The fee for an extrinsic of so many bytes, in rao, without the tip.
pub(crate) const fn fee(bytes: u64) -> u64 {
    BASE + bytes
}
