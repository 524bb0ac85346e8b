//! Pull requests.

use jiff::Timestamp;
use serde::Deserialize;

use super::issue::IssueRow;
use super::{Actor, Connection, Ends};
use crate::fields;
use crate::maintainer::Maintainer;
use crate::names::{GithubId, RepositoryName};
use crate::pull_request::PullRequest;

/// A pull request as it is listed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct PullRow {
    #[serde(flatten)]
    pub(in crate::github) ends: Ends,
    #[serde(default, deserialize_with = "fields::text")]
    title: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(deserialize_with = "fields::time")]
    pub(in crate::github) created_at: Timestamp,
    #[serde(default, deserialize_with = "fields::optional_time")]
    closed_at: Option<Timestamp>,
    #[serde(default)]
    author_association: Option<String>,
    #[serde(default)]
    merged_by: Option<Actor>,
    additions: u64,
    deletions: u64,
    commits: Connection<()>,
    pub(in crate::github) closing_issues_references: Connection<IssueRow>,
}

impl PullRow {
    /// As the mirror would list it, under the name its repository was asked for by.
    pub(in crate::github) fn read(
        self,
        author: &GithubId,
        repository: RepositoryName,
        maintainers: &[Maintainer],
    ) -> PullRequest {
        let linked = self.closing_issues_references.nodes.into_iter();
        let home = &self.ends.repository.name_with_owner;
        // A number means nothing outside of its repository.
        let linked = linked
            .filter(|issue| issue.repository.name_with_owner == *home)
            .map(IssueRow::linked)
            .collect();
        PullRequest {
            repository,
            number: self.ends.number,
            title: self.title,
            body: self.body,
            state: self.ends.state,
            author_github_id: author.clone(),
            author_login: self
                .ends
                .author
                .as_ref()
                .map(|author| author.login.clone())
                .unwrap_or_default(),
            author_association: self.author_association,
            created_at: self.created_at,
            closed_at: self.closed_at,
            merged_at: self.ends.merged_at,
            last_edited_at: self.ends.last_edited_at,
            edited_after_merge: self.ends.edited_after_merge(),
            hours_since_merge: None,
            merged_by_login: self.merged_by.map(|merger| merger.login),
            review_summary: self.ends.reviews(),
            labels: self.ends.labels(maintainers),
            linked_issues: linked,
            base_ref: Some(self.ends.base_ref_name),
            head_ref: Some(self.ends.head_ref_name),
            head_repository: self.ends.head_repository.map(|home| home.name_with_owner),
            default_branch: self
                .ends
                .repository
                .default_branch_ref
                .map(|branch| branch.name),
            head_sha: Some(self.ends.head_ref_oid),
            base_sha: Some(self.ends.base_ref_oid),
            merge_base_sha: None,
            additions: self.additions,
            deletions: self.deletions,
            commits: self.commits.total_count,
            // GitHub has the files of everything it lists.
            scoring_data_stored: true,
        }
    }
}
