//! A subnet in a process: a dev chain that real clients talk to over a real websocket.
//!
//! For tests and demonstrations of anything that speaks to subtensor: validators, miners, clients.
//! The chain holds its state under the real storage keys, makes blocks, checks extrinsics as a node
//! does and answers a node's JSON-RPC methods; its runtime is its own, or one whose metadata is given.
//!
//! ```
//! use axonry_devnet::{Devnet, DevnetConfig, Sealing};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut config = DevnetConfig::default_subnet(2);
//! config.sealing = Sealing::Manual;
//! let devnet = Devnet::spawn(config).await?;
//! println!("a validator and two miners at {}", devnet.ws_url);
//!
//! let block = devnet.chain().seal()?;
//! assert_eq!(block.number.0, 1);
//! # Ok(())
//! # }
//! ```
//!
//! Commit-reveal works as on a real chain: hashes are revealed by who committed them, timelocked
//! weights by the chain, once the pulse of its own beacon is there ([`DevChain::drand`]), or one put
//! in by hand ([`DevChain::store_pulse`]).
//!
//! A runtime upgrade is a call away ([`DevChain::upgrade`]; [`successor`] makes metadata of a next
//! version), and so is a fork ([`DevChain::reorg`]). What goes wrong on command is a
//! [`ChainFault`] when it is the chain's own doing, whoever asks, and a [`DoorFault`] when it is that
//! of one of the [`Door`]s clients come in by.
//!
//! It does not know: consensus among nodes, weights on calls, what an epoch pays to whom.

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
