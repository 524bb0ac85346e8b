//! The pull requests of an account.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::GitHub;
use super::rows::{Connection, ENDS, ISSUE, IssueRow, PullRow};
use super::walk::Walk;
use crate::error::GithubError;
use crate::maintainer::Maintainer;
use crate::mirror::Windows;
use crate::names::{GithubId, RepositoryName};
use crate::page::{Gathering, Page, Quarantined};
use crate::pull_request::{PullRequest, PullRequestState};

/// How an issue was closed, where only the number of what closed it matters.
const CLOSED: &str = "closed: timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) { nodes \
    { ... on ClosedEvent { closer { __typename ... on PullRequest \
    { number repository { nameWithOwner } } } } } }";

impl GitHub {
    /// The pull requests that `author` opened (open and closed ones) or had merged within
    /// `windows`, in the order in which the mirror lists them.
    ///
    /// # Errors
    ///
    /// When any page of the list cannot be had; rows that are malformed are quarantined.
    pub async fn pulls(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<PullRequest>, GithubError> {
        let mut gathering = Gathering::<PullRequest>::new();
        let Some(since) = windows.values().min().copied() else {
            return Ok(gathering.done());
        };
        let what = format!("the pull requests of account {author}");
        let fields = format!(
            "{ENDS} title body createdAt closedAt authorAssociation mergedBy {{ login }} \
             additions deletions commits {{ totalCount }} \
             closingIssuesReferences(first: 10) {{ totalCount nodes {{ {ISSUE} {CLOSED} }} }}"
        );
        let walk = Walk {
            what: &what,
            connection: "pullRequests",
            fields: &fields,
            states: "[OPEN, CLOSED, MERGED]",
            since,
        };
        let within = self.within(windows).await?;
        let walked = self.walk(author, &walk).await?;
        for bad in walked.quarantined {
            gathering.quarantine(bad);
        }
        let mut rows = Vec::new();
        for value in walked.rows {
            let named = named(&value);
            match serde_json::from_value::<PullRow>(value) {
                Ok(row) => rows.extend(self.listed(row, author, &within).await?),
                Err(error) => gathering.quarantine(Quarantined {
                    what: named,
                    why: error.to_string().chars().take(200).collect(),
                }),
            }
        }
        rows.sort_by(|one, other| order(other).cmp(&order(one)));
        for row in rows {
            gathering.add(row);
        }
        Ok(gathering.done())
    }

    /// A row of a wanted repository, within its window.
    async fn listed(
        &self,
        mut row: PullRow,
        author: &GithubId,
        within: &Within,
    ) -> Result<Option<PullRequest>, GithubError> {
        let counts_from = match row.ends.state {
            PullRequestState::Merged => row.ends.merged_at.unwrap_or(row.created_at),
            PullRequestState::Open | PullRequestState::Closed => row.created_at,
        };
        let called = row.ends.repository.name_with_owner.clone();
        let Some(repository) = within.name(&called, counts_from) else {
            return Ok(None);
        };
        let linked = &row.closing_issues_references;
        if linked.total_count > linked.nodes.len() as u64 {
            row.closing_issues_references = self.linked(&called, row.ends.number).await?;
        }
        let maintainers = self.trusted(row.ends.has_labels(), &called).await?;
        Ok(Some(row.read(author, repository, &maintainers)))
    }

    /// Who may put a label that counts, where there is one.
    pub(super) async fn trusted(
        &self,
        labelled: bool,
        repository: &RepositoryName,
    ) -> Result<Vec<Maintainer>, GithubError> {
        if !labelled {
            return Ok(Vec::new());
        }
        Ok(self.maintainers(repository).await?.rows)
    }

    /// All issues that a pull request says it closes, of which the list showed only some.
    async fn linked(
        &self,
        repository: &RepositoryName,
        number: u64,
    ) -> Result<Connection<IssueRow>, GithubError> {
        let what = format!("the issues linked to {repository}#{number}");
        let query = format!(
            "query($owner: String!, $name: String!, $number: Int!) {{ \
             repository(owner: $owner, name: $name) {{ pullRequest(number: $number) {{ \
             closingIssuesReferences(first: 100) {{ totalCount nodes {{ {ISSUE} {CLOSED} }} \
             }} }} }} }}"
        );
        let variables = json!({
            "owner": repository.owner(), "name": repository.name(), "number": number,
        });
        let mut graph = self.graph(&what, &query, variables, false).await?;
        let list = graph.data["repository"]["pullRequest"]["closingIssuesReferences"].take();
        let list: Connection<IssueRow> =
            serde_json::from_value(list).map_err(|error| GithubError::Malformed {
                what: what.clone(),
                why: format!("is of another shape: {error}"),
            })?;
        if list.total_count > list.nodes.len() as u64 {
            return Err(GithubError::TooManyPages { what, pages: 1 });
        }
        Ok(list)
    }

    /// Windows by the names that GitHub uses now.
    pub(super) async fn within(&self, windows: &Windows) -> Result<Within, GithubError> {
        let names: Vec<RepositoryName> = windows.keys().cloned().collect();
        let now = self.names_now(&names).await?;
        let within = now.iter().filter_map(|(called, name)| {
            let since = windows.get(name)?;
            Some((called.clone(), (name.clone(), *since)))
        });
        Ok(Within(within.collect()))
    }
}

/// From when on rows of a repository count, and under which name: by what GitHub calls it now.
pub(super) struct Within(BTreeMap<RepositoryName, (RepositoryName, Timestamp)>);

impl Within {
    /// The name it was asked for by, of a row that counts from `time`.
    pub(super) fn name(&self, called: &RepositoryName, time: Timestamp) -> Option<RepositoryName> {
        let (name, since) = self.0.get(called)?;
        (time >= *since).then(|| name.clone())
    }
}

/// The mirror lists the newest first; sums are taken in that order.
fn order(pull: &PullRequest) -> (Timestamp, &RepositoryName, u64) {
    (pull.created_at, &pull.repository, pull.number)
}

/// A row's name by what can be read of it.
pub(super) fn named(row: &Value) -> String {
    let repository = row["repository"]["nameWithOwner"].as_str();
    let repository: String = repository.unwrap_or("?").chars().take(120).collect();
    format!("{repository}#{}", row["number"])
}
