//! Answers that are read as they come.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper::HeaderMap;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::exchange::OUR_TURN;
use super::intake::Intake;
use super::pool::Connection;
use super::question::Packing;
use super::unpack::is_packed;
use super::{Answer, CallError, Dendrite, Question, Target};
use crate::Synapse;
use crate::bt::{Head, HeadError};
use crate::moment::later;

/// An answer in pieces, as they land: what SDK 10 calls a streaming synapse.
///
/// How pieces are to be read is the synapse's own affair, and they may be cut anywhere on their
/// way. All limits of the dendrite hold for them as for other answers: the deadline of the call,
/// the least rate, the size of the whole. While nobody asks for the next piece nothing is read but
/// what fits a connection's buffer, some 400 kB, and the axon has to wait; such waiting counts
/// against the deadline, but not against the axon's rate.
///
/// Dropping it closes the connection.
pub struct Chunks {
    dendrite: Dendrite,
    target: Target,
    deadline: Instant,
    asked: Instant,
    head: HeaderMap,
    body: Incoming,
    intake: Intake,
    first: Duration,
    latency: Duration,
    /// There until the end, good or bad.
    connection: Option<Connection>,
}

impl Dendrite {
    /// Asks one axon, and hands out its answer piece by piece; all of it within `within`.
    ///
    /// # Errors
    /// [`CallError`], when the answer does not begin.
    pub async fn stream<S: Synapse>(
        &self,
        target: &Target,
        request: &S::Request,
        within: Duration,
    ) -> Result<Chunks, CallError> {
        let question = Question::of::<S>(request, within)?;
        self.stream_prepared(target, &question, later(Instant::now(), within))
            .await
    }

    /// Asks one axon something that is prepared, and hands out its answer piece by piece.
    ///
    /// # Errors
    /// [`CallError`], when the answer does not begin.
    pub async fn stream_prepared(
        &self,
        target: &Target,
        question: &Question,
        deadline: Instant,
    ) -> Result<Chunks, CallError> {
        let asked = Instant::now();
        let beginning = self.inner.begin(target, question, Packing::Plain, deadline);
        let begun = self.within(target, deadline, beginning).await?;
        let (head, body) = begun.response.into_parts();
        let intake = match is_packed(&head.headers) {
            // Unpacking piece by piece is for nobody: no SDK packs what it streams.
            true => Err(CallError::Encoding),
            false => Intake::new(&body, target.address, &self.inner.limits),
        };
        let intake = intake.inspect_err(|error| self.inner.counting.stream(Some(error)))?;
        let first = begun.connection.times.latency();
        Ok(Chunks {
            intake,
            dendrite: self.clone(),
            target: *target,
            deadline,
            asked,
            head: head.headers,
            body,
            first,
            latency: first,
            connection: Some(begun.connection),
        })
    }
}

impl Chunks {
    /// The next piece, and `None` when the answer is whole. After an error there is nothing more.
    ///
    /// # Errors
    /// [`CallError`]: what has come so far is not the whole.
    pub async fn next(&mut self) -> Result<Option<Bytes>, CallError> {
        let Some(connection) = self.connection.take() else {
            return Ok(None);
        };
        let outcome = match self.piece(&connection).await {
            Ok(Some(piece)) => {
                self.connection = Some(connection);
                return Ok(Some(piece));
            }
            Ok(None) => {
                let inner = &self.dendrite.inner;
                inner.give_back(connection, &self.target).await;
                Ok(None)
            }
            // The connection goes, and nobody at its other end has to wait for us.
            Err(error) => Err(error),
        };
        let counting = &self.dendrite.inner.counting;
        counting.bytes(self.intake.received());
        counting.stream(outcome.as_ref().err());
        outcome
    }

    async fn piece(&mut self, connection: &Connection) -> Result<Option<Bytes>, CallError> {
        let late = |asked: Instant| CallError::Timeout {
            after: asked.elapsed(),
        };
        let until = later(self.deadline, OUR_TURN);
        let coming = timeout_at(until, self.intake.next(&mut self.body)).await;
        let piece = coming.map_err(|_| late(self.asked))??;
        if !connection.times.kept(self.deadline) || Instant::now() > until {
            return Err(late(self.asked));
        }
        self.latency = connection.times.latency();
        Ok(piece)
    }

    /// Waits for the whole.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn whole(mut self) -> Result<Answer<Bytes>, CallError> {
        let mut whole = BytesMut::new();
        while let Some(piece) = self.next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(Answer {
            value: whole.freeze(),
            latency: self.latency,
            bytes: self.intake.received(),
        })
    }

    /// What the answer's headers say, where they are those of [`bt`](crate::bt).
    ///
    /// # Errors
    /// [`HeadError`] for a number that is none.
    pub fn head(&self) -> Result<Head, HeadError> {
        let headers = self.head.iter();
        Head::parse(headers.filter_map(|(name, value)| {
            let value = std::str::from_utf8(value.as_bytes()).ok()?;
            Some((name.as_str(), value))
        }))
    }

    /// From the first byte of the question to the first that was read of the answer.
    pub const fn first_byte(&self) -> Duration {
        self.first
    }

    /// From the first byte of the question to the last one that has come so far.
    pub const fn latency(&self) -> Duration {
        self.latency
    }

    /// Bytes that have come so far.
    pub const fn bytes(&self) -> usize {
        self.intake.received()
    }
}

impl fmt::Debug for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks")
            .field("target", &self.target)
            .field("bytes", &self.intake.received())
            .field("over", &self.connection.is_none())
            .finish_non_exhaustive()
    }
}
