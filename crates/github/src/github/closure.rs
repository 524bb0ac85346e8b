//! Who closed an issue, as bounties ask for it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::GitHub;
use super::rows::{Actor, Connection, Home};
use crate::error::GithubError;
use crate::names::{GithubId, RepositoryName};

/// How an issue ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Closure {
    /// It has not.
    Open,
    /// It was closed, but not as completed, or not by a merged pull request of its repository.
    Unsolved,
    /// A merged pull request closed it.
    Solved {
        /// The pull request's number.
        number: u64,
        /// Who opened that; unknown when the account is gone.
        solver: Option<GithubId>,
    },
}

/// Events looked back on; an issue that is closed and opened more often is a curiosity.
const QUERY: &str = "query($owner: String!, $name: String!, $number: Int!) { \
    repository(owner: $owner, name: $name) { issue(number: $number) { state stateReason closedAt \
    timelineItems(itemTypes: [CLOSED_EVENT], last: 20) { nodes { ... on ClosedEvent { createdAt \
    stateReason closer { __typename ... on PullRequest { number state merged mergedAt \
    author { login ... on User { databaseId } } baseRepository { nameWithOwner } } } } } } } } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ended {
    state: crate::issue::IssueState,
    #[serde(default)]
    state_reason: Option<String>,
    #[serde(default)]
    closed_at: Option<String>,
    timeline_items: Connection<Event>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    created_at: String,
    #[serde(default)]
    state_reason: Option<String>,
    #[serde(default)]
    closer: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pull {
    number: u64,
    merged: bool,
    #[serde(default)]
    author: Option<Actor>,
    #[serde(default)]
    base_repository: Option<Home>,
}

impl GitHub {
    /// Finds out who solved an issue.
    ///
    /// The rules are those of `entrius/gittensor` `utils/github_api_tools.py`
    /// (`find_solver_from_closure`): of the closing events that mean completion, the last one at
    /// the time the issue was closed; what closed it must be a merged pull request of the same
    /// repository.
    ///
    /// # Errors
    ///
    /// When there is no answer, or no such issue: then it is not known, which is not "unsolved".
    pub async fn closure(
        &self,
        repository: &RepositoryName,
        number: u64,
    ) -> Result<Closure, GithubError> {
        let what = format!("the closure of {repository}#{number}");
        let variables = json!({
            "owner": repository.owner(), "name": repository.name(), "number": number,
        });
        let mut graph = self.graph(&what, QUERY, variables, false).await?;
        if let Some(error) = graph.errors.first() {
            let why = error.message();
            return Err(GithubError::Refused { what, why });
        }
        let issue = graph.data["repository"]["issue"].take();
        let malformed = |error: serde_json::Error| GithubError::Malformed {
            what: what.clone(),
            why: format!("is of another shape: {error}"),
        };
        let issue: Ended = serde_json::from_value(issue).map_err(malformed)?;
        Ok(issue.closure(repository))
    }
}

impl Ended {
    fn closure(self, repository: &RepositoryName) -> Closure {
        if self.state == crate::issue::IssueState::Open {
            return Closure::Open;
        }
        if !completed(self.state_reason.as_deref()) {
            return Closure::Unsolved;
        }
        let closed_at = self.closed_at.as_deref();
        let mut events = self.timeline_items.nodes.into_iter().rev();
        let last = events.find(|event| {
            completed(event.state_reason.as_deref()) && Some(event.created_at.as_str()) == closed_at
        });
        let Some(closer) = last.map(|event| event.closer) else {
            return Closure::Unsolved;
        };
        let pull = (closer["__typename"] == "PullRequest")
            .then(|| serde_json::from_value::<Pull>(closer).ok())
            .flatten();
        match pull {
            Some(pull) if pull.merged && pull.is_of(repository) => Closure::Solved {
                number: pull.number,
                solver: pull.author.and_then(|author| author.database_id),
            },
            _ => Closure::Unsolved,
        }
    }
}

impl Pull {
    fn is_of(&self, repository: &RepositoryName) -> bool {
        let home = self.base_repository.as_ref();
        home.is_some_and(|home| home.name_with_owner == *repository)
    }
}

/// Older closures have no reason, and count as completed.
fn completed(reason: Option<&str>) -> bool {
    reason.is_none_or(|reason| reason.eq_ignore_ascii_case("COMPLETED"))
}
