#![doc = include_str!("../README.md")]

mod account;
mod api;
mod balances;
mod block;
mod commitments;
mod config;
mod dev_chain;
mod devnet;
mod dispatch;
mod door;
mod drand;
mod execution;
mod extrinsic;
mod faults;
mod fees;
mod metadata;
mod migration;
pub mod mirror;
mod node;
mod pool;
mod presented;
mod refusal;
mod rpc;
mod runtime;
mod sources;
mod state;
mod storage;
mod subtensor;
mod utility;
mod verdict;

pub use config::{
    ConfigError, DevnetConfig, HyperparametersConfig, MarketConfig, NeuronConfig, Sealing,
    StakeConfig,
};
pub use dev_chain::{DevChain, UpgradeError};
pub use devnet::{Devnet, DevnetError};
pub use door::Door;
pub use faults::{ChainFault, ChainFaults, DoorFault, DoorFaults, FaultError};
pub use metadata::{MetadataError, successor};
pub use node::ReorgError;
pub use presented::PresentedError;
