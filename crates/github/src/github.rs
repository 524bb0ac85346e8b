//! GitHub itself.

use std::time::Duration;

use axonry_http::{Client, HttpError, Refusal, Request, Retry, Secret};
use serde::Deserialize;
use serde_json::Value;

use crate::error::GithubError;
use crate::identity::Identity;
use crate::mirror::Base;
use crate::names::GithubId;

/// Where GitHub's API is.
const GITHUB_URL: &str = "https://api.github.com";

/// How long one lookup may take, pauses included.
const LOOKUP: Duration = Duration::from_secs(100);

/// A client of GitHub's API.
///
/// Clones are cheap and share one connection pool.
#[derive(Clone, Debug)]
pub struct GitHub {
    http: Client,
    base: Base,
    pause: Duration,
}

/// Settings of a [`GitHub`] in the making.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct GitHubBuilder {
    base: String,
    http: Option<Client>,
    pause: Duration,
}

impl GitHubBuilder {
    /// Where the API is. Default `https://api.github.com`.
    pub fn base(mut self, url: impl Into<String>) -> Self {
        self.base = url.into();
        self
    }

    /// The client to ask with. Without one, it makes its own; programs that ask several services
    /// should share one.
    pub fn http(mut self, client: Client) -> Self {
        self.http = Some(client);
        self
    }

    /// The pause between attempts of an identity lookup. Default 2 s, as upstream.
    pub const fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Makes the client; asks nothing yet.
    ///
    /// # Errors
    ///
    /// When the base is no `http` or `https` URL, or no HTTP client could be made.
    pub fn build(self) -> Result<GitHub, GithubError> {
        Ok(GitHub {
            base: Base::parse(&self.base)?,
            http: match self.http {
                Some(http) => http,
                None => Client::builder().build()?,
            },
            pause: self.pause,
        })
    }
}

impl GitHub {
    /// Settings to start from.
    pub fn builder() -> GitHubBuilder {
        GitHubBuilder {
            base: GITHUB_URL.to_owned(),
            http: None,
            pause: Duration::from_secs(2),
        }
    }

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
        let request = Request::get(self.base.join(["user"]))
            .accept("application/vnd.github.v3+json")
            .secret_header("authorization", "token", token)
            .deadline(Duration::from_secs(15))
            .total_deadline(LOOKUP)
            .rate_limited_when(|_| None)
            .retry(
                Retry::standard()
                    .attempts(6)
                    .pauses(self.pause, 1.0, self.pause)
                    .jitter(0.0)
                    .refusals(|refusal| !denies(refusal))
                    .other_shapes(),
            );
        match self.http.json::<User>(request).await {
            Ok(answer) => Identity::Valid(answer.body.id),
            Err(HttpError::InvalidRequest { .. }) => Identity::InvalidAuth,
            Err(error) if error.refusal().is_some_and(denies) => Identity::InvalidAuth,
            Err(error) => Identity::Transient(reason(&error)),
        }
    }
}

/// Whether a refusal is about the token, and not about the moment.
fn denies(refusal: &Refusal) -> bool {
    matches!(refusal.code(), 400..=407 | 409..=499) && !is_rate_limit(refusal)
}

/// GitHub's secondary limits come as 403, some with no header at all, only a sentence.
pub(crate) fn is_rate_limit(refusal: &Refusal) -> bool {
    let says_so = || {
        let message = serde_json::from_str::<Value>(refusal.body())
            .ok()
            .and_then(|body| Some(body.get("message")?.as_str()?.to_lowercase()));
        message
            .unwrap_or_else(|| refusal.body().to_lowercase())
            .contains("rate limit")
    };
    match refusal.code() {
        429 => true,
        403 => refusal.header("x-ratelimit-remaining") == Some("0") || says_so(),
        _ => false,
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
