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
//! It does not know: any transport, any encoding, any key, any source of scores.

mod call;
mod client;
mod commit;
mod epoch;
mod error;
mod extrinsic;
mod hyperparameters;
mod metagraph;
mod pool;

pub use call::Call;
pub use client::{BlockStream, Chain};
pub use commit::{HashCommit, RevealWindow, TimelockedCommit};
pub use epoch::{EpochClock, FormulaEpochs, StatefulEpochs};
pub use error::ChainError;
pub use extrinsic::{
    Dispatch, DispatchFailure, ExtrinsicHash, ExtrinsicStatus, Mortality, SignedExtrinsic,
    StatusStream,
};
pub use hyperparameters::Hyperparameters;
pub use metagraph::{AxonInfo, Metagraph, MetagraphError, Neuron};
pub use pool::{InvalidReason, PoolRejection, SubmitError};
