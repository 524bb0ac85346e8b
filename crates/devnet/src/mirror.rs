//! A dev mirror: the gittensor mirror's API over HTTP, with data made here.
//!
//! [`Mirror::spawn`] serves the four routes that a validator reads (`entrius/das-github-mirror`:
//! a miner's pull requests and issues, a pull request's files, a repository's maintainers), and
//! beside them the questions of GitHub's REST and GraphQL APIs that lead to the same, so that one
//! address does for `--mirror` and `--github`. [`GithubRules`] says how strict that GitHub is.
//!
//! The data come [from a seed](MirrorData::seeded) or [from a git
//! repository](MirrorData::from_git); either way the same input gives the same bytes, the clock
//! included: a dev mirror's time stands still at the `now` it was given. Answers that were given
//! elsewhere can be served as they are ([`Recording`]).
//!
//! ```
//! use axonry_devnet::mirror::{Mirror, MirrorConfig, MirrorData, Seed};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let now = "2026-08-01T09:00:00Z".parse()?;
//! let data = MirrorData::seeded(&Seed { miners: Seed::miners(4), ..Seed::new(7, now) });
//! let mirror = Mirror::spawn(MirrorConfig::new(data)).await?;
//! assert!(mirror.url().starts_with("http://127.0.0.1:"));
//! # Ok(())
//! # }
//! ```
//!
//! On request it is a bad mirror as well: a [`MirrorEdge`] before it enforces a limit per client
//! and counts who breaks it, holds answers back, and lets a share of them go wrong in the ways
//! that servers, edges and networks do.
//!
//! It knows nothing of the chain, nor of the clients that ask it.

mod accident;
mod corpus;
mod cursor;
mod data;
mod edge;
mod etag;
mod faults;
mod git;
mod github;
mod limit;
mod listing;
mod random;
mod recording;
mod registry;
mod routes;
mod rows;
mod seeded;
mod server;
#[cfg(test)]
mod tests;
mod wire;

pub use data::MirrorData;
pub use edge::{MirrorEdge, Traffic};
pub use faults::{Fault, Faults, InvalidFaults};
pub use git::{GitError, GitHistory};
pub use github::GithubRules;
pub use limit::{InvalidLimit, MirrorLimit};
pub use recording::Recording;
pub use registry::{token_of, tokens};
pub use seeded::Seed;
pub use server::{Mirror, MirrorConfig, MirrorError};
