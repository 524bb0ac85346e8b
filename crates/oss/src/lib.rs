//! The mechanism of subnet 74: miners earn by contributing to open-source repositories.
//!
//! For every neuron that proved which GitHub account is its own, it fetches the account's pull
//! requests from the mirror, values the code in them, and shares the emission out over the
//! registered repositories. Rules and numbers are those of `entrius/gittensor` 5.0.0; what is
//! slower or less safe there (one miner after another, failures that count as zero) is not.
//!
//! ```no_run
//! use std::sync::Arc;
//! use axonry_github::{GitHub, Mirror, PatStore};
//! use axonry_oss::{OpenSource, Registry};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mirror = Mirror::builder().build()?;
//! let github = GitHub::builder().http(mirror.http().clone()).build()?;
//! let tokens = PatStore::read("miner_pats.json")?;
//! let mechanism = OpenSource::builder(mirror, github)
//!     .registry(Registry::from_json(axonry_oss::LIVE_REGISTRY)?)
//!     .tokens(tokens)
//!     .build()?;
//! # let _ = Arc::new(mechanism);
//! # Ok(())
//! # }
//! ```
//!
//! Pull requests and issues are judged alike: what an account merged, and which issues it wrote
//! that others solved. Where code is parsed is a choice: in this process, or in children that a
//! hang or a crash takes down instead ([`OpenSourceBuilder::parse_apart`]).
//!
//! How miners prove their accounts to a validator at work is the [`exchange`].
//!
//! It does not know: the chain client, the store, or how weights are made.

mod account;
mod asking;
mod builder;
mod candidates;
pub mod exchange;
mod explanation;
mod issues;
mod judgement;
mod kept;
mod lists;
mod maintainers;
mod mechanism;
mod memory;
mod miner;
mod parsing;
mod reading;
mod reckoning;
mod rules;
mod trace;
mod values;
mod withholding;
mod workshop;

pub use account::{TokenListener, TokenSource};
pub use builder::{OpenSourceBuilder, OpenSourceError};
pub use mechanism::OpenSource;
pub use parsing::serve_parsing;
pub use trace::{MinerTrace, Piece, PieceKind};

pub use axonry_scoring::registry::{Registry, RegistryError};
pub use axonry_syntax::worker::WorkerSettings;
pub use axonry_syntax::{Settings as ParsingSettings, Tables, TablesError};

/// The registry upstream ships (`gittensor/validator/weights/master_repositories.json` at 5.0.0).
pub const LIVE_REGISTRY: &str = include_str!("live_registry.json");
