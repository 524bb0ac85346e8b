//! Which merged pull requests count at all.
//!
//! Reproduces `_should_skip_merged_mirror_pr` and `check_merged_branch_eligibility` of
//! `entrius/gittensor` `gittensor/validator/oss_contributions/mirror/scoring.py`.

use serde::Serialize;

use crate::glob::Glob;
use crate::pull_request::PullRequest;
use crate::registry::RepositoryConfig;

/// Why a merged pull request does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rejection {
    /// It has no merge date.
    #[error("no merge date")]
    NoMergeDate,
    /// Its author maintains the repository.
    #[error("the author maintains the repository")]
    MaintainerAuthor,
    /// Its author merged it without anyone's approval.
    #[error("merged by its author without an approval")]
    SelfMerged,
    /// It was merged into a branch that does not count.
    #[error("merged into `{branch}`, which is not an acceptable branch")]
    BaseBranch {
        /// The branch; empty when unknown.
        branch: String,
    },
    /// It moves work from one acceptable branch of the repository to another.
    #[error("comes from `{branch}`, itself an acceptable branch")]
    HeadBranch {
        /// The branch.
        branch: String,
    },
}

/// Checks a merged pull request; the first rule that it breaks is the answer.
///
/// # Errors
///
/// The [`Rejection`].
pub fn check(pull_request: &PullRequest, config: &RepositoryConfig) -> Result<(), Rejection> {
    if pull_request.merged_at.is_none() {
        return Err(Rejection::NoMergeDate);
    }
    if pull_request.author_association.is_maintainer() {
        return Err(Rejection::MaintainerAuthor);
    }
    let merger = pull_request
        .merged_by_login
        .as_deref()
        .filter(|login| !login.is_empty());
    let is_self_merged = merger
        .is_some_and(|login| login.to_lowercase() == pull_request.author_login.to_lowercase());
    if is_self_merged && pull_request.reviews.approved == 0 {
        return Err(Rejection::SelfMerged);
    }
    let branches = Branches {
        repository: &pull_request.repository,
        base_ref: pull_request.base_ref.as_deref(),
        head_ref: pull_request.head_ref.as_deref(),
        head_repository: pull_request.head_repository.as_deref(),
        default_branch: pull_request.default_branch.as_deref(),
    };
    branches.check(config)
}

/// From where to where a pull request was merged.
#[derive(Clone, Copy, Debug)]
pub struct Branches<'a> {
    /// The repository, lower case.
    pub repository: &'a str,
    /// The branch it was merged into.
    pub base_ref: Option<&'a str>,
    /// The branch it comes from.
    pub head_ref: Option<&'a str>,
    /// The repository of that branch, lower case.
    pub head_repository: Option<&'a str>,
    /// The repository's default branch; unknown or empty stands for `main`.
    pub default_branch: Option<&'a str>,
}

impl Branches<'_> {
    /// Checks that the merge went into an acceptable branch, and not from one to another.
    ///
    /// Acceptable are the default branch and the patterns the repository adds, all read as
    /// [`Glob`]s.
    ///
    /// # Errors
    ///
    /// [`Rejection::BaseBranch`] or [`Rejection::HeadBranch`].
    pub fn check(&self, config: &RepositoryConfig) -> Result<(), Rejection> {
        let default = self
            .default_branch
            .filter(|branch| !branch.is_empty())
            .unwrap_or("main");
        let added = config
            .additional_acceptable_branches
            .iter()
            .map(String::as_str);
        let acceptable: Vec<_> = [default].into_iter().chain(added).map(Glob::new).collect();
        let is_acceptable = |branch: &str| acceptable.iter().any(|glob| glob.matches(branch));

        let base = self.base_ref.unwrap_or_default();
        if !is_acceptable(base) {
            return Err(Rejection::BaseBranch {
                branch: base.to_owned(),
            });
        }
        // Branch names in forks are arbitrary, so they prove nothing.
        let is_same_repository = self.head_repository == Some(self.repository);
        let head = self
            .head_ref
            .filter(|branch| !branch.is_empty() && is_same_repository);
        match head.filter(|branch| is_acceptable(branch)) {
            Some(branch) => Err(Rejection::HeadBranch {
                branch: branch.to_owned(),
            }),
            None => Ok(()),
        }
    }
}
