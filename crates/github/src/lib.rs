//! GitHub and the gittensor mirror as typed clients.
//!
//! Use it to read who opened which pull requests and issues, and what code they changed: from the
//! [`Mirror`], which stores that for whole groups of repositories, or, with tokens, from [`GitHub`]
//! itself. Both are a [`PullRequestSource`], and say the same in the same order. Whose a token is,
//! only GitHub knows.
//!
//! ```
//! use axonry_github::{GithubId, Mirror, RepositoryName, Windows, timestamp};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mirror = Mirror::builder().base("https://mirror.gittensor.io").build()?;
//! let repository: RepositoryName = "acme/widget".parse()?;
//! let windows = Windows::from([(repository, timestamp::parse("2026-07-02T09:15:30Z")?)]);
//!
//! let pulls = mirror.pulls(&GithubId::from(218712309), &windows).await?;
//! for pull in &pulls.rows {
//!     println!("{}#{} {}", pull.repository, pull.number, pull.title);
//! }
//! for bad in &pulls.quarantined {
//!     println!("left out {}: {}", bad.what, bad.why);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A malformed row is set aside and named; a malformed answer is an error; an answer that is not
//! complete is never passed off as one. Speed, retries and limits are [`axonry_http`]'s: pass one
//! [`Client`](axonry_http::Client) to everything and all of it keeps to one quota.
//!
//! It knows nothing of Bittensor: the hotkeys in a [`PatStore`] are plain text here.

mod base;
mod content;
mod error;
mod fields;
mod file;
mod github;
mod issue;
mod label;
mod limits;
mod maintainer;
mod mirror;
mod names;
mod page;
mod pats;
mod pull_request;
mod revision;
mod source;
pub mod timestamp;

pub use content::{ContentCache, ContentKey};
pub use error::GithubError;
pub use file::{Files, PullRequestFile, StoredFiles};
pub use github::{
    Closure, GitHub, GitHubBuilder, Identity, Repository, TokenCheck, TokenReport, TokenState,
};
pub use issue::{Issue, IssueState, LinkedIssue, SolvingPullRequest};
pub use label::Label;
pub use maintainer::Maintainer;
pub use mirror::{MIRROR_QUOTA, MIRROR_URL, Mirror, MirrorBuilder, Windows};
pub use names::{GithubId, InvalidName, RepositoryName};
pub use page::{Page, Quarantined};
pub use pats::{PatStore, PatStoreError, StoredPat};
pub use pull_request::{PullRequest, PullRequestState, ReviewSummary};
pub use revision::Revision;
pub use source::PullRequestSource;

pub use axonry_http::Secret;
