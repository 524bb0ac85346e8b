#![doc = include_str!("../README.md")]

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
