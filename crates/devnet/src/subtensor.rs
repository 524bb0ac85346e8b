//! What the pallet of the subnets does with its storage: genesis, epochs, weights.
//!
//! `opentensor/subtensor` `pallets/subtensor`; each file names the source it follows.

pub(crate) mod commits;
pub(crate) mod epochs;
pub(crate) mod genesis;
pub(crate) mod hyperparameters;
pub(crate) mod neurons;
pub(crate) mod pools;
pub(crate) mod registration;
pub(crate) mod serving;
pub(crate) mod stake;
pub(crate) mod staking;
pub(crate) mod weights;

/// The pallet's name in every runtime.
pub(crate) const PALLET: &str = "SubtensorModule";
