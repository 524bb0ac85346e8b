//! Answers that go out in pieces.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, Sleep, sleep_until};
use tracing::debug;

use super::queue::Place;
use super::{Counting, Failure};

/// A part of an answer, or why there is no more.
type Piece = Result<Bytes, Failure>;

/// What a handler says, one piece after the other.
pub(super) type Pieces = BoxStream<'static, Piece>;

/// A handler's place, and until when it may keep it.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) place: Place,
    pub(super) until: Instant,
}

/// Pieces on their way out: asked for when there is room to send them, and no earlier.
///
/// An answer that does not come to its end, because the handler fails, panics or takes too long, is
/// broken off, so that nobody takes it for the whole. When the caller leaves, this is dropped, and
/// the handler's stream with it.
pub(super) struct Streaming {
    pieces: Pieces,
    over: Pin<Box<Sleep>>,
    /// Given back when the last piece is out.
    _place: Place,
    counters: Arc<Counting>,
    /// What breaks the answer off, once the pieces before it are on their way.
    failing: Option<Failure>,
    ended: bool,
}

/// Makes of a handler's stream one whose panics are failures.
pub(super) fn pieces<P>(pieces: P) -> Pieces
where
    P: Stream<Item = Piece> + Send + 'static,
{
    let pieces = AssertUnwindSafe(pieces).catch_unwind();
    pieces
        .map(|piece| piece.unwrap_or(Err(Failure::PANICKED)))
        .boxed()
}

impl Streaming {
    pub(super) fn new(pieces: Pieces, work: Work, counters: Arc<Counting>) -> Self {
        Self {
            pieces,
            over: Box::pin(sleep_until(work.until)),
            _place: work.place,
            counters,
            failing: None,
            ended: false,
        }
    }

    /// Ends with a failure, at the next look: a connection forgets what it holds when its answer
    /// fails, and writes it when there is nothing to wait for but more.
    fn fail(&mut self, failure: Failure, context: &Context<'_>) -> Poll<Option<Piece>> {
        debug!(%failure, "an answer is broken off");
        self.failing = Some(failure);
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn end(&mut self) {
        self.ended = true;
        let counters = &self.counters;
        Counting::add(match self.failing {
            None => &counters.answered,
            Some(_) => &counters.failed,
        });
    }
}

impl Stream for Streaming {
    type Item = Piece;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Piece>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if let Some(failure) = self.failing.clone() {
            self.end();
            return Poll::Ready(Some(Err(failure)));
        }
        if self.over.as_mut().poll(context).is_ready() {
            return self.fail(Failure::LATE, context);
        }
        match self.pieces.poll_next_unpin(context) {
            Poll::Ready(Some(Err(failure))) => self.fail(failure, context),
            Poll::Ready(None) => {
                self.end();
                Poll::Ready(None)
            }
            piece => piece,
        }
    }
}

impl Drop for Streaming {
    fn drop(&mut self) {
        if !self.ended {
            Counting::add(&self.counters.abandoned);
        }
    }
}
