//! Takes in a body that is neither too large nor too slow.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::time::{Instant, timeout};

use super::{AnswerLimits, CallError};

/// A body that is coming in.
#[derive(Debug)]
pub(super) struct Intake {
    address: SocketAddr,
    wire: usize,
    bytes_per_second: u32,
    grace: Duration,
    announced: usize,
    received: usize,
    /// How long it was waited for what has been received; the time in which nobody asked for more
    /// is not the sender's.
    waited: Duration,
}

impl Intake {
    /// Looks at what a body announces of itself.
    pub(super) fn new(
        body: &Incoming,
        address: SocketAddr,
        limits: &AnswerLimits,
    ) -> Result<Self, CallError> {
        let announced = body.size_hint().exact().unwrap_or(0);
        let announced = usize::try_from(announced).unwrap_or(usize::MAX);
        if announced > limits.wire {
            return Err(CallError::TooLarge { limit: limits.wire });
        }
        Ok(Self {
            address,
            wire: limits.wire,
            bytes_per_second: limits.bytes_per_second.max(1),
            grace: limits.grace,
            announced,
            received: 0,
            waited: Duration::ZERO,
        })
    }

    /// The next piece, as the connection read it; `None` after the last.
    pub(super) async fn next(&mut self, body: &mut Incoming) -> Result<Option<Bytes>, CallError> {
        loop {
            // How long the next bytes may take for the whole to be fast enough.
            let paid_for = self.received as f64 / f64::from(self.bytes_per_second);
            let allowed = self.grace.saturating_add(Duration::from_secs_f64(paid_for));
            let began = Instant::now();
            let coming = timeout(allowed.saturating_sub(self.waited), body.frame()).await;
            self.waited += began.elapsed();
            let Ok(frame) = coming else {
                return Err(CallError::Slow {
                    received: self.received,
                    after: self.waited,
                });
            };
            let Some(frame) = frame else {
                return Ok(None);
            };
            let frame = frame.map_err(|source| CallError::Broken {
                address: self.address,
                source,
            })?;
            // Trailers are bounded by the connection, and say nothing that is listened to.
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if self.wire - self.received < data.len() {
                return Err(CallError::TooLarge { limit: self.wire });
            }
            self.received += data.len();
            return Ok(Some(data));
        }
    }

    /// The whole body, in one piece of memory: each byte is copied once out of the connection's.
    pub(super) async fn whole(mut self, body: &mut Incoming) -> Result<Bytes, CallError> {
        // What is announced is within the limit, and costs nothing until it is written to.
        let mut whole = BytesMut::with_capacity(self.announced);
        while let Some(piece) = self.next(body).await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// Bytes that have been received.
    pub(super) const fn received(&self) -> usize {
        self.received
    }
}
