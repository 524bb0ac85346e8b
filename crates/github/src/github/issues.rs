//! The issues of an account, and the pull requests that solved them.

use jiff::Timestamp;

use super::GitHub;
use super::pulls::named;
use super::rows::{ENDS, ISSUE, IssueRow};
use super::walk::Walk;
use crate::error::GithubError;
use crate::issue::{Issue, IssueState};
use crate::mirror::Windows;
use crate::names::{GithubId, RepositoryName};
use crate::page::{Gathering, Page, Quarantined};

impl GitHub {
    /// The issues that `author` opened (open ones) or that were closed within `windows`, with the
    /// pull requests that solved them, in the order in which the mirror lists them.
    ///
    /// # Errors
    ///
    /// When any page of the list cannot be had; rows that are malformed are quarantined.
    pub async fn issues(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<Issue>, GithubError> {
        let Some(since) = windows.values().min().copied() else {
            return Ok(Page::default());
        };
        let within = self.within(windows).await?;
        let wanted = |row: &IssueRow| {
            let counts_from = match row.state {
                IssueState::Open => row.created_at,
                IssueState::Closed => row.closed_at,
            };
            within.name(&row.repository.name_with_owner, counts_from?)
        };
        self.listed_issues(author, "[OPEN, CLOSED]", since, wanted)
            .await
    }

    /// All issues of `author` that are open now, however old, in whatever repository.
    ///
    /// # Errors
    ///
    /// As [`issues`](Self::issues).
    pub async fn open_issues(&self, author: &GithubId) -> Result<Page<Issue>, GithubError> {
        let wanted = |row: &IssueRow| Some(row.repository.name_with_owner.clone());
        self.listed_issues(author, "[OPEN]", Timestamp::MIN, wanted)
            .await
    }

    async fn listed_issues(
        &self,
        author: &GithubId,
        states: &'static str,
        since: Timestamp,
        wanted: impl Fn(&IssueRow) -> Option<RepositoryName>,
    ) -> Result<Page<Issue>, GithubError> {
        let what = format!("the issues of account {author}");
        let fields = format!(
            "{ISSUE} lastEditedAt closed: timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) \
             {{ nodes {{ ... on ClosedEvent {{ closer {{ __typename ... on PullRequest \
             {{ {ENDS} }} }} }} }} }}"
        );
        let walk = Walk {
            what: &what,
            connection: "issues",
            fields: &fields,
            states,
            since,
        };
        let walked = self.walk(author, &walk).await?;
        let mut gathering = Gathering::<Issue>::new();
        for bad in walked.quarantined {
            gathering.quarantine(bad);
        }
        let mut issues = Vec::new();
        for value in walked.rows {
            let named = named(&value);
            let row = match serde_json::from_value::<IssueRow>(value) {
                Ok(row) => row,
                Err(error) => {
                    gathering.quarantine(Quarantined {
                        what: named,
                        why: error.to_string().chars().take(200).collect(),
                    });
                    continue;
                }
            };
            if let Some(repository) = wanted(&row) {
                let called = &row.repository.name_with_owner;
                let maintainers = self.trusted(row.solution_has_labels(), called).await?;
                issues.push(row.read(author, repository, &maintainers));
            }
        }
        issues.sort_by(|one, other| order(other).cmp(&order(one)));
        for issue in issues {
            gathering.add(issue);
        }
        Ok(gathering.done())
    }
}

fn order(issue: &Issue) -> (Option<Timestamp>, &RepositoryName, u64) {
    (issue.created_at, &issue.repository, issue.number)
}
