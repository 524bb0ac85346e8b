//! Whose a token is, and what it may read.

use std::fmt;
use std::time::Duration;

use axonry_http::{HttpError, Request, Retry, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

use super::GitHub;
use crate::limits::denies;
use crate::names::GithubId;

/// How long one lookup may take, pauses included.
const LOOKUP: Duration = Duration::from_secs(100);

/// What GitHub says of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// It is this account's.
    Valid(GithubId),
    /// It is nobody's: wrong, expired or revoked.
    InvalidAuth,
    /// GitHub gave no usable answer; ask again later.
    Transient(String),
}

/// Whether a token may read what scoring needs.
///
/// It shows itself in upstream's words (`entrius/gittensor` `validator/pat_handler.py`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenCheck {
    /// It may: this is its owner's name.
    Passes(String),
    /// GitHub refused with this status.
    Refused(u16),
    /// The query itself failed, for this reason.
    Failed(String),
    /// It is valid, but sees nobody: a fine-grained token without read access to public repositories.
    SeesNobody,
    /// There was no answer; ask again later.
    Transient(String),
}

impl fmt::Display for TokenCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passes(login) => write!(f, "token of {login}"),
            Self::Refused(code) => write!(f, "GitHub GraphQL API returned {code}"),
            Self::Failed(why) => write!(f, "GraphQL error: {why}"),
            Self::SeesNobody => {
                f.write_str("Fine-grained PATs need 'Public Repositories (read-only)' permission")
            }
            Self::Transient(why) => f.write_str(why),
        }
    }
}

impl GitHub {
    /// Finds out whose `token` is: `GET /user`, up to 6 times.
    ///
    /// The rules are those of `entrius/gittensor` `validator/utils/github_validation.py`, with
    /// one addition: a token with characters that no header may hold is invalid without asking.
    ///
    /// A rate limit is the token's own affair here, so it pauses this lookup and nobody else's.
    pub async fn identity(&self, token: &Secret) -> Identity {
        #[derive(Deserialize)]
        struct User {
            id: GithubId,
        }
        if token.is_empty() {
            return Identity::InvalidAuth;
        }
        let pause = self.inner.pause;
        let request = Request::get(self.inner.base.join(["user"]))
            .accept("application/vnd.github.v3+json")
            .secret_header("authorization", "token", token)
            .on_account(token, None)
            .deadline(Duration::from_secs(15))
            .total_deadline(LOOKUP)
            .rate_limited_when(|_| None)
            .retry(
                Retry::standard()
                    .attempts(6)
                    .pauses(pause, 1.0, pause)
                    .jitter(0.0)
                    .refusals(|refusal| !denies(refusal))
                    .other_shapes(),
            );
        match self.inner.http.json::<User>(request).await {
            Ok(answer) => Identity::Valid(answer.body.id),
            Err(HttpError::InvalidRequest { .. }) => Identity::InvalidAuth,
            Err(error) if error.refusal().is_some_and(denies) => Identity::InvalidAuth,
            Err(error) => Identity::Transient(reason(&error)),
        }
    }

    /// Finds out whether `token` may read what scoring needs: `{ viewer { login } }`, asked once.
    pub async fn check(&self, token: &Secret) -> TokenCheck {
        let query = json!({"query": "{ viewer { login } }"});
        let request = Request::post_json(self.inner.base.join(["graphql"]), &query)
            .accept("application/json")
            .bearer(token)
            .on_account(token, None)
            .deadline(Duration::from_secs(15))
            .rate_limited_when(|_| None)
            .retry(Retry::never());
        let answer = match self.inner.http.json::<Value>(request).await {
            Ok(answer) => answer.body,
            Err(HttpError::InvalidRequest { why, .. }) => return TokenCheck::Failed(why),
            Err(error) => {
                return match error.refusal() {
                    Some(refusal) => TokenCheck::Refused(refusal.code()),
                    None => TokenCheck::Transient(reason(&error)),
                };
            }
        };
        if let Some(first) = answer["errors"].get(0) {
            let why = first["message"].as_str().unwrap_or("unknown");
            return TokenCheck::Failed(why.chars().take(200).collect());
        }
        match answer["data"]["viewer"]["login"].as_str() {
            Some(login) => TokenCheck::Passes(login.to_owned()),
            None => TokenCheck::SeesNobody,
        }
    }
}

/// An error with its causes, on one line.
fn reason(error: &HttpError) -> String {
    let mut reason = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(below) = cause {
        reason.push_str(": ");
        reason.push_str(&below.to_string());
        cause = below.source();
    }
    reason
}
