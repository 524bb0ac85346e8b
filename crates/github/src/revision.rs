//! A pull request at certain commits.

use crate::issue::Issue;
use crate::names::RepositoryName;
use crate::pull_request::PullRequest;

/// A pull request at certain commits, as far as they are known: what its files are asked for by.
///
/// Both a listed pull request and the one that solved a listed issue lead to one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision {
    /// The repository.
    pub repository: RepositoryName,
    /// The pull request's number there.
    pub number: u64,
    /// Its last commit.
    pub head_sha: Option<String>,
    /// The commit it is compared with.
    pub base_sha: Option<String>,
    /// The last commit both have in common.
    pub merge_base_sha: Option<String>,
}

impl Revision {
    /// A pull request of which no commit is known.
    #[must_use]
    pub const fn unknown(repository: RepositoryName, number: u64) -> Self {
        Self {
            repository,
            number,
            head_sha: None,
            base_sha: None,
            merge_base_sha: None,
        }
    }

    /// The pull request that solved an issue, where the source says which one it is.
    #[must_use]
    pub fn solving(issue: &Issue) -> Option<Self> {
        let solving = issue.solving_pr.as_ref()?;
        Some(Self {
            repository: issue.repository.clone(),
            number: solving.number,
            head_sha: solving.head_sha.clone(),
            base_sha: solving.base_sha.clone(),
            merge_base_sha: solving.merge_base_sha.clone(),
        })
    }
}

impl From<&PullRequest> for Revision {
    fn from(pull: &PullRequest) -> Self {
        Self {
            repository: pull.repository.clone(),
            number: pull.number,
            head_sha: pull.head_sha.clone(),
            base_sha: pull.base_sha.clone(),
            merge_base_sha: pull.merge_base_sha.clone(),
        }
    }
}
