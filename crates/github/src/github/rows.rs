//! Rows as GraphQL gives them, turned into those that the mirror gives.

mod issue;
mod pull;

use jiff::Timestamp;
use serde::Deserialize;

pub(super) use self::issue::IssueRow;
pub(super) use self::pull::PullRow;
use crate::fields;
use crate::label::Label;
use crate::maintainer::Maintainer;
use crate::names::{GithubId, RepositoryName};
use crate::pull_request::{PullRequestState, ReviewSummary};

/// What a pull request is asked for wherever it stands.
pub(super) const ENDS: &str = "number state mergedAt lastEditedAt baseRefName baseRefOid \
    headRefName headRefOid headRepository { nameWithOwner } \
    repository { nameWithOwner defaultBranchRef { name } } \
    author { login ... on User { databaseId } } \
    changesRequested: reviews(first: 100, states: [CHANGES_REQUESTED]) \
    { totalCount nodes { authorAssociation } } \
    approved: reviews(states: [APPROVED]) { totalCount } \
    commented: reviews(states: [COMMENTED]) { totalCount } \
    labels(first: 100) { nodes { name } } \
    labelled: timelineItems(last: 100, itemTypes: [LABELED_EVENT]) { nodes { ... on LabeledEvent \
    { label { name } actor { login ... on User { databaseId } } } } }";

/// What an issue is asked for wherever it stands.
pub(super) const ISSUE: &str = "number title state stateReason createdAt closedAt updatedAt \
    authorAssociation author { login ... on User { databaseId } } \
    repository { nameWithOwner } labels(first: 100) { nodes { name } } \
    transferred: timelineItems(itemTypes: [TRANSFERRED_EVENT]) { totalCount }";

/// A list within a row.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Connection<T> {
    #[serde(default)]
    pub(super) total_count: u64,
    #[serde(default = "Vec::new")]
    pub(super) nodes: Vec<T>,
}

/// Somebody; nobody where the account is gone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Actor {
    pub(super) login: String,
    #[serde(default)]
    pub(super) database_id: Option<GithubId>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Home {
    pub(super) name_with_owner: RepositoryName,
    #[serde(default)]
    pub(super) default_branch_ref: Option<Named>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    #[serde(default)]
    author_association: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Labelling {
    label: Named,
    #[serde(default)]
    actor: Option<Actor>,
}

/// What [`ENDS`] brings.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ends {
    pub(super) number: u64,
    pub(super) state: PullRequestState,
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub(super) merged_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "fields::optional_time")]
    last_edited_at: Option<Timestamp>,
    base_ref_name: String,
    base_ref_oid: String,
    head_ref_name: String,
    head_ref_oid: String,
    #[serde(default)]
    head_repository: Option<Home>,
    pub(super) repository: Home,
    #[serde(default)]
    pub(super) author: Option<Actor>,
    changes_requested: Connection<Review>,
    approved: Connection<()>,
    commented: Connection<()>,
    labels: Connection<Named>,
    labelled: Connection<Labelling>,
}

impl Ends {
    fn edited_after_merge(&self) -> bool {
        self.last_edited_at
            .zip(self.merged_at)
            .is_some_and(|(edited, merged)| edited > merged)
    }

    fn reviews(&self) -> ReviewSummary {
        let maintainers = self.changes_requested.nodes.iter().filter(|review| {
            let association = review.author_association.as_deref();
            matches!(association, Some("OWNER" | "MEMBER" | "COLLABORATOR"))
        });
        ReviewSummary {
            maintainer_changes_requested: u64::try_from(maintainers.count()).unwrap_or(u64::MAX),
            changes_requested: self.changes_requested.total_count,
            approved: self.approved.total_count,
            commented: self.commented.total_count,
        }
    }

    /// Whether anybody is known to have put a label on it.
    pub(super) fn has_labels(&self) -> bool {
        !self.labels.nodes.is_empty()
    }

    /// Its labels, each with whoever put it there last.
    fn labels(&self, maintainers: &[Maintainer]) -> Vec<Label> {
        let label = |label: &Named| {
            let last = self
                .labelled
                .nodes
                .iter()
                .rfind(|labelling| labelling.label.name == label.name);
            let actor = last.and_then(|last| last.actor.as_ref()?.database_id.clone());
            let association = maintainers
                .iter()
                .find(|one| Some(&one.github_id) == actor.as_ref())
                .map(|one| one.association.clone());
            Label {
                name: label.name.clone(),
                actor_github_id: actor,
                actor_association: association,
            }
        };
        self.labels.nodes.iter().map(label).collect()
    }
}
