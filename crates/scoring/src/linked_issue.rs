//! What solving an issue adds to a pull request.
//!
//! Reproduces `_is_valid_linked_issue` and `_calculate_issue_multiplier` of `entrius/gittensor`
//! `gittensor/validator/oss_contributions/mirror/scoring.py`.

use serde::Serialize;

use crate::number::round2;
use crate::pull_request::{LinkedIssue, PullRequest, PullRequestState};
use crate::registry::ScoringRules;

/// How long after the merge its issue may be closed: one day, in microseconds.
const MAX_CLOSE_WINDOW_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// Why a linked issue adds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IssueRejection {
    /// It came from another repository.
    #[error("transferred from another repository")]
    Transferred,
    /// Nobody knows who wrote it.
    #[error("its author is unknown")]
    NoAuthor,
    /// The pull request's author wrote it.
    #[error("written by the author of the pull request")]
    OwnIssue,
    /// It is younger than the pull request.
    #[error("created after the pull request")]
    CreatedLater,
    /// It was closed for another reason than completion.
    #[error("closed, but not as completed")]
    NotCompleted,
    /// Another pull request solved it.
    #[error("solved by another pull request")]
    SolvedElsewhere,
    /// The pull request was edited after its merge.
    #[error("the pull request was edited after its merge")]
    EditedAfterMerge,
    /// The pull request is merged and the issue still open.
    #[error("still open after the merge")]
    StillOpen,
    /// It was closed before the merge, or more than a day after it.
    #[error("closed before the merge or more than a day after it")]
    ClosedAtAnotherTime,
}

/// Checks whether an issue counts for a pull request; the first rule it breaks is the answer.
///
/// # Errors
///
/// The [`IssueRejection`].
pub fn check(issue: &LinkedIssue, pull_request: &PullRequest) -> Result<(), IssueRejection> {
    use IssueRejection as No;
    let rejected = |no, applies: bool| if applies { Err(no) } else { Ok(()) };

    rejected(No::Transferred, issue.is_transferred)?;
    let author = issue.author_id.as_deref().ok_or(No::NoAuthor)?;
    rejected(No::OwnIssue, author == pull_request.author_id)?;
    let is_younger = issue
        .created_at
        .is_some_and(|created| created > pull_request.created_at);
    rejected(No::CreatedLater, is_younger)?;
    rejected(No::NotCompleted, issue.is_closed && !issue.is_completed)?;
    let is_solved_elsewhere = issue
        .solved_by
        .is_some_and(|number| number != pull_request.number);
    rejected(No::SolvedElsewhere, is_solved_elsewhere)?;

    if let (PullRequestState::Merged, Some(merged_at)) =
        (pull_request.state, pull_request.merged_at)
    {
        rejected(No::EditedAfterMerge, pull_request.edited_after_merge)?;
        rejected(No::StillOpen, !issue.is_closed)?;
        let is_off = issue.closed_at.is_some_and(|closed_at| {
            !(0..=MAX_CLOSE_WINDOW_MICROS).contains(&closed_at.micros_since(merged_at))
        });
        rejected(No::ClosedAtAnotherTime, is_off)?;
    }
    Ok(())
}

/// What the linked issues of a pull request multiply its score by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IssueMultiplier {
    /// The multiplier as configured; 1 when no issue counts.
    pub exact: f64,
    /// The multiplier that is used: two decimals.
    pub multiplier: f64,
    /// The issue it is for. Several issues multiply no more than one.
    pub issue: Option<u64>,
    /// Whether a maintainer wrote that issue.
    pub is_by_maintainer: bool,
    /// Issues that do not count, and why.
    pub rejected: Vec<(u64, IssueRejection)>,
}

/// Takes the first issue by a maintainer among those that count, else the first that counts.
pub fn multiplier(pull_request: &PullRequest, rules: &ScoringRules) -> IssueMultiplier {
    let mut valid: Vec<&LinkedIssue> = Vec::new();
    let mut rejected = Vec::new();
    for issue in &pull_request.linked_issues {
        match check(issue, pull_request) {
            Ok(()) => valid.push(issue),
            Err(reason) => rejected.push((issue.number, reason)),
        }
    }
    let by_maintainer = valid
        .iter()
        .find(|issue| issue.author_association.is_maintainer());
    let chosen = by_maintainer.or(valid.first());
    let exact = match (chosen, by_maintainer) {
        (None, _) => 1.0,
        (Some(_), Some(_)) => rules.maintainer_issue_multiplier,
        (Some(_), None) => rules.standard_issue_multiplier,
    };
    IssueMultiplier {
        exact,
        multiplier: round2(exact),
        issue: chosen.map(|issue| issue.number),
        is_by_maintainer: by_maintainer.is_some(),
        rejected,
    }
}
