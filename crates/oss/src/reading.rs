//! From what the mirror says to what scoring reads.

use axonry_github::{self as github, IssueState, PullRequestFile, PullRequestState};
use axonry_scoring::base_score::TokenTotals;
use axonry_scoring::{Timestamp, issue_discovery, pull_request as scoring};
use axonry_syntax::{Change, ChangeScore};

pub(crate) fn pull_request(pull: &github::PullRequest) -> scoring::PullRequest {
    scoring::PullRequest {
        repository: pull.repository.as_str().to_owned(),
        number: pull.number,
        state: match pull.state {
            PullRequestState::Open => scoring::PullRequestState::Open,
            PullRequestState::Closed => scoring::PullRequestState::Closed,
            PullRequestState::Merged => scoring::PullRequestState::Merged,
        },
        author_id: pull.author_github_id.as_str().to_owned(),
        author_login: pull.author_login.clone(),
        author_association: association(pull.author_association.as_deref()),
        created_at: moment(pull.created_at),
        merged_at: pull.merged_at.map(moment),
        edited_after_merge: pull.edited_after_merge,
        merged_by_login: pull.merged_by_login.clone(),
        base_ref: pull.base_ref.clone(),
        head_ref: pull.head_ref.clone(),
        head_repository: pull
            .head_repository
            .as_ref()
            .map(|name| name.as_str().to_owned()),
        default_branch: pull.default_branch.clone(),
        reviews: reviews(pull.review_summary),
        labels: pull.labels.iter().map(label).collect(),
        linked_issues: pull.linked_issues.iter().map(linked_issue).collect(),
    }
}

fn label(label: &github::Label) -> scoring::Label {
    scoring::Label {
        name: label.name.clone(),
        actor_association: association(label.actor_association.as_deref()),
    }
}

fn linked_issue(issue: &github::LinkedIssue) -> scoring::LinkedIssue {
    scoring::LinkedIssue {
        number: issue.number,
        is_closed: issue.state == IssueState::Closed,
        is_completed: issue.state_reason.as_deref() == Some("COMPLETED"),
        author_id: issue
            .author_github_id
            .as_ref()
            .map(|id| id.as_str().to_owned()),
        author_association: association(issue.author_association.as_deref()),
        created_at: issue.created_at.map(moment),
        closed_at: issue.closed_at.map(moment),
        is_transferred: issue.is_transferred,
        solved_by: issue.solved_by_pr,
    }
}

pub(crate) fn issue(issue: &github::Issue) -> issue_discovery::Issue {
    issue_discovery::Issue {
        repository: issue.repository.as_str().to_owned(),
        number: issue.number,
        is_closed: issue.state == IssueState::Closed,
        is_completed: issue.state_reason.as_deref() == Some("COMPLETED"),
        is_transferred: issue.is_transferred,
        author_id: issue
            .author_github_id
            .as_ref()
            .map(|id| id.as_str().to_owned()),
        author_association: association(issue.author_association.as_deref()),
        created_at: issue.created_at.map(moment),
        last_edited_at: issue.last_edited_at.map(moment),
        solved_by: issue.solved_by_pr,
        solver: issue.solving_pr.as_ref().map(solving),
    }
}

fn solving(pull: &github::SolvingPullRequest) -> issue_discovery::SolvingPullRequest {
    issue_discovery::SolvingPullRequest {
        number: pull.number,
        author_id: pull.author_github_id.as_str().to_owned(),
        is_merged: pull.state == PullRequestState::Merged,
        merged_at: pull.merged_at.map(moment),
        edited_after_merge: pull.edited_after_merge,
        base_ref: pull.base_ref.clone(),
        head_ref: pull.head_ref.clone(),
        head_repository: pull
            .head_repository
            .as_ref()
            .map(|name| name.as_str().to_owned()),
        default_branch: pull.default_branch.clone(),
        reviews: reviews(pull.review_summary),
        labels: pull.labels.iter().map(label).collect(),
    }
}

fn reviews(summary: github::ReviewSummary) -> scoring::ReviewSummary {
    scoring::ReviewSummary {
        maintainer_changes_requested: count(summary.maintainer_changes_requested),
        approved: count(summary.approved),
    }
}

fn association(word: Option<&str>) -> scoring::Association {
    word.map(scoring::Association::from).unwrap_or_default()
}

/// Review counts beyond four thousand million are as good as four thousand million.
fn count(reviews: u64) -> u32 {
    u32::try_from(reviews).unwrap_or(u32::MAX)
}

pub(crate) fn moment(time: jiff::Timestamp) -> Timestamp {
    Timestamp::from_micros(time.as_microsecond())
}

/// The files of a pull request as changes to score.
pub(crate) fn changes(files: &[PullRequestFile]) -> Vec<Change<'_>> {
    let lines = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    files
        .iter()
        .map(|file| Change {
            filename: &file.filename,
            status: file.status.as_str().into(),
            deletions: lines(file.deletions),
            changes: lines(file.changes),
            base: file.base_content.as_deref(),
            head: file.head_content.as_deref(),
        })
        .collect()
}

pub(crate) fn totals(score: &ChangeScore) -> TokenTotals {
    let sum = score.breakdown.unwrap_or_default();
    TokenTotals {
        source_token_score: score.source_token_score(),
        token_score: score.token_score(),
        total_score: score.total_score,
        structural_count: sum.structural().count,
        structural_score: sum.structural().score,
        leaf_count: sum.leaf().count,
        leaf_score: sum.leaf().score,
    }
}
