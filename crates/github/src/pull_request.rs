//! Pull requests, as the mirror lists them.

use jiff::Timestamp;
use serde::Deserialize;
use tracing::warn;

use crate::fields;
use crate::issue::LinkedIssue;
use crate::label::Label;
use crate::names::{GithubId, RepositoryName};

/// Where a pull request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum PullRequestState {
    /// Under discussion.
    Open,
    /// Closed without being merged.
    Closed,
    /// Merged.
    Merged,
}

/// A pull request, without its files.
///
/// Source: `entrius/gittensor` `utils/mirror/models.py`; the fields' order is the mirror's.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct PullRequest {
    /// Where it was opened.
    #[serde(rename = "repo_full_name")]
    pub repository: RepositoryName,
    /// Its number there.
    #[serde(rename = "pr_number")]
    pub number: u64,
    /// Its title; may be empty.
    #[serde(default, deserialize_with = "fields::text")]
    pub title: String,
    /// Its description.
    #[serde(default)]
    pub body: Option<String>,
    /// Where it stands.
    pub state: PullRequestState,
    /// Who opened it.
    pub author_github_id: GithubId,
    /// Under which name; may be empty.
    #[serde(default, deserialize_with = "fields::text")]
    pub author_login: String,
    /// What the author is to the repository: `OWNER`, `MEMBER`, `CONTRIBUTOR`, `NONE`, …
    #[serde(default)]
    pub author_association: Option<String>,
    /// When it was opened.
    #[serde(deserialize_with = "fields::time")]
    pub created_at: Timestamp,
    /// When it was closed, merged or not.
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub closed_at: Option<Timestamp>,
    /// When it was merged.
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub merged_at: Option<Timestamp>,
    /// When its text was last edited.
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub last_edited_at: Option<Timestamp>,
    /// Whether that was after the merge.
    #[serde(default, deserialize_with = "fields::flag")]
    pub edited_after_merge: bool,
    /// Hours from the merge to the mirror's answer; a hint, as `merged_at` is exact.
    #[serde(default)]
    pub hours_since_merge: Option<f64>,
    /// Who merged it.
    #[serde(default)]
    pub merged_by_login: Option<String>,
    /// The branch it goes into.
    #[serde(default)]
    pub base_ref: Option<String>,
    /// The branch it comes from.
    #[serde(default)]
    pub head_ref: Option<String>,
    /// The repository it comes from, a fork or the same.
    #[serde(default, rename = "head_repo_full_name")]
    pub head_repository: Option<RepositoryName>,
    /// The repository's default branch.
    #[serde(default)]
    pub default_branch: Option<String>,
    /// Its last commit.
    #[serde(default)]
    pub head_sha: Option<String>,
    /// The commit it is compared with.
    #[serde(default)]
    pub base_sha: Option<String>,
    /// The last commit both have in common.
    #[serde(default)]
    pub merge_base_sha: Option<String>,
    /// Lines added.
    #[serde(default)]
    pub additions: u64,
    /// Lines deleted.
    #[serde(default)]
    pub deletions: u64,
    /// Commits in it.
    #[serde(default, rename = "commits_count")]
    pub commits: u64,
    /// Whether the mirror has its files already.
    #[serde(default, deserialize_with = "fields::flag")]
    pub scoring_data_stored: bool,
    /// What reviewers said, counted.
    #[serde(default)]
    pub review_summary: ReviewSummary,
    /// Its labels.
    #[serde(default, deserialize_with = "fields::list")]
    pub labels: Vec<Label>,
    /// The issues it says it closes.
    #[serde(default, deserialize_with = "fields::list")]
    pub linked_issues: Vec<LinkedIssue>,
}

/// How many reviews of each kind a pull request has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Counts")]
#[non_exhaustive]
pub struct ReviewSummary {
    /// Maintainers who asked for changes.
    pub maintainer_changes_requested: u64,
    /// Anybody who asked for changes.
    pub changes_requested: u64,
    /// Approvals.
    pub approved: u64,
    /// Comments.
    pub commented: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Counts {
    maintainer_changes_requested_count: Option<u64>,
    changes_requested_count: u64,
    approved_count: u64,
    commented_count: u64,
}

impl From<Counts> for ReviewSummary {
    fn from(counts: Counts) -> Self {
        // Upstream counts it as none too, and says so, as it lowers scores.
        if counts.maintainer_changes_requested_count.is_none() {
            warn!("a review summary does not say how many maintainers asked for changes");
        }
        Self {
            maintainer_changes_requested: counts.maintainer_changes_requested_count.unwrap_or(0),
            changes_requested: counts.changes_requested_count,
            approved: counts.approved_count,
            commented: counts.commented_count,
        }
    }
}
