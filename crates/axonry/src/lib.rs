#![doc = include_str!("../README.md")]

/// Predictions as Parquet, partitioned by day and asset, on an object store.
#[cfg(feature = "archive")]
pub use axonry_archive as archive;
/// What a chain is to a subnet: the `Chain` trait, metagraph, epochs, calls, outcomes.
#[cfg(feature = "chain")]
pub use axonry_chain as chain;
/// The words of Bittensor as types: ids, keys, money, blocks, scores and weights.
pub use axonry_core as core;
/// A subnet in a process: a dev chain that real clients talk to, and the mirror.
#[cfg(feature = "devnet")]
pub use axonry_devnet as devnet;
/// Mechanism: price-path forecasts, compatible with SN50.
#[cfg(feature = "forecast")]
pub use axonry_forecast as forecast;
/// GitHub and the gittensor mirror as typed clients.
#[cfg(feature = "github")]
pub use axonry_github as github;
/// A polite HTTP client: one pool, one limiter per host, retries with a deadline.
#[cfg(feature = "http")]
pub use axonry_http as http;
/// The standings of a subnet as a page, as JSON and as events.
#[cfg(feature = "leaderboard")]
pub use axonry_leaderboard as leaderboard;
/// Manual pages and shell completions out of a program's arguments.
#[cfg(feature = "manual")]
pub use axonry_manual as manual;
/// The loop of a validator, from start to drain: rounds, averages, landing, reports.
#[cfg(feature = "neuron")]
pub use axonry_neuron as neuron;
/// What an operator watches: metrics, health, signs of life, logs.
#[cfg(feature = "operations")]
pub use axonry_operations as operations;
/// Mechanism: open-source contributions, compatible with SN74.
#[cfg(feature = "oss")]
pub use axonry_oss as oss;
/// Pure numbers: contribution scores, CRPS of forecasts, emission, averages.
#[cfg(feature = "scoring")]
pub use axonry_scoring as scoring;
/// What must survive a restart: journal, averages, rounds and their traces.
#[cfg(feature = "store")]
pub use axonry_store as store;
/// The `Chain` trait over a live node, through a connection that heals itself.
#[cfg(feature = "substrate")]
pub use axonry_substrate as substrate;
/// How much code a change contains: tree-sitter token scores.
#[cfg(feature = "syntax")]
pub use axonry_syntax as syntax;
/// Bittensor keys: hotkey files, secret URIs, sr25519 signing.
#[cfg(feature = "wallet")]
pub use axonry_wallet as wallet;
/// From scores to what the chain accepts, and the setter that lands it.
#[cfg(feature = "weights")]
pub use axonry_weights as weights;
/// Signed requests between neurons: the axon that serves, the dendrite that asks.
#[cfg(feature = "wire")]
pub use axonry_wire as wire;
