//! What is asked of a request before it is answered, in order: how often, and only then what.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::header::{CONNECTION, HeaderValue, RETRY_AFTER};
use axum::http::{Method, Request, Response, StatusCode};
use tokio_util::sync::CancellationToken;

use super::visitors::{Role, Visitors, neighbourhood};
use super::{Counting, Limits, events};
use crate::Board;
use crate::answer::{self, Route, refuse};

/// After how many seconds somebody may come back for whom there was no room.
const NO_ROOM: Duration = Duration::from_secs(10);

/// Everything a request needs.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) board: Board,
    pub(super) limits: Limits,
    pub(super) behind_proxy: bool,
    pub(super) visitors: Arc<Visitors>,
    pub(super) counting: Counting,
    pub(super) closing: CancellationToken,
}

impl Pipeline {
    /// Answers; nothing here waits for anybody.
    pub(super) fn respond<B: HttpBody>(
        &self,
        peer: IpAddr,
        request: &Request<B>,
    ) -> Response<Body> {
        let address = neighbourhood(self.asker(peer, request));
        if let Err(wait) = self.visitors.ask(address) {
            Counting::add(&self.counting.limited);
            let said = "you ask too often: come back later";
            return later(StatusCode::TOO_MANY_REQUESTS, said, wait);
        }
        Counting::add(&self.counting.answered);
        if !request.body().is_end_stream() {
            // Whatever is in it, nobody reads it, and the connection is of no more use.
            let said = "a request has no body here";
            let mut refused = refuse(StatusCode::PAYLOAD_TOO_LARGE, said);
            let close = HeaderValue::from_static("close");
            refused.headers_mut().insert(CONNECTION, close);
            return refused;
        }
        if matches!(Route::of(request.uri().path()), Route::Events)
            && *request.method() == Method::GET
        {
            return self.listen(address);
        }
        answer::to(request, self.board.shown().as_deref())
    }

    fn listen(&self, address: IpAddr) -> Response<Body> {
        match self.visitors.enter(address, Role::Listener) {
            Some(present) => {
                Counting::add(&self.counting.listeners);
                events::to(
                    self.board.subscribe(),
                    present,
                    self.limits,
                    self.closing.clone(),
                )
            }
            None => {
                Counting::add(&self.counting.listeners_refused);
                let said = "too many listen already: come back later";
                later(StatusCode::SERVICE_UNAVAILABLE, said, NO_ROOM)
            }
        }
    }

    /// Who asks: whoever connected, or for whom a proxy on this machine did.
    fn asker<B>(&self, peer: IpAddr, request: &Request<B>) -> IpAddr {
        if !self.behind_proxy || !peer.to_canonical().is_loopback() {
            return peer;
        }
        let forwarded = request.headers().get_all("x-forwarded-for").iter();
        let last = forwarded
            .filter_map(|value| value.to_str().ok())
            .next_back();
        let last = last.and_then(|value| value.rsplit(',').next());
        last.and_then(|address| address.trim().parse().ok())
            .unwrap_or(peer)
    }
}

fn later(status: StatusCode, said: &str, wait: Duration) -> Response<Body> {
    let mut refused = refuse(status, said);
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let headers = refused.headers_mut();
    headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    refused
}
