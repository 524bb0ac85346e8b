//! What is left of a request's body when its answer is known before all of it has come.
//!
//! Whoever is refused by his headers is still sending. A connection that closes in his face loses
//! him the refusal, which may be on its way, and the next request that he sends on it. So a small
//! rest is read and thrown away, and where it is not small he is told that the connection closes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONNECTION, EXPECT, HeaderValue};
use axum::http::{Request, Response};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Bytes of a rest that are read.
const READ_AT_MOST: u64 = 256 << 10;
/// How long they may take: somebody who has not sent them by then wants to hold the connection.
const READ_WITHIN: Duration = Duration::from_secs(1);

/// Where the rest of a body arrives, if there is one.
pub(super) struct Rest {
    left: oneshot::Receiver<Incoming>,
    /// He waits for a word before he sends anything, and an answer is one.
    waits: bool,
}

impl Rest {
    /// Lends out a request's body, to be given back as far as it has not been read.
    pub(super) fn of(request: Request<Incoming>) -> (Request<Body>, Self) {
        let (back, left) = oneshot::channel();
        let waits = request.headers().contains_key(EXPECT);
        let request = request.map(|body| match body.is_end_stream() {
            true => Body::empty(),
            false => Body::new(Lent {
                body: Some(body),
                back: Some(back),
            }),
        });
        (request, Self { left, waits })
    }

    /// Reads what is left, once the answer is known, or has the answer say that the connection
    /// closes after it.
    pub(super) async fn settle(mut self, response: &mut Response<Body>) {
        // Nothing comes back of a body that was read to its end.
        let Ok(left) = self.left.try_recv() else {
            return;
        };
        let small = !self.waits && left.size_hint().lower() <= READ_AT_MOST;
        if !small || timeout(READ_WITHIN, ends(left)).await != Ok(true) {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
    }
}

/// Whether a body ends before there is too much of it.
async fn ends(mut body: Incoming) -> bool {
    let mut read = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return false;
        };
        read += frame.data_ref().map_or(0, |data| data.len() as u64);
        if read > READ_AT_MOST {
            return false;
        }
    }
    true
}

/// A body that goes back when its reader has enough of it.
struct Lent {
    body: Option<Incoming>,
    back: Option<oneshot::Sender<Incoming>>,
}

impl hyper::body::Body for Lent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let body = self
            .body
            .as_mut()
            .expect("it is there until this is dropped");
        Pin::new(body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map(|body| body.size_hint())
            .unwrap_or_default()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(back)) = (self.body.take(), self.back.take())
            && !body.is_end_stream()
        {
            // Nobody waits for it where the connection is gone.
            let _ = back.send(body);
        }
    }
}
