#![doc = include_str!("../README.md")]

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
