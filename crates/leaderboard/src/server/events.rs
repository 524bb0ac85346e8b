//! Listeners: who is told when a new round is there.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Response;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Limits;
use super::visitors::Present;
use crate::answer::guarded;
use crate::snapshot::Snapshot;

/// The first thing a listener hears: how long to wait before it comes back when it was cut off.
const GREETING: &str = "retry: 5000\n\n";
/// What is said when there is nothing to say, so that proxies and people see that somebody is there.
const HEARTBEAT: &str = ": here\n\n";

struct Listener {
    news: watch::Receiver<Option<Arc<Snapshot>>>,
    closing: CancellationToken,
    limits: Limits,
    until: Instant,
    /// Counts as long as the connection takes what is sent.
    _present: Present,
}

/// An answer that goes on: the round that is shown now, and each one after it.
///
/// A listener that reads slowly misses rounds and hears of the newest; nothing is kept for it.
pub(super) fn to(
    mut news: watch::Receiver<Option<Arc<Snapshot>>>,
    present: Present,
    limits: Limits,
    closing: CancellationToken,
) -> Response<Body> {
    let mut first = GREETING.to_owned();
    if let Some(shown) = &*news.borrow_and_update() {
        first.push_str(&String::from_utf8_lossy(&shown.news));
    }
    let listener = Listener {
        news,
        closing,
        limits,
        until: Instant::now() + limits.listening,
        _present: present,
    };
    let first = Some(Bytes::from(first));
    let heard = stream::unfold((first, listener), |(first, mut listener)| async move {
        let said = match first {
            Some(first) => Some(first),
            None => listener.next().await,
        };
        said.map(|said| (Ok::<_, Infallible>(said), (None, listener)))
    });
    let mut answer = Response::new(Body::from_stream(heard));
    let headers = answer.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(CONTENT_TYPE, "text/event-stream");
    set(CACHE_CONTROL, "no-store");
    // Some proxies keep answers back until they are whole, which this one never is.
    set(HeaderName::from_static("x-accel-buffering"), "no");
    guarded(answer)
}

impl Listener {
    /// The next thing to say; `None` when it is time to go.
    async fn next(&mut self) -> Option<Bytes> {
        let heartbeat = Instant::now() + self.limits.heartbeat;
        tokio::select! {
            biased;
            () = self.closing.cancelled() => None,
            () = sleep_until(self.until) => None,
            changed = self.news.changed() => {
                changed.ok()?;
                let shown = self.news.borrow_and_update().clone();
                Some(shown.map_or_else(Bytes::new, |shown| shown.news.clone()))
            }
            () = sleep_until(heartbeat) => Some(Bytes::from_static(HEARTBEAT.as_bytes())),
        }
    }
}
