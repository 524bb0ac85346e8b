//! Crates for building Bittensor subnets, as one dependency.
//!
//! Each room of the workspace is a module behind a feature of the same name; a subnet that wants
//! two of them can as well depend on `axonry-weights` and `axonry-scoring` themselves.
//!
//! | feature | module |
//! |---|---|
//! | always | [`core`]: ids, keys, money, scores, weights |
//! | `chain` (default) | the `Chain` trait, metagraph, epochs, calls, outcomes |
//! | `scoring` (default) | pure numbers: contribution scores, emission |
//! | `weights` (default) | from scores to what the chain accepts, and the setter that lands it |
//! | `substrate` | the `Chain` trait over a live node |
//! | `wallet` | keys on disk and from URIs |
//! | `wire` | signed requests between neurons: axon and dendrite |
//! | `http`, `github` | a polite HTTP client; GitHub and the mirror on it |
//! | `syntax` | token scores of source code |
//! | `store` | what must survive a restart |
//! | `neuron` | the round and the loop of a validator |
//! | `oss` | mechanism: open-source contributions |
//! | `devnet` | a subnet in a process |
//!
//! ```
//! use axonry::core::{Hotkey, Rao};
//!
//! let hotkey: Hotkey = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY".parse()?;
//! let stake: Rao = "1000".parse()?;
//! println!("{hotkey} holds {stake}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "chain")]
pub use axonry_chain as chain;
pub use axonry_core as core;
#[cfg(feature = "devnet")]
pub use axonry_devnet as devnet;
#[cfg(feature = "github")]
pub use axonry_github as github;
#[cfg(feature = "http")]
pub use axonry_http as http;
#[cfg(feature = "neuron")]
pub use axonry_neuron as neuron;
#[cfg(feature = "oss")]
pub use axonry_oss as oss;
#[cfg(feature = "scoring")]
pub use axonry_scoring as scoring;
#[cfg(feature = "store")]
pub use axonry_store as store;
#[cfg(feature = "substrate")]
pub use axonry_substrate as substrate;
#[cfg(feature = "syntax")]
pub use axonry_syntax as syntax;
#[cfg(feature = "wallet")]
pub use axonry_wallet as wallet;
#[cfg(feature = "weights")]
pub use axonry_weights as weights;
#[cfg(feature = "wire")]
pub use axonry_wire as wire;

/// The code in the workspace's README runs as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
