//! Asking with one token or another.

use std::time::Duration;

use axonry_http::{HttpError, Request, Response, Retry, Secret, Url};
use serde::de::DeserializeOwned;

use super::GitHub;
use crate::error::GithubError;
use crate::limits::{self, TOKEN_QUOTA};

/// All but refusals of what was asked; a 404 or a 403 that is no limit will be one again.
const RETRY: Retry = Retry::standard()
    .attempts(4)
    .pauses(Duration::from_millis(500), 2.5, Duration::from_secs(30))
    .refusals(|refusal| !matches!(refusal.code(), 400..=428 | 430..=499));

/// The same, but a gateway that gave up is left to who can ask for less.
const RETRY_UNLESS_TOO_MUCH: Retry =
    RETRY.refusals(|refusal| !matches!(refusal.code(), 400..=428 | 430..=499 | 502..=504));

/// With how many other tokens a question is asked that one was not answered with.
const OTHERS: usize = 3;

impl GitHub {
    /// Reads a route of the REST API. `smaller` says that a page that is too much can be made
    /// smaller, so that it is not tried again as it is.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        what: &str,
        url: &Url,
        smaller: bool,
    ) -> Result<T, GithubError> {
        let answer = self.ask(what, |token| {
            Request::get(url.clone())
                .accept("application/vnd.github.v3+json")
                .secret_header("authorization", "token", token)
                .deadline(Duration::from_secs(15))
                .retry(if smaller {
                    RETRY_UNLESS_TOO_MUCH
                } else {
                    RETRY
                })
        });
        answer.await.map(|answer| answer.body)
    }

    /// Sends a GraphQL query, which only reads.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        what: &str,
        query: &serde_json::Value,
        smaller: bool,
    ) -> Result<T, GithubError> {
        let url = self.inner.base.join(["graphql"]);
        let answer = self.ask(what, |token| {
            Request::post_json(url.clone(), query)
                .idempotent()
                .accept("application/json")
                .bearer(token)
                .retry(if smaller {
                    RETRY_UNLESS_TOO_MUCH
                } else {
                    RETRY
                })
        });
        answer.await.map(|answer| answer.body)
    }

    /// How long a token has to wait.
    pub(super) fn wait(&self, token: &Secret) -> Option<Duration> {
        let request = Request::get(self.inner.base.join(["graphql"]));
        let request = request.on_account(token, Some(TOKEN_QUOTA));
        self.inner.http.paused_for(&request)
    }

    /// Asks with a token that need not wait; with others, when GitHub refuses that one.
    async fn ask<T: DeserializeOwned>(
        &self,
        what: &str,
        request: impl Fn(&Secret) -> Request,
    ) -> Result<Response<T>, GithubError> {
        let (mut tried, mut last) = (Vec::new(), None);
        loop {
            let token = self.inner.tokens.choose(&tried, |secret| self.wait(secret));
            let Some(token) = token else {
                return Err(last.unwrap_or_else(|| GithubError::NoToken {
                    what: what.to_owned(),
                }));
            };
            token.used();
            let request = request(&token.secret)
                .on_account(&token.secret, Some(TOKEN_QUOTA))
                .rate_limited_when(limits::of_github)
                .spent_when(limits::spent);
            let error = match self.inner.http.json(request).await {
                Ok(answer) => return Ok(answer),
                Err(HttpError::Decode { source, .. }) if source.is_data() => {
                    return Err(GithubError::Malformed {
                        what: what.to_owned(),
                        why: format!("is of another shape: {source}"),
                    });
                }
                Err(error) => error,
            };
            match error.refusal().map(axonry_http::Refusal::code) {
                Some(401) => {
                    tracing::warn!(
                        token = token.secret.masked(),
                        "GitHub no longer knows a token"
                    );
                    token.refuse();
                }
                // An organisation may be closed to this token and open to another.
                Some(403) if tried.len() < OTHERS => {}
                // Told to wait for longer than there is time; another may have an allowance left.
                None if error.retry_after().is_some() && tried.len() < OTHERS => {}
                _ => return Err(GithubError::http(what, error)),
            }
            last = Some(GithubError::http(what, error));
            tried.push(token);
        }
    }
}
