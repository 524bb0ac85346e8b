//! Rows as GraphQL gives them, turned into those that the mirror gives.

use jiff::Timestamp;
use serde::Deserialize;

use crate::fields;
use crate::issue::{Issue, IssueState, LinkedIssue, SolvingPullRequest};
use crate::label::Label;
use crate::maintainer::Maintainer;
use crate::names::{GithubId, RepositoryName};
use crate::pull_request::{PullRequest, PullRequestState, ReviewSummary};

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

/// A pull request as it is listed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PullRow {
    #[serde(flatten)]
    pub(super) ends: Ends,
    #[serde(default, deserialize_with = "fields::text")]
    title: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(deserialize_with = "fields::time")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "fields::optional_time")]
    closed_at: Option<Timestamp>,
    #[serde(default)]
    author_association: Option<String>,
    #[serde(default)]
    merged_by: Option<Actor>,
    additions: u64,
    deletions: u64,
    commits: Connection<()>,
    pub(super) closing_issues_references: Connection<IssueRow>,
}

impl PullRow {
    /// As the mirror would list it, under the name its repository was asked for by.
    pub(super) fn read(
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

/// An issue, alone or linked to a pull request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssueRow {
    pub(super) number: u64,
    #[serde(default, deserialize_with = "fields::text")]
    title: String,
    pub(super) state: IssueState,
    #[serde(default)]
    state_reason: Option<String>,
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub(super) closed_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "fields::optional_time")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "fields::optional_time")]
    last_edited_at: Option<Timestamp>,
    #[serde(default)]
    author_association: Option<String>,
    #[serde(default)]
    author: Option<Actor>,
    pub(super) repository: Home,
    transferred: Connection<()>,
    labels: Connection<Named>,
    closed: Connection<Closing>,
}

/// That an issue was closed, and by what.
#[derive(Debug, Deserialize)]
struct Closing {
    #[serde(default)]
    closer: Option<Closer>,
}

/// What closed an issue: a pull request, a commit, or a person, of whom nothing is said.
#[derive(Debug, Deserialize)]
#[serde(tag = "__typename")]
enum Closer {
    PullRequest(ClosingPull),
    #[serde(other)]
    Another,
}

/// A pull request that closed an issue: its number always, the rest where it was asked for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum ClosingPull {
    Whole(Box<Ends>),
    Brief { number: u64, repository: Home },
}

impl IssueRow {
    /// The pull request of the same repository that closed it, if one did and it is still closed.
    fn closing(&self) -> Option<&ClosingPull> {
        if self.state == IssueState::Open {
            return None;
        }
        let closer = self.closed.nodes.last()?.closer.as_ref()?;
        match closer {
            Closer::PullRequest(pull) => Some(pull),
            Closer::Another => None,
        }
    }

    fn solved_by(&self) -> Option<u64> {
        let (number, repository) = match self.closing()? {
            ClosingPull::Whole(ends) => (ends.number, &ends.repository),
            ClosingPull::Brief { number, repository } => (*number, repository),
        };
        (repository.name_with_owner == self.repository.name_with_owner).then_some(number)
    }

    fn labels(&self) -> Vec<Label> {
        let label = |label: &Named| Label {
            name: label.name.clone(),
            actor_github_id: None,
            actor_association: None,
        };
        self.labels.nodes.iter().map(label).collect()
    }

    fn linked(self) -> LinkedIssue {
        let (solved_by_pr, labels) = (self.solved_by(), self.labels());
        LinkedIssue {
            number: self.number,
            title: self.title,
            state: self.state,
            state_reason: self.state_reason,
            author_github_id: self.author.and_then(|author| author.database_id),
            author_association: self.author_association,
            created_at: self.created_at,
            closed_at: self.closed_at,
            updated_at: self.updated_at,
            is_transferred: self.transferred.total_count > 0,
            solved_by_pr,
            labels,
        }
    }

    /// The pull request that solved it, as far as it counts: with an author, and merged at a time
    /// if it was merged (the mirror's rule).
    fn solving(&self, maintainers: &[Maintainer]) -> Option<SolvingPullRequest> {
        self.solved_by()?;
        let ClosingPull::Whole(ends) = self.closing()? else {
            return None;
        };
        if ends.state == PullRequestState::Merged && ends.merged_at.is_none() {
            return None;
        }
        Some(SolvingPullRequest {
            number: ends.number,
            author_github_id: ends.author.as_ref()?.database_id.clone()?,
            state: ends.state,
            merged_at: ends.merged_at,
            hours_since_merge: None,
            edited_after_merge: ends.edited_after_merge(),
            head_sha: Some(ends.head_ref_oid.clone()),
            base_sha: Some(ends.base_ref_oid.clone()),
            merge_base_sha: None,
            base_ref: Some(ends.base_ref_name.clone()),
            head_ref: Some(ends.head_ref_name.clone()),
            head_repository: ends
                .head_repository
                .as_ref()
                .map(|home| home.name_with_owner.clone()),
            default_branch: ends
                .repository
                .default_branch_ref
                .as_ref()
                .map(|branch| branch.name.clone()),
            labels: ends.labels(maintainers),
            review_summary: ends.reviews(),
        })
    }

    /// Whether the labels of its solution ask who maintains the repository.
    pub(super) fn solution_has_labels(&self) -> bool {
        matches!(self.closing(), Some(ClosingPull::Whole(ends)) if ends.has_labels())
    }

    /// As the mirror would list it.
    pub(super) fn read(
        self,
        author: &GithubId,
        repository: RepositoryName,
        maintainers: &[Maintainer],
    ) -> Issue {
        let solving_pr = self.solving(maintainers);
        let (solved_by_pr, labels) = (self.solved_by(), self.labels());
        Issue {
            repository,
            number: self.number,
            title: self.title,
            state: self.state,
            state_reason: self.state_reason,
            author_github_id: Some(author.clone()),
            author_login: self.author.map(|author| author.login),
            author_association: self.author_association,
            created_at: self.created_at,
            closed_at: self.closed_at,
            updated_at: self.updated_at,
            last_edited_at: self.last_edited_at,
            is_transferred: self.transferred.total_count > 0,
            solved_by_pr,
            labels,
            solving_pr,
        }
    }
}
