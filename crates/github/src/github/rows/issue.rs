//! Issues.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Actor, Connection, Ends, Home, Named};
use crate::fields;
use crate::issue::{Issue, IssueState, LinkedIssue, SolvingPullRequest};
use crate::label::Label;
use crate::maintainer::Maintainer;
use crate::names::{GithubId, RepositoryName};
use crate::pull_request::PullRequestState;

/// An issue, alone or linked to a pull request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::github) struct IssueRow {
    pub(in crate::github) number: u64,
    #[serde(default, deserialize_with = "fields::text")]
    title: String,
    pub(in crate::github) state: IssueState,
    #[serde(default)]
    state_reason: Option<String>,
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub(in crate::github) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub(in crate::github) closed_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "fields::optional_time")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "fields::optional_time")]
    last_edited_at: Option<Timestamp>,
    #[serde(default)]
    author_association: Option<String>,
    #[serde(default)]
    author: Option<Actor>,
    pub(in crate::github) repository: Home,
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

    pub(super) fn linked(self) -> LinkedIssue {
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
    pub(in crate::github) fn solution_has_labels(&self) -> bool {
        matches!(self.closing(), Some(ClosingPull::Whole(ends)) if ends.has_labels())
    }

    /// As the mirror would list it.
    pub(in crate::github) fn read(
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
