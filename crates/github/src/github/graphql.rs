//! GraphQL: one question, an answer of which parts may be missing.

use serde::Deserialize;
use serde_json::{Value, json};

use super::GitHub;
use crate::error::GithubError;

/// How often a query is sent again because its token's allowance was used up; each time waits for
/// the allowance, or goes to another token.
const AGAIN: usize = 3;

/// An answer, and what is wrong with parts of it.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) data: Value,
    pub(super) errors: Vec<GraphError>,
}

/// Something that GitHub could not tell.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct GraphError {
    #[serde(default)]
    message: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    /// Where in the answer something is missing.
    #[serde(default)]
    path: Vec<Value>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    data: Value,
    #[serde(default)]
    errors: Vec<GraphError>,
}

impl GraphError {
    fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }

    /// Whether less of the same may be had.
    fn is_too_much(&self) -> bool {
        let limits = ["RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"];
        let message = self.message.to_lowercase();
        limits.iter().any(|limit| self.is(limit))
            || message.contains("timeout")
            || message.contains("respond to your request in time")
    }

    /// Whether what was asked for is not there, as far as the token may see.
    pub(super) fn is_not_found(&self) -> bool {
        self.is("NOT_FOUND")
    }

    pub(super) fn message(&self) -> String {
        self.message.chars().take(200).collect()
    }

    /// Whether it is about the part of the answer that begins with these steps.
    pub(super) fn is_at(&self, steps: &[Value]) -> bool {
        self.path.starts_with(steps)
    }
}

impl GitHub {
    /// Asks until there is data. Parts may be missing from it, and then an error says which.
    pub(super) async fn graph(
        &self,
        what: &str,
        query: &str,
        variables: Value,
        smaller: bool,
    ) -> Result<Graph, GithubError> {
        let body = json!({"query": query, "variables": variables});
        for _ in 0..AGAIN {
            let answer: Answer = self.post(what, &body, smaller).await?;
            let Answer { data, errors } = answer;
            if errors.iter().any(|error| error.is("RATE_LIMITED")) {
                continue;
            }
            if let Some(error) = errors.iter().find(|error| error.is_too_much()) {
                return Err(GithubError::TooMuch {
                    what: what.to_owned(),
                    why: error.message(),
                });
            }
            // What has no place in the answer is about all of it.
            let whole = errors
                .iter()
                .find(|error| error.path.is_empty() || data.is_null());
            return match whole {
                Some(error) => Err(GithubError::Refused {
                    what: what.to_owned(),
                    why: error.message(),
                }),
                None if data.is_null() => Err(GithubError::Malformed {
                    what: what.to_owned(),
                    why: "has neither data nor errors".to_owned(),
                }),
                None => Ok(Graph { data, errors }),
            };
        }
        Err(GithubError::Refused {
            what: what.to_owned(),
            why: "the allowance of every token is used up".to_owned(),
        })
    }
}
