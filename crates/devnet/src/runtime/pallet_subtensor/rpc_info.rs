//! What the runtime APIs answer with: `pallets/subtensor/src/rpc_info`.

pub(crate) mod delegate_info;
pub(crate) mod dynamic_info;
pub(crate) mod metagraph;
pub(crate) mod neuron_info;
pub(crate) mod show_subnet;
pub(crate) mod stake_info;
pub(crate) mod subnet_info;
