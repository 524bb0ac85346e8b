//! Issues, alone and linked to pull requests.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::fields;
use crate::label::Label;
use crate::names::{GithubId, RepositoryName};
use crate::pull_request::{PullRequestState, ReviewSummary};

/// Where an issue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum IssueState {
    /// Not done.
    Open,
    /// Done, or not to be done.
    Closed,
}

/// An issue that a pull request says it closes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct LinkedIssue {
    /// Its number.
    pub number: u64,
    /// Its title; may be empty.
    #[serde(default, deserialize_with = "fields::text")]
    pub title: String,
    /// Where it stands.
    pub state: IssueState,
    /// Why it was closed: `COMPLETED`, `NOT_PLANNED`, …
    #[serde(default)]
    pub state_reason: Option<String>,
    /// Who opened it, when known.
    #[serde(default)]
    pub author_github_id: Option<GithubId>,
    /// What they are to the repository.
    #[serde(default)]
    pub author_association: Option<String>,
    /// When it was opened.
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub created_at: Option<Timestamp>,
    /// When it was closed.
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub closed_at: Option<Timestamp>,
    /// When anything about it last changed.
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub updated_at: Option<Timestamp>,
    /// Whether it came from another repository.
    #[serde(default, deserialize_with = "fields::flag")]
    pub is_transferred: bool,
    /// The pull request that closed it.
    #[serde(default)]
    pub solved_by_pr: Option<u64>,
    /// Its labels.
    #[serde(default, deserialize_with = "fields::list")]
    pub labels: Vec<Label>,
}

/// An issue that a miner opened.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Issue {
    /// Where it was opened.
    #[serde(rename = "repo_full_name")]
    pub repository: RepositoryName,
    /// Its number there.
    #[serde(rename = "issue_number")]
    pub number: u64,
    /// Its title; may be empty.
    #[serde(default, deserialize_with = "fields::text")]
    pub title: String,
    /// Where it stands.
    pub state: IssueState,
    /// Why it was closed: `COMPLETED`, `NOT_PLANNED`, …
    #[serde(default)]
    pub state_reason: Option<String>,
    /// Who opened it.
    #[serde(default)]
    pub author_github_id: Option<GithubId>,
    /// Under which name.
    #[serde(default)]
    pub author_login: Option<String>,
    /// What they are to the repository.
    #[serde(default)]
    pub author_association: Option<String>,
    /// When it was opened.
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub created_at: Option<Timestamp>,
    /// When it was closed.
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub closed_at: Option<Timestamp>,
    /// When anything about it last changed.
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub updated_at: Option<Timestamp>,
    /// When its text was last edited.
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub last_edited_at: Option<Timestamp>,
    /// Whether it came from another repository.
    #[serde(default, deserialize_with = "fields::flag")]
    pub is_transferred: bool,
    /// The number of the pull request that closed it.
    #[serde(default)]
    pub solved_by_pr: Option<u64>,
    /// Its labels.
    #[serde(default, deserialize_with = "fields::list")]
    pub labels: Vec<Label>,
    /// That pull request, when the mirror knows it.
    #[serde(default, deserialize_with = "solving")]
    pub solving_pr: Option<SolvingPullRequest>,
}

/// The pull request that closed an issue, in brief.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct SolvingPullRequest {
    /// Its number, in the issue's repository.
    #[serde(rename = "pr_number")]
    pub number: u64,
    /// Who opened it.
    pub author_github_id: GithubId,
    /// Where it stands.
    pub state: PullRequestState,
    /// When it was merged.
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub merged_at: Option<Timestamp>,
    /// Hours from the merge to the mirror's answer; a hint, as `merged_at` is exact.
    #[serde(default)]
    pub hours_since_merge: Option<f64>,
    /// Whether its text was edited after the merge.
    #[serde(default, deserialize_with = "fields::flag")]
    pub edited_after_merge: bool,
    /// Its last commit.
    #[serde(default)]
    pub head_sha: Option<String>,
    /// The commit it is compared with.
    #[serde(default)]
    pub base_sha: Option<String>,
    /// The last commit both have in common.
    #[serde(default)]
    pub merge_base_sha: Option<String>,
    /// The branch it goes into.
    #[serde(default)]
    pub base_ref: Option<String>,
    /// The branch it comes from.
    #[serde(default)]
    pub head_ref: Option<String>,
    /// The repository it comes from.
    #[serde(default, rename = "head_repo_full_name")]
    pub head_repository: Option<RepositoryName>,
    /// The repository's default branch.
    #[serde(default)]
    pub default_branch: Option<String>,
    /// Its labels.
    #[serde(default, deserialize_with = "fields::list")]
    pub labels: Vec<Label>,
    /// What reviewers said, counted.
    #[serde(default)]
    pub review_summary: ReviewSummary,
}

/// Nothing, null and the empty object all mean that nobody solved it.
fn solving<'de, D>(deserializer: D) -> Result<Option<SolvingPullRequest>, D::Error>
where
    D: Deserializer<'de>,
{
    match Option::<Value>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Value::Object(fields)) if fields.is_empty() => Ok(None),
        Some(value) => serde_json::from_value(value)
            .map(Some)
            .map_err(serde::de::Error::custom),
    }
}
