//! A list of what an account did, read back to a moment, although it changes while it is read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::GitHub;
use super::page_size::can_shrink;
use crate::error::GithubError;
use crate::names::GithubId;
use crate::page::Quarantined;
use crate::timestamp;

/// How often the beginning is read again before the list counts as one that never rests.
const CATCHES: usize = 5;

/// Which list to read.
pub(super) struct Walk<'a> {
    pub(super) what: &'a str,
    /// The connection of the account: `pullRequests` or `issues`.
    pub(super) connection: &'static str,
    /// What is asked of each row.
    pub(super) fields: &'a str,
    /// Which rows, in GraphQL's words.
    pub(super) states: &'static str,
    /// Rows that have not changed since then are not wanted.
    pub(super) since: Timestamp,
}

/// Rows as GitHub sent them, each once, and those it could not send.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) rows: Vec<Value>,
    pub(super) quarantined: Vec<Quarantined>,
}

/// One page.
struct Leaf {
    nodes: Vec<Value>,
    quarantined: Vec<Quarantined>,
    next: Option<String>,
}

impl Walk<'_> {
    /// The newest first: a row counts from when it was created, merged or closed, and none of that
    /// is later than its last change.
    fn query(&self) -> String {
        let Self {
            connection,
            fields,
            states,
            ..
        } = self;
        format!(
            "query($id: ID!, $first: Int!, $after: String) {{ node(id: $id) {{ ... on User {{ \
             {connection}(first: $first, after: $after, states: {states}, \
             orderBy: {{field: UPDATED_AT, direction: DESC}}) {{ \
             pageInfo {{ hasNextPage endCursor }} nodes {{ id updatedAt {fields} }} }} }} }} }}"
        )
    }

    /// When a row last changed, if it says so.
    fn changed(node: &Value) -> Option<Timestamp> {
        timestamp::parse(node["updatedAt"].as_str()?).ok()
    }
}

/// The account's name in GraphQL: base64 of `04:User` and its number, as upstream writes it.
fn node_id(account: &GithubId) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = format!("04:User{account}");
    let mut id = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| {
            bits << 8 | usize::from(group.get(at).copied().unwrap_or(0))
        });
        for place in 0..4 {
            let there = place <= group.len();
            id.push(if there {
                char::from(DIGITS[bits >> (18 - 6 * place) & 63])
            } else {
                '='
            });
        }
    }
    id
}

impl GitHub {
    /// Reads the list to its end.
    ///
    /// A row that changes during the walk moves to the front, past which the walk has gone. So the
    /// front is read again after it, until nothing in it is new: then every row was seen at least
    /// once, and of each the newest sight counts.
    pub(super) async fn walk(
        &self,
        account: &GithubId,
        walk: &Walk<'_>,
    ) -> Result<Walked, GithubError> {
        let mut seen: BTreeMap<String, Value> = BTreeMap::new();
        let mut walked = Walked::default();
        let mut until = walk.since;
        for _ in 0..CATCHES {
            let (newest, pages) = self
                .back_to(account, walk, until, &mut seen, &mut walked)
                .await?;
            // A single page is one moment's view.
            if pages <= 1 || newest.is_none_or(|newest| newest <= until) {
                walked.rows = seen.into_values().collect();
                return Ok(walked);
            }
            until = newest.unwrap_or(until);
        }
        Err(GithubError::Changing {
            what: walk.what.to_owned(),
        })
    }

    /// Reads from the front back to what changed at `until`. Tells what the newest row is, and how
    /// many pages it took.
    async fn back_to(
        &self,
        account: &GithubId,
        walk: &Walk<'_>,
        until: Timestamp,
        seen: &mut BTreeMap<String, Value>,
        walked: &mut Walked,
    ) -> Result<(Option<Timestamp>, usize), GithubError> {
        let (mut cursor, mut newest) = (None, None);
        for page in 1..=self.inner.max_pages {
            let leaf = self.leaf(account, walk, cursor.as_deref()).await?;
            walked.quarantined.extend(leaf.quarantined);
            let mut over = false;
            for (place, node) in leaf.nodes.into_iter().enumerate() {
                let changed = Walk::changed(&node);
                let id = match (node["id"].as_str(), changed) {
                    (Some(id), Some(_)) => id.to_owned(),
                    // Kept, so that it is named among those that cannot be read.
                    _ => format!("row {place} after {cursor:?}"),
                };
                newest = newest.max(changed);
                over |= changed.is_some_and(|changed| changed < until);
                if changed.is_some_and(|changed| changed < walk.since) {
                    continue;
                }
                let known = seen.get(&id).map(Walk::changed);
                if known.is_none_or(|known| known <= changed) {
                    seen.insert(id, node);
                }
            }
            match leaf.next.filter(|_| !over) {
                None => return Ok((newest, page)),
                next if next == cursor => {
                    return Err(GithubError::Malformed {
                        what: walk.what.to_owned(),
                        why: "points to the same page again".to_owned(),
                    });
                }
                next => cursor = next,
            }
        }
        Err(GithubError::TooManyPages {
            what: walk.what.to_owned(),
            pages: self.inner.max_pages,
        })
    }

    async fn leaf(
        &self,
        account: &GithubId,
        walk: &Walk<'_>,
        after: Option<&str>,
    ) -> Result<Leaf, GithubError> {
        let query = walk.query();
        let sizes = &self.inner.lists;
        let graph = loop {
            let size = sizes.now();
            let variables = json!({"id": node_id(account), "first": size, "after": after});
            let asked = self.graph(walk.what, &query, variables, can_shrink(size));
            match asked.await {
                Ok(graph) => {
                    sizes.worked(size);
                    break graph;
                }
                Err(error) => sizes.or_smaller(size, error)?,
            }
        };
        let wrong = |why: &str| GithubError::Malformed {
            what: walk.what.to_owned(),
            why: why.to_owned(),
        };
        let mut data = graph.data;
        let node = data["node"].take();
        if node.is_null() {
            let said = graph
                .errors
                .first()
                .map(super::graphql::GraphError::message);
            return Err(GithubError::Refused {
                what: walk.what.to_owned(),
                why: said.unwrap_or_else(|| "there is no such account".to_owned()),
            });
        }
        let mut list = node;
        let mut list = list[walk.connection].take();
        let Value::Array(nodes) = list["nodes"].take() else {
            return Err(wrong("has no rows"));
        };
        let next = match list["pageInfo"]["hasNextPage"].as_bool() {
            Some(true) => list["pageInfo"]["endCursor"].as_str().map(str::to_owned),
            Some(false) => None,
            None => return Err(wrong("does not say whether it goes on")),
        };
        let mut leaf = Leaf {
            nodes: Vec::with_capacity(nodes.len()),
            quarantined: Vec::new(),
            next,
        };
        for (place, node) in nodes.into_iter().enumerate() {
            // A part that is missing from a row may be what it is worth.
            let steps = [
                "node".into(),
                walk.connection.into(),
                "nodes".into(),
                place.into(),
            ];
            match graph.errors.iter().find(|error| error.is_at(&steps)) {
                Some(error) => leaf.quarantined.push(Quarantined {
                    what: format!("row {place} of {}", walk.what),
                    why: error.message(),
                }),
                None => leaf.nodes.push(node),
            }
        }
        Ok(leaf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_named_as_upstream_names_it() {
        assert_eq!(node_id(&218_712_309.into()), "MDQ6VXNlcjIxODcxMjMwOQ==");
        assert_eq!(node_id(&7.into()), "MDQ6VXNlcjc=");
        assert_eq!(node_id(&77.into()), "MDQ6VXNlcjc3");
    }
}
