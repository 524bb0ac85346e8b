//! GitHub's rules about how much a token may ask.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::time::Instant;

use super::refusal;

/// The rules of GitHub as it documents them ("Rate limits for the REST API", "Rate limits and query
/// limits for the GraphQL API"), and what it does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GithubRules {
    /// Requests of each kind, REST and GraphQL, that a token may make in an hour.
    pub hourly: u64,
    /// The length of that hour.
    pub hour: Duration,
    /// Requests that a token may make in any minute before a secondary limit.
    pub minutely: usize,
    /// The length of that minute, and how long a secondary limit lasts.
    pub minute: Duration,
    /// Requests that a token may have under way at the same time.
    pub at_once: usize,
    /// The largest page that does not take too long.
    pub page: Option<usize>,
    /// Tokens that were taken back.
    pub revoked: Vec<String>,
}

impl Default for GithubRules {
    fn default() -> Self {
        Self {
            hourly: 5000,
            hour: Duration::from_secs(3600),
            minutely: 900,
            minute: Duration::from_secs(60),
            at_once: 100,
            page: None,
            revoked: Vec::new(),
        }
    }
}

/// What was seen of GitHub's clients.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) violations: AtomicU64,
    pub(crate) early: AtomicU64,
}

/// Which of a token's allowances a request counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Resource {
    Core,
    Graphql,
}

/// What each token has used.
#[derive(Debug, Default)]
pub(super) struct Allowances(Arc<Mutex<BTreeMap<String, Token>>>);

#[derive(Debug, Default)]
struct Token {
    hours: BTreeMap<Resource, Hour>,
    /// When its requests of the last minute came.
    minute: VecDeque<Instant>,
    under_way: usize,
    /// It was told not to come before.
    shut_until: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Hour {
    until: Instant,
    used: u64,
}

/// What a request meets at the door.
pub(super) struct Entrance {
    /// Whether it was told to come later.
    pub(super) too_early: bool,
    pub(super) verdict: Result<UnderWay, Response>,
}

/// A request under way, for as long as this lives.
pub(super) struct UnderWay {
    tokens: Arc<Mutex<BTreeMap<String, Token>>>,
    token: String,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut tokens = lock(&self.tokens);
        if let Some(token) = tokens.get_mut(&self.token) {
            token.under_way -= 1;
        }
    }
}

fn lock(tokens: &Mutex<BTreeMap<String, Token>>) -> MutexGuard<'_, BTreeMap<String, Token>> {
    tokens.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Allowances {
    /// Counts a request that comes now.
    pub(super) fn enter(&self, rules: &GithubRules, name: &str, resource: Resource) -> Entrance {
        let now = Instant::now();
        let mut tokens = lock(&self.0);
        let token = tokens.entry(name.to_owned()).or_default();
        let too_early = token.shut_until.is_some_and(|until| now < until);
        let hour = token.hour(rules, resource, now);
        if hour.used >= rules.hourly {
            let until = hour.until;
            token.shut_until = Some(until);
            return Entrance {
                too_early,
                verdict: Err(primary(resource)),
            };
        }
        hour.used += 1;
        while token
            .minute
            .front()
            .is_some_and(|&then| now - then >= rules.minute)
        {
            token.minute.pop_front();
        }
        let busy = token.minute.len() >= rules.minutely || token.under_way >= rules.at_once;
        if busy || too_early {
            token.shut_until = token.shut_until.max(Some(now + rules.minute));
            return Entrance {
                too_early,
                verdict: Err(secondary()),
            };
        }
        token.minute.push_back(now);
        token.under_way += 1;
        let under_way = UnderWay {
            tokens: Arc::clone(&self.0),
            token: name.to_owned(),
        };
        Entrance {
            too_early: false,
            verdict: Ok(under_way),
        }
    }

    /// Says in the answer what is left.
    pub(super) fn sign(
        &self,
        rules: &GithubRules,
        name: &str,
        resource: Resource,
        mut response: Response,
    ) -> Response {
        let now = Instant::now();
        let mut tokens = lock(&self.0);
        let token = tokens.entry(name.to_owned()).or_default();
        let hour = *token.hour(rules, resource, now);
        let left = rules.hourly.saturating_sub(hour.used);
        if left == 0 {
            token.shut_until = token.shut_until.max(Some(hour.until));
        }
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        // Whole seconds, and never too early.
        let reset = (since_1970 + (hour.until - now)).as_secs() + 1;
        let headers = response.headers_mut();
        let number = |headers: &mut HeaderMap, name: &'static str, value: u64| {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        };
        number(headers, "x-ratelimit-limit", rules.hourly);
        number(headers, "x-ratelimit-used", hour.used);
        number(headers, "x-ratelimit-remaining", left);
        number(headers, "x-ratelimit-reset", reset);
        let kind = match resource {
            Resource::Core => "core",
            Resource::Graphql => "graphql",
        };
        headers.insert("x-ratelimit-resource", HeaderValue::from_static(kind));
        response
    }
}

impl Token {
    fn hour(&mut self, rules: &GithubRules, resource: Resource, now: Instant) -> &mut Hour {
        let fresh = Hour {
            until: now + rules.hour,
            used: 0,
        };
        let hour = self.hours.entry(resource).or_insert(fresh);
        if now >= hour.until {
            *hour = fresh;
        }
        hour
    }
}

fn primary(resource: Resource) -> Response {
    let message = "API rate limit exceeded for this user";
    match resource {
        Resource::Core => refusal(StatusCode::FORBIDDEN, message),
        Resource::Graphql => {
            let error = json!({"type": "RATE_LIMITED", "message": message});
            Json(json!({"errors": [error]})).into_response()
        }
    }
}

/// Without a header that says for how long, as GitHub often has it.
fn secondary() -> Response {
    let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you \
                   try again.";
    refusal(StatusCode::FORBIDDEN, message)
}
