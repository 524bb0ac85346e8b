//! Whether an issue was solved.

use serde::Serialize;

use super::{Issue, SolvingPullRequest};
use crate::merge_gate::{Branches, Rejection};
use crate::registry::RepositoryConfig;

/// What became of an issue.
#[derive(Clone, Debug)]
pub enum Class<'a> {
    /// It says nothing about its author.
    Ignored(Ignored),
    /// It was closed without a solution that counts, which costs credibility.
    Failed(Failure),
    /// This pull request solved it.
    Solved(&'a SolvingPullRequest),
}

/// Why an issue says nothing about its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ignored {
    /// It came from another repository.
    #[error("transferred from another repository")]
    Transferred,
    /// It is open.
    #[error("still open")]
    Open,
    /// It was solved, but nobody knows who wrote it.
    #[error("its author is unknown")]
    NoAuthor,
}

/// Why a closed issue does not count as solved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Failure {
    /// It was closed for another reason than completion.
    #[error("closed, but not as completed")]
    NotCompleted,
    /// No pull request is known to have solved it.
    #[error("no pull request solved it")]
    NoSolver,
    /// The pull request that solved it is not merged.
    #[error("the pull request that solved it is not merged")]
    NotMerged,
    /// That pull request was not merged as it should be.
    #[error("the pull request that solved it does not count: {0}")]
    Branch(#[source] Rejection),
    /// That pull request was edited after its merge.
    #[error("the pull request that solved it was edited after its merge")]
    SolverEdited,
    /// The issue was edited after the merge.
    #[error("edited after the merge")]
    IssueEdited,
}

/// Decides what became of an issue; the first rule that applies is the answer.
///
/// Reproduces `_classify_issue` of `entrius/gittensor`
/// `gittensor/validator/issue_discovery/scan.py`.
pub fn classify<'a>(issue: &'a Issue, config: &RepositoryConfig) -> Class<'a> {
    if issue.is_transferred {
        return Class::Ignored(Ignored::Transferred);
    }
    if !issue.is_closed {
        return Class::Ignored(Ignored::Open);
    }
    match solver(issue, config) {
        Err(failure) => Class::Failed(failure),
        Ok(_) if issue.author_id.as_deref().unwrap_or_default().is_empty() => {
            Class::Ignored(Ignored::NoAuthor)
        }
        Ok(solver) => Class::Solved(solver),
    }
}

fn solver<'a>(
    issue: &'a Issue,
    config: &RepositoryConfig,
) -> Result<&'a SolvingPullRequest, Failure> {
    if !issue.is_completed {
        return Err(Failure::NotCompleted);
    }
    let is_solved = issue.solved_by.is_some_and(|number| number != 0);
    let solver = issue
        .solver
        .as_ref()
        .filter(|_| is_solved)
        .ok_or(Failure::NoSolver)?;
    if !solver.is_merged {
        return Err(Failure::NotMerged);
    }
    if solver.base_ref.is_some() {
        let branches = Branches {
            repository: &issue.repository,
            base_ref: solver.base_ref.as_deref(),
            head_ref: solver.head_ref.as_deref(),
            head_repository: solver.head_repository.as_deref(),
            default_branch: solver.default_branch.as_deref(),
        };
        branches.check(config).map_err(Failure::Branch)?;
    }
    if solver.edited_after_merge {
        return Err(Failure::SolverEdited);
    }
    match (issue.last_edited_at, solver.merged_at) {
        (Some(edited), Some(merged)) if edited > merged => Err(Failure::IssueEdited),
        _ => Ok(solver),
    }
}
