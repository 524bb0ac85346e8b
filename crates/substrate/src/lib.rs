//! The substrate client: [`Chain`](axonry_chain::Chain) over a live node.
//!
//! Use it to read a subnet from a subtensor node, to submit weights to one and to follow its
//! blocks. One [`Substrate`] is one websocket that heals itself; every call has a deadline; every
//! read is pinned to a block. Types come from the node's own metadata, with no generated code, so
//! that a runtime upgrade is an ordinary day.
//!
//! ```no_run
//! use axonry_chain::Chain;
//! use axonry_core::NetUid;
//! use axonry_substrate::Substrate;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let chain = Substrate::connect("finney").await?;
//! let head = chain.head().await?;
//! // Both at the same block, at the same time, on the same connection.
//! let (metagraph, rules) = tokio::try_join!(
//!     chain.metagraph(NetUid(74), head),
//!     chain.hyperparameters(NetUid(74), head.hash),
//! )?;
//! println!("{} neurons, {} blocks per epoch", metagraph.len(), rules.tempo());
//! # Ok(())
//! # }
//! ```
//!
//! Below that lies a floor for any pallet of any substrate chain: a [`View`] of one block, which
//! reads constants, storage, maps, runtime calls and events by name, into types of your own.
//!
//! ```no_run
//! use axonry_substrate::{At, Substrate};
//! use futures_util::TryStreamExt;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let chain = Substrate::connect("finney").await?;
//! let block = chain.at(At::Head).await?;
//! let deposit: u64 = block.constant("Balances", "ExistentialDeposit")?;
//! let tempo: Option<u16> = block.storage("SubtensorModule", "Tempo", (74_u16,)).await?;
//! let tempos: Vec<((u16,), u16)> = block
//!     .map("SubtensorModule", "Tempo", ())?
//!     .try_collect()
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! Beyond the loop of a validator, [`Ledger`](axonry_chain::Ledger) tells balances, stakes, subnets
//! and their prices, commitments, registration, fees, and what the pool would say to an extrinsic.
//! An [`Account`] sends from many tasks at once without losing or repeating a nonce.
//!
//! A connection that nobody uses is closed after ten seconds and opened again by the next call;
//! [`Substrate::close`] ends it for good. [`Substrate::blocks`](axonry_chain::Chain::blocks) and
//! [`Substrate::best_blocks`] follow the chain through any number of connections. The feature
//! `blocking` adds the same client for people without async.
//!
//! It does not know: any key, any score, any rule about when weights may be set; and it lets
//! nobody know `subxt`, which stays inside.

mod account;
#[cfg(feature = "blocking")]
pub mod blocking;
mod blocks;
mod chain;
pub mod dynamic;
mod endpoint;
mod heads;
mod ledger;
mod link;
mod metadata_cache;
pub mod offline;
mod rpc;
mod runtime;
mod runtimes;
mod submission;
mod substrate;
mod view;

pub use account::{Account, AccountError, AccountSettings, Outcome, Submitted};
pub use blocks::{BestBlock, BestBlocks};
pub use endpoint::{Endpoint, EndpointError};
pub use substrate::{ConnectError, EndpointHealth, Substrate, SubstrateBuilder};
pub use view::{At, Entries, View};
