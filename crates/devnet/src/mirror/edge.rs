//! What stands between the mirror and its clients: the limit, the distance, the accidents.

mod pauses;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use self::pauses::Pauses;
use super::faults::{Faults, Turns};
use super::github::{GithubRules, GithubSeen};
use super::limit::{Counting, MirrorLimit, Verdict};
use super::wire::Peer;
use super::{accident, faults::Fault};

/// Where the counts can be read while the mirror runs.
pub(crate) const TRAFFIC: &str = "/__traffic";

/// The mirror's own routes. GitHub's beside them have rules of their own, and meet neither the
/// limit nor the delay.
const BEHIND: &str = "/api/v1/";

/// What clients of a dev mirror meet on the way to it. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MirrorEdge {
    /// How many requests each address may make.
    pub limit: Option<MirrorLimit>,
    /// How long each answer is held back.
    pub delay: Duration,
    /// What goes wrong.
    pub faults: Option<Faults>,
    /// How strict GitHub beside it is.
    pub github: GithubRules,
}

/// What a dev mirror has seen of its clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Traffic {
    /// Connections accepted.
    pub connections: u64,
    /// Requests for the mirror's own routes, those turned away included.
    pub requests: u64,
    /// Of these, requests for files.
    pub files: u64,
    /// Requests that went over the limit.
    pub violations: u64,
    /// Requests that came while their client was blocked.
    pub blocked: u64,
    /// Requests that were made to fail.
    pub faults: u64,
    /// The most requests under way at the same time.
    pub at_once: u64,
    /// Questions asked again before the time that the last answer to them had announced.
    pub early_retries: u64,
    /// Requests of clients that had been told to wait, and had had time to hear it.
    pub during_pause: u64,
    /// Answers that were not sent because their client had them already.
    pub not_modified: u64,
    /// Requests for GitHub's routes.
    pub github_requests: u64,
    /// Of these, those that broke one of GitHub's rules.
    pub github_violations: u64,
    /// Of these, those that came with a token that had been told to wait.
    pub github_early: u64,
}

/// The edge at work.
#[derive(Debug)]
pub(crate) struct Edge {
    settings: MirrorEdge,
    counting: Counting,
    turns: Turns,
    pauses: Pauses,
    seen: Seen,
    stop: CancellationToken,
}

#[derive(Debug, Default)]
struct Seen {
    connections: AtomicU64,
    requests: AtomicU64,
    files: AtomicU64,
    violations: AtomicU64,
    blocked: AtomicU64,
    faults: AtomicU64,
    under_way: AtomicU64,
    at_once: AtomicU64,
    early_retries: AtomicU64,
    during_pause: AtomicU64,
    not_modified: AtomicU64,
    github_requests: AtomicU64,
    github: GithubSeen,
}

impl Edge {
    pub(crate) fn new(settings: MirrorEdge, stop: CancellationToken) -> Self {
        Self {
            settings,
            counting: Counting::default(),
            turns: Turns::default(),
            pauses: Pauses::default(),
            seen: Seen::default(),
            stop,
        }
    }

    pub(crate) fn connected(&self) {
        self.seen.connections.fetch_add(1, Relaxed);
    }

    pub(crate) fn traffic(&self) -> Traffic {
        let seen = &self.seen;
        Traffic {
            connections: seen.connections.load(Relaxed),
            requests: seen.requests.load(Relaxed),
            files: seen.files.load(Relaxed),
            violations: seen.violations.load(Relaxed),
            blocked: seen.blocked.load(Relaxed),
            faults: seen.faults.load(Relaxed),
            at_once: seen.at_once.load(Relaxed),
            early_retries: seen.early_retries.load(Relaxed),
            during_pause: seen.during_pause.load(Relaxed),
            not_modified: seen.not_modified.load(Relaxed),
            github_requests: seen.github_requests.load(Relaxed),
            github_violations: seen.github.violations.load(Relaxed),
            github_early: seen.github.early.load(Relaxed),
        }
    }

    /// Waits until the mirror stops, which is as long as a request can hang.
    pub(crate) async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    pub(crate) fn github_rules(&self) -> GithubRules {
        self.settings.github.clone()
    }

    /// Counts one more of something about GitHub's clients.
    pub(crate) fn github(&self, count: fn(&GithubSeen) -> &AtomicU64) {
        count(&self.seen.github).fetch_add(1, Relaxed);
    }

    /// Counts who did not wait as announced.
    fn look(&self, client: IpAddr, question: &str) {
        let early = self.pauses.look(client, question);
        let count = |counter: &AtomicU64, by| counter.fetch_add(u64::from(by), Relaxed);
        count(&self.seen.early_retries, early.question);
        count(&self.seen.during_pause, early.client);
    }

    fn turned_away(&self, peer: &Peer) -> Option<Response> {
        let verdict = self
            .counting
            .count(self.settings.limit?, peer.address.ip().to_canonical());
        let wait = match verdict {
            Verdict::Pass => return None,
            Verdict::Violation(wait) => {
                self.seen.violations.fetch_add(1, Relaxed);
                wait
            }
            Verdict::Blocked(wait) => {
                self.seen.blocked.fetch_add(1, Relaxed);
                wait
            }
        };
        // Whole seconds, and never too few.
        let seconds = wait.as_millis().div_ceil(1000).to_string();
        let page = "<html><title>Error 1015: you are being rate limited</title></html>";
        Some(
            (
                StatusCode::TOO_MANY_REQUESTS,
                [(RETRY_AFTER, seconds)],
                page,
            )
                .into_response(),
        )
    }

    /// Decides what goes wrong with a request. Routes that have no edge fail only where faults name
    /// them.
    fn fault(&self, question: &str, behind: bool) -> Option<Fault> {
        let faults = self.settings.faults.as_ref()?;
        if !behind && !faults.names_a_place() {
            return None;
        }
        let fault = self.turns.next(faults, question.to_owned())?;
        self.seen.faults.fetch_add(1, Relaxed);
        Some(fault)
    }
}

/// A request under way, for as long as this lives.
struct UnderWay(Arc<Edge>);

impl UnderWay {
    fn begin(edge: &Arc<Edge>) -> Self {
        let now = edge.seen.under_way.fetch_add(1, Relaxed) + 1;
        edge.seen.at_once.fetch_max(now, Relaxed);
        Self(Arc::clone(edge))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.seen.under_way.fetch_sub(1, Relaxed);
    }
}

/// Every request passes here before it reaches its route.
pub(crate) async fn pass(
    State(edge): State<Arc<Edge>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path == TRAFFIC {
        return Json(edge.traffic()).into_response();
    }
    let behind = path.starts_with(BEHIND);
    let client = peer.address.ip().to_canonical();
    let question = format!("{} {}", request.method(), request.uri());
    if behind {
        edge.seen.requests.fetch_add(1, Relaxed);
        edge.seen
            .files
            .fetch_add(u64::from(path.ends_with("/files")), Relaxed);
        edge.look(client, &question);
    } else {
        edge.seen.github_requests.fetch_add(1, Relaxed);
    }
    let response = answer(&edge, &peer, behind, &question, request, next).await;
    if behind {
        let unchanged = response.status() == StatusCode::NOT_MODIFIED;
        edge.seen
            .not_modified
            .fetch_add(u64::from(unchanged), Relaxed);
        edge.pauses.note(client, question, response.headers());
    }
    response
}

async fn answer(
    edge: &Arc<Edge>,
    peer: &Peer,
    behind: bool,
    question: &str,
    request: Request,
    next: Next,
) -> Response {
    if behind && let Some(refusal) = edge.turned_away(peer) {
        return refusal;
    }
    let _under_way = behind.then(|| UnderWay::begin(edge));
    let fault = edge.fault(question, behind);
    if behind && !edge.settings.delay.is_zero() {
        tokio::time::sleep(edge.settings.delay).await;
    }
    match fault {
        None => next.run(request).await,
        Some(fault) => accident::happen(fault, edge, peer, next.run(request)).await,
    }
}

#[cfg(test)]
mod tests;
