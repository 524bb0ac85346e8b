//! Maintainers.

use serde::Deserialize;

use crate::fields;
use crate::names::GithubId;

/// Someone who maintains a repository.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Maintainer {
    /// Who.
    pub github_id: GithubId,
    /// Under which name; may be empty.
    #[serde(default, deserialize_with = "fields::text")]
    pub login: String,
    /// As what: `OWNER`, `MEMBER` or `COLLABORATOR`.
    pub association: String,
}
