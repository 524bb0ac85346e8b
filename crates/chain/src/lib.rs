#![doc = include_str!("../README.md")]

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
