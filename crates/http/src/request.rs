//! What is asked.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use url::Url;

use crate::error::HttpError;
use crate::quota::Quota;
use crate::refusal::{AllowanceRule, RateLimitRule, too_many_requests};
use crate::retry::Retry;
use crate::secret::Secret;

/// Whose allowance a request counts against, when it is not this machine's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    /// Tells secrets apart without holding one.
    pub(crate) key: u64,
    pub(crate) quota: Option<Quota>,
}

/// A request in the making, sent with [`Client::json`](crate::Client::json) or
/// [`Client::bytes`](crate::Client::bytes).
#[derive(Clone)]
#[must_use = "a request does nothing until a client sends it"]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// Headers that go to the first host only.
    pub(crate) secrets: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) retry: Option<Retry>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) total_deadline: Option<Duration>,
    pub(crate) idempotent: bool,
    kept: bool,
    pub(crate) rate_limit: RateLimitRule,
    pub(crate) spent: AllowanceRule,
    pub(crate) account: Option<Account>,
    /// The first thing wrong with it, reported when it is sent.
    pub(crate) flaw: Option<String>,
}

impl Request {
    /// Reads from `url`. Sent again after transient failures, as reading twice does no harm.
    pub fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            secrets: HeaderMap::new(),
            body: None,
            retry: None,
            deadline: None,
            total_deadline: None,
            idempotent: true,
            kept: true,
            rate_limit: too_many_requests,
            spent: |_| None,
            account: None,
            flaw: None,
        }
    }

    /// Posts `body` as JSON to `url`.
    ///
    /// A failed post may have had its effect, so it is not sent again, unless the caller knows
    /// better and says so with [`idempotent`](Self::idempotent).
    pub fn post_json(url: Url, body: &impl Serialize) -> Self {
        let mut request = Self::get(url).header(CONTENT_TYPE.as_str(), "application/json");
        request.method = Method::POST;
        request.idempotent = false;
        match serde_json::to_vec(body) {
            Ok(body) => request.body = Some(body.into()),
            Err(error) => request.spoil(format!("its body is not JSON: {error}")),
        }
        request
    }

    /// Adds a header. Use [`secret_header`](Self::secret_header) for a value that must stay secret.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match parse_header(name, value) {
            Ok((name, value)) => drop(self.headers.insert(name, value)),
            Err(flaw) => self.spoil(flaw),
        }
        self
    }

    /// Adds a header whose value is never shown, and never follows a redirect to another host.
    ///
    /// `scheme` stands before the secret, as in `token …`; it may be empty.
    pub fn secret_header(mut self, name: &str, scheme: &str, secret: &Secret) -> Self {
        let value = format!(
            "{scheme}{}{}",
            if scheme.is_empty() { "" } else { " " },
            secret.expose()
        );
        match parse_header(name, &value) {
            Ok((name, mut value)) => {
                value.set_sensitive(true);
                self.secrets.insert(name, value);
            }
            Err(flaw) => self.spoil(flaw),
        }
        self
    }

    /// Adds `Authorization: Bearer …`.
    pub fn bearer(self, token: &Secret) -> Self {
        self.secret_header(AUTHORIZATION.as_str(), "Bearer", token)
    }

    /// Asks for a form of answer other than `application/json`.
    pub fn accept(self, media_type: &str) -> Self {
        self.header(ACCEPT.as_str(), media_type)
    }

    /// Says that sending this twice does no harm, so that it is retried like a read.
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Says that the answer is not worth keeping, whatever `ETag` it has: the caller keeps what it
    /// needs of it.
    pub const fn unkept(mut self) -> Self {
        self.kept = false;
        self
    }

    /// Replaces the client's retry policy for this request.
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Replaces the client's deadline for each attempt at this request.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Replaces the client's deadline for this request in all: waiting, attempts and pauses.
    pub const fn total_deadline(mut self, deadline: Duration) -> Self {
        self.total_deadline = Some(deadline);
        self
    }

    /// Replaces the rule that tells a rate limit from another refusal; the default is status 429.
    ///
    /// A refusal that the rule recognises pauses every caller of that host, or everybody who asks
    /// [on the same account](Self::on_account).
    pub const fn rate_limited_when(mut self, rule: RateLimitRule) -> Self {
        self.rate_limit = rule;
        self
    }

    /// Adds a rule that reads from a good answer that it was the last one for now: whoever asks
    /// next waits for as long as the rule says, and is not turned away.
    pub const fn spent_when(mut self, rule: AllowanceRule) -> Self {
        self.spent = rule;
        self
    }

    /// Counts it against what `secret`'s owner may ask of that host, and not against what this
    /// machine may: services that give out tokens count by them.
    ///
    /// Requests on one account share its `quota` and its pauses, and no other request takes notice
    /// of either. The first quota an account is used with stays.
    pub fn on_account(mut self, secret: &Secret, quota: Option<Quota>) -> Self {
        let key = secret.fingerprint();
        self.account = Some(Account { key, quota });
        self
    }

    pub(crate) fn may_be_kept(&self) -> bool {
        self.kept && self.method == Method::GET
    }

    /// Where it goes, without query and user information.
    pub(crate) fn location(&self) -> String {
        location(&self.url)
    }

    pub(crate) fn check(&self) -> Result<(), HttpError> {
        let why = match &self.flaw {
            Some(flaw) => flaw.clone(),
            None if !matches!(self.url.scheme(), "http" | "https") => {
                format!("`{}` is not http or https", self.url.scheme())
            }
            None if self.url.host().is_none() => "it names no host".to_owned(),
            None => return Ok(()),
        };
        Err(HttpError::InvalidRequest {
            location: self.location(),
            why,
        })
    }

    fn spoil(&mut self, flaw: String) {
        self.flaw.get_or_insert(flaw);
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("location", &self.location())
            .finish_non_exhaustive()
    }
}

/// A URL as errors and logs show it: queries and user information may hold secrets.
pub(crate) fn location(url: &Url) -> String {
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    format!(
        "{}://{}{port}{}",
        url.scheme(),
        url.host_str().unwrap_or_default(),
        url.path()
    )
}

/// The message names the header and not its value, which may be a secret.
fn parse_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let parsed = HeaderName::try_from(name).map_err(|_| format!("`{name}` is no header name"))?;
    let value = HeaderValue::from_str(value).map_err(|_| {
        format!("the value of header `{name}` holds characters that are not allowed")
    })?;
    Ok((parsed, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn neither_debug_nor_a_flaw_shows_a_secret() {
        let secret = Secret::new("ghp_hidden\n");
        let request = Request::get(url("http://user:ghp_hidden@host/path?token=ghp_hidden"))
            .bearer(&secret)
            .secret_header("x-api-key", "", &Secret::new("ghp_hidden"));
        let error = request.check().unwrap_err();
        let shown = format!("{request:?} {error} {error:?} {:?}", request.secrets);
        assert!(!shown.contains("ghp_hidden"), "{shown}");
        assert!(shown.contains("authorization"), "{shown}");
    }

    #[test]
    fn only_the_web_is_asked() {
        assert!(Request::get(url("http://host/")).check().is_ok());
        assert!(Request::get(url("file:///etc/passwd")).check().is_err());
    }
}
