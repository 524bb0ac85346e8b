//! What stands between the mirror and its clients: the limit, the distance, the accidents.

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

use super::faults::{Faults, Turns};
use super::limit::{Counting, MirrorLimit, Verdict};
use super::wire::Peer;
use super::{accident, faults::Fault};

/// Where the counts can be read while the mirror runs.
pub(crate) const TRAFFIC: &str = "/__traffic";

/// The mirror's own routes; GitHub's beside them have no edge here.
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
}

/// The edge at work.
#[derive(Debug)]
pub(crate) struct Edge {
    settings: MirrorEdge,
    counting: Counting,
    turns: Turns,
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
}

impl Edge {
    pub(crate) fn new(settings: MirrorEdge, stop: CancellationToken) -> Self {
        Self {
            settings,
            counting: Counting::default(),
            turns: Turns::default(),
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
        }
    }

    /// Waits until the mirror stops, which is as long as a request can hang.
    pub(crate) async fn stopped(&self) {
        self.stop.cancelled().await;
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

    fn fault(&self, request: &Request) -> Option<Fault> {
        let faults = self.settings.faults.as_ref()?;
        let question = format!("{} {}", request.method(), request.uri());
        let fault = self.turns.next(faults, question)?;
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
    if !path.starts_with(BEHIND) {
        return next.run(request).await;
    }
    edge.seen.requests.fetch_add(1, Relaxed);
    edge.seen
        .files
        .fetch_add(u64::from(path.ends_with("/files")), Relaxed);
    if let Some(refusal) = edge.turned_away(&peer) {
        return refusal;
    }
    let _under_way = UnderWay::begin(&edge);
    let fault = edge.fault(&request);
    if !edge.settings.delay.is_zero() {
        tokio::time::sleep(edge.settings.delay).await;
    }
    match fault {
        None => next.run(request).await,
        Some(fault) => accident::happen(fault, &edge, &peer, next.run(request)).await,
    }
}

#[cfg(test)]
mod tests;
