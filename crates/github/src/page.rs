//! Lists of which single rows may be bad.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::warn;

use crate::issue::Issue;
use crate::names::{GithubId, RepositoryName};
use crate::pull_request::PullRequest;

/// A complete list: what could be read, and what could not.
///
/// It is complete in that every page of it was read; an unfinished list is an error instead.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows, in the server's order, each once.
    pub rows: Vec<T>,
    /// Rows that were left out because they are malformed.
    pub quarantined: Vec<Quarantined>,
    /// When the server made the list; the earliest page counts.
    pub generated_at: Option<Timestamp>,
}

impl<T> Page<T> {
    /// How old the list is, if its server says when it was made. A clock that runs ahead makes it
    /// new.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        let age = now.duration_since(self.generated_at?);
        Some(Duration::try_from(age).unwrap_or_default())
    }
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            quarantined: Vec::new(),
            generated_at: None,
        }
    }
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quarantined {
    /// Which one, as `owner/name#number` where that can be told, else by its place.
    pub what: String,
    /// What is wrong with it.
    pub why: String,
}

/// A row of a list: it has a name even when the rest of it is bad.
pub(crate) trait Row: DeserializeOwned {
    /// What tells it from other rows.
    type Key: Ord;

    fn key(&self) -> Self::Key;

    /// Names it by what can be read of it.
    fn name(value: &Value) -> Option<String>;
}

impl Row for PullRequest {
    type Key = (RepositoryName, u64);

    fn key(&self) -> Self::Key {
        (self.repository.clone(), self.number)
    }

    fn name(value: &Value) -> Option<String> {
        numbered(value, "pr_number")
    }
}

impl Row for Issue {
    type Key = (RepositoryName, u64);

    fn key(&self) -> Self::Key {
        (self.repository.clone(), self.number)
    }

    fn name(value: &Value) -> Option<String> {
        numbered(value, "issue_number")
    }
}

impl Row for crate::maintainer::Maintainer {
    type Key = GithubId;

    fn key(&self) -> Self::Key {
        self.github_id.clone()
    }

    fn name(value: &Value) -> Option<String> {
        Some(format!("maintainer {}", brief(value.get("login")?)?))
    }
}

impl Row for crate::file::PullRequestFile {
    type Key = String;

    fn key(&self) -> Self::Key {
        self.filename.clone()
    }

    fn name(value: &Value) -> Option<String> {
        Some(format!("file {}", brief(value.get("filename")?)?))
    }
}

fn numbered(value: &Value, number: &str) -> Option<String> {
    let repository = brief(value.get("repo_full_name")?)?;
    Some(format!("{repository}#{}", value.get(number)?.as_u64()?))
}

/// What a server sent may be of any length; names are not.
fn brief(value: &Value) -> Option<String> {
    Some(value.as_str()?.chars().take(120).collect())
}

/// Gathers rows from several pages.
pub(crate) struct Gathering<T: Row> {
    page: Page<T>,
    seen: BTreeSet<T::Key>,
}

impl<T: Row> Gathering<T> {
    pub(crate) fn new() -> Self {
        Self {
            page: Page::default(),
            seen: BTreeSet::new(),
        }
    }

    /// Takes the rows of one answer; `what` is what was asked for.
    pub(crate) fn take(&mut self, what: &str, rows: Vec<Value>, generated_at: Option<Timestamp>) {
        for (place, value) in rows.into_iter().enumerate() {
            let name = T::name(&value);
            match serde_json::from_value::<T>(value) {
                // A list that changes between two pages may show a row on both.
                Ok(row) => self.add(row),
                Err(error) => self.quarantine(Quarantined {
                    what: name.unwrap_or_else(|| format!("row {place} of {what}")),
                    why: error.to_string().chars().take(200).collect(),
                }),
            }
        }
        self.page.generated_at = match (self.page.generated_at, generated_at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }

    /// Takes one row.
    pub(crate) fn add(&mut self, row: T) {
        if self.seen.insert(row.key()) {
            self.page.rows.push(row);
        }
    }

    /// Takes the name and the flaw of one that could not be read.
    pub(crate) fn quarantine(&mut self, bad: Quarantined) {
        warn!(row = bad.what, why = bad.why, "left out a malformed row");
        self.page.quarantined.push(bad);
    }

    pub(crate) fn done(self) -> Page<T> {
        self.page
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn row(number: u64) -> Value {
        json!({
            "repo_full_name": "acme/widget", "pr_number": number, "title": "Fix", "state": "MERGED",
            "author_github_id": "77", "created_at": "2026-07-20T10:00:00.000Z",
            "merged_at": "2026-07-21T11:00:00.000Z", "additions": 120, "scoring_data_stored": true,
            "review_summary": {"changes_requested_count": 1, "approved_count": 1, "commented_count": 2},
            "labels": [{"name": "bug", "actor_github_id": 77}],
            "linked_issues": [{"number": 1, "state": "CLOSED", "created_at": "2026-07-18T09:00:00Z"}],
        })
    }

    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-z_]{1,12}", inner, 0..4)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn sr5_a_row_of_whatever_shape_is_set_aside_and_harms_no_other(
            bad in anything(),
            at in 0_usize..3,
            field in proptest::sample::select(
                row(1).as_object().unwrap().keys().cloned().collect::<Vec<_>>()
            ),
            whole in any::<bool>(),
        ) {
            let mut rows = vec![row(1), row(2), row(3)];
            if whole {
                rows[at] = bad;
            } else {
                rows[at][field.as_str()] = bad;
            }
            let mut gathering = Gathering::<PullRequest>::new();
            gathering.take("a list", rows, None);
            let page = gathering.done();
            let numbers: Vec<u64> = page.rows.iter().map(|pull| pull.number).collect();
            for (place, number) in [1, 2, 3].into_iter().enumerate() {
                prop_assert!(place == at || numbers.contains(&number), "{numbers:?}");
            }
            // A number that another row has as well counts as that row.
            prop_assert!(page.rows.len() + page.quarantined.len() >= 2);
        }
    }
}
