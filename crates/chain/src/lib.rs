//! What a chain is to a subnet: one trait, the snapshots it answers with, and what becomes of a call.
//!
//! [`Chain`] is the seam between everything that thinks about a subnet and everything that talks to
//! a node: the substrate client and the dev chain both implement it, and a validator runs on either.
//! Every read is pinned to a block hash that the caller passes in, so that a round sees one state.
//!
//! ```
//! use axonry_chain::{Chain, ChainError, Metagraph};
//! use axonry_core::NetUid;
//!
//! /// Everything about a subnet, as of one block.
//! async fn snapshot(chain: &dyn Chain, netuid: NetUid) -> Result<Metagraph, ChainError> {
//!     let head = chain.head().await?;
//!     chain.metagraph(netuid, head).await
//! }
//! ```
//!
//! [`Ledger`] is what lies beyond that loop: balances, stakes, subnets and their prices,
//! commitments, registration, what a trade would come to, and what a call costs. [`stake`] plans with
//! it.
//!
//! It does not know: any transport, any encoding, any key, any source of scores.

mod account;
mod call;
mod client;
mod columns;
mod commit;
mod commitment;
mod epoch;
mod error;
mod extrinsic;
mod hyperparameters;
mod ledger;
mod metagraph;
mod pool;
mod quote;
pub mod stake;
mod subnet;
mod validity;

pub use account::{Balance, Stake};
pub use call::{BatchMode, Call, Existence, PriceLimit, RateLimit};
pub use client::{BlockStream, Chain};
pub use columns::{Column, Columns};
pub use commit::{HashCommit, RevealWindow, TimelockedCommit};
pub use commitment::{Commitment, CommitmentField, HashKind};
pub use epoch::{EpochClock, FormulaEpochs, StatefulEpochs};
pub use error::ChainError;
pub use extrinsic::{
    Carrier, Dispatch, DispatchFailure, ExtrinsicHash, ExtrinsicStatus, InnerFailure, Mortality,
    SignedExtrinsic, StatusStream,
};
pub use hyperparameters::Hyperparameters;
pub use ledger::Ledger;
pub use metagraph::{AxonInfo, Metagraph, MetagraphError, Neuron};
pub use pool::{InvalidReason, PoolRejection, SubmitError};
pub use quote::{Purchase, Sale};
pub use subnet::{Registration, Subnet, SubnetEmission};
pub use validity::Validity;
