//! What a user of the scores notices.

mod corpus;
mod crps;
mod emission;
mod general;
mod issues;
mod registry;
mod round;
mod standing;

use axonry_scoring::Timestamp;
use axonry_scoring::pull_request::{Association, PullRequest, PullRequestState, ReviewSummary};

/// Noon of a day in August 2026, counted from its first.
fn day(day: i64) -> Timestamp {
    let first = 1_785_585_600_i64;
    Timestamp::from_micros((first + (day - 1) * 86_400) * 1_000_000)
}

/// A pull request that was merged on the 10th and breaks no rule.
fn merged(repository: &str, number: u64) -> PullRequest {
    PullRequest {
        repository: repository.to_owned(),
        number,
        state: PullRequestState::Merged,
        author_id: "500".to_owned(),
        author_login: "alice".to_owned(),
        author_association: Association::Other,
        created_at: day(9),
        merged_at: Some(day(10)),
        edited_after_merge: false,
        merged_by_login: Some("boss".to_owned()),
        base_ref: Some("main".to_owned()),
        head_ref: Some("main".to_owned()),
        head_repository: Some("alice/fork".to_owned()),
        default_branch: Some("main".to_owned()),
        reviews: ReviewSummary {
            maintainer_changes_requested: 0,
            approved: 1,
        },
        labels: Vec::new(),
        linked_issues: Vec::new(),
    }
}
