#![doc = include_str!("../README.md")]

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
