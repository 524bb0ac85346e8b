//! The mirror's JSON as scoring's input. The mechanism does this from typed answers.

use axonry_scoring::Timestamp;
use axonry_scoring::pull_request::{
    Association, Label, LinkedIssue, PullRequest, PullRequestState, ReviewSummary,
};
use axonry_scoring::registry::{Registry, RepositoryConfig};
use axonry_syntax::{Change, ChangeScore, ChangeStatus};
use serde_json::{Value, json};

pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// GitHub ids come as numbers and as texts.
pub(super) fn id(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(id) => Some(id.clone()),
        id => Some(id.to_string()),
    }
}

pub(super) fn moment(value: &Value) -> Option<Timestamp> {
    let text = value.as_str().filter(|text| !text.is_empty())?;
    let moment = axonry_github::timestamp::parse(text).expect("vectors have valid timestamps");
    Some(Timestamp::from_micros(moment.as_microsecond()))
}

pub(super) fn association(value: &Value) -> Association {
    value.as_str().map_or(Association::Other, Association::from)
}

pub(super) fn labels(value: &Value) -> Vec<Label> {
    let label = |label: &Value| Label {
        name: text(&label["name"]).expect("a label has a name"),
        actor_association: association(&label["actor_association"]),
    };
    value.as_array().into_iter().flatten().map(label).collect()
}

pub(super) fn reviews(value: &Value) -> ReviewSummary {
    let count = |key: &str| u32::try_from(value[key].as_u64().unwrap_or(0)).unwrap();
    ReviewSummary {
        maintainer_changes_requested: count("maintainer_changes_requested_count"),
        approved: count("approved_count"),
    }
}

fn linked_issue(issue: &Value) -> LinkedIssue {
    LinkedIssue {
        number: issue["number"].as_u64().unwrap(),
        is_closed: issue["state"] == "CLOSED",
        is_completed: issue["state_reason"] == "COMPLETED",
        author_id: id(&issue["author_github_id"]),
        author_association: association(&issue["author_association"]),
        created_at: moment(&issue["created_at"]),
        closed_at: moment(&issue["closed_at"]),
        is_transferred: issue["is_transferred"].as_bool().unwrap_or(false),
        solved_by: issue["solved_by_pr"].as_u64(),
    }
}

pub(super) fn pull_request(pr: &Value) -> PullRequest {
    PullRequest {
        repository: text(&pr["repo_full_name"]).unwrap().to_lowercase(),
        number: pr["pr_number"].as_u64().unwrap(),
        state: match pr["state"].as_str() {
            Some("MERGED") => PullRequestState::Merged,
            Some("OPEN") => PullRequestState::Open,
            _ => PullRequestState::Closed,
        },
        author_id: id(&pr["author_github_id"]).unwrap(),
        author_login: text(&pr["author_login"]).unwrap_or_default(),
        author_association: association(&pr["author_association"]),
        created_at: moment(&pr["created_at"]).unwrap(),
        merged_at: moment(&pr["merged_at"]),
        edited_after_merge: pr["edited_after_merge"].as_bool().unwrap_or(false),
        merged_by_login: text(&pr["merged_by_login"]),
        base_ref: text(&pr["base_ref"]),
        head_ref: text(&pr["head_ref"]),
        head_repository: text(&pr["head_repo_full_name"]).map(|name| name.to_lowercase()),
        default_branch: text(&pr["default_branch"]),
        reviews: reviews(&pr["review_summary"]),
        labels: labels(&pr["labels"]),
        linked_issues: pr["linked_issues"]
            .as_array()
            .into_iter()
            .flatten()
            .map(linked_issue)
            .collect(),
    }
}

/// Rules of a repository from a fragment of its entry.
pub(super) fn config(fragment: &Value) -> RepositoryConfig {
    let mut entry = fragment.clone();
    if entry.get("emission_share").is_none() {
        entry["emission_share"] = json!(0.1);
    }
    let registry = Registry::from_json(&json!({ "a/b": entry }).to_string());
    registry
        .expect("vectors have valid rules")
        .get("a/b")
        .expect("it was just read")
        .clone()
}

/// A file whose text may be given as a repetition.
pub(super) struct File {
    filename: String,
    status: ChangeStatus,
    deletions: i64,
    changes: i64,
    base: Option<String>,
    head: Option<String>,
}

impl File {
    pub(super) fn new(file: &Value) -> Self {
        let content = |key: &str| match &file[key] {
            Value::Object(repeated) => {
                let times = repeated["times"]
                    .as_u64()
                    .and_then(|times| usize::try_from(times).ok());
                Some(repeated["repeat"].as_str().unwrap().repeat(times.unwrap()))
            }
            content => text(content),
        };
        Self {
            filename: text(&file["filename"]).unwrap(),
            status: ChangeStatus::from(file["status"].as_str().unwrap()),
            deletions: file["deletions"].as_i64().unwrap_or(0),
            changes: file["changes"].as_i64().unwrap_or(0),
            base: content("base_content"),
            head: content("head_content"),
        }
    }

    pub(super) fn change(&self) -> Change<'_> {
        Change {
            filename: &self.filename,
            status: self.status,
            deletions: self.deletions,
            changes: self.changes,
            base: self.base.as_deref(),
            head: self.head.as_deref(),
        }
    }
}

/// Files of a change from the mirror's list.
pub(super) fn files(list: &Value) -> Vec<File> {
    list.as_array()
        .expect("files are a list")
        .iter()
        .map(File::new)
        .collect()
}

/// What scoring takes of a change's syntax.
pub(super) fn totals(score: &ChangeScore) -> axonry_scoring::base_score::TokenTotals {
    let breakdown = score.breakdown.unwrap_or_default();
    let (structural, leaf) = (breakdown.structural(), breakdown.leaf());
    axonry_scoring::base_score::TokenTotals {
        source_token_score: score.source_token_score(),
        token_score: score.token_score(),
        total_score: score.total_score,
        structural_count: structural.count,
        structural_score: structural.score,
        leaf_count: leaf.count,
        leaf_score: leaf.score,
    }
}
