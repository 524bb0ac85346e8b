//! Answers that are read as a whole.

use std::sync::Arc;

use bytes::Bytes;
use hyper::HeaderMap;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::intake::Intake;
use super::question::Packing;
use super::unpack::{is_packed, unpack};
use super::{Answer, CallError, Dendrite, Inner, Question, Target, shortened};
use crate::Synapse;

/// From here on parsing takes a millisecond or more, and has a thread of its own.
const LARGE: usize = 64 << 10;

impl Inner {
    /// Asks, and takes in what is answered as it comes over the wire.
    pub(super) async fn ask(
        &self,
        target: &Target,
        question: &Question,
        deadline: Instant,
    ) -> Result<(HeaderMap, Answer<Bytes>), CallError> {
        let asked = Instant::now();
        let begun = self.begin(target, question, Packing::Gzip, deadline);
        let begun = begun.await?;
        let (head, mut body) = begun.response.into_parts();
        let intake = Intake::new(&body, target.address, &self.limits)?;
        let value = intake.whole(&mut body).await?;
        let connection = begun.connection;
        if !connection.times.kept(deadline) {
            let after = asked.elapsed();
            return Err(CallError::Timeout { after });
        }
        let answer = Answer {
            latency: connection.times.latency(),
            bytes: value.len(),
            value,
        };
        self.counting.bytes(answer.bytes);
        self.give_back(connection, target).await;
        Ok((head.headers, answer))
    }
}

impl Dendrite {
    /// Unpacks an answer that came packed, on another thread; no more of them at once than there
    /// are cores, so that as many are in memory.
    pub(super) async fn unpacked(
        &self,
        head: HeaderMap,
        answer: Answer<Bytes>,
    ) -> Result<Answer<Bytes>, CallError> {
        let (body, limits) = (answer.value.clone(), self.inner.limits);
        let unpacked = match is_packed(&head) {
            false => unpack(&head, body, &limits),
            true => self.elsewhere(move || unpack(&head, body, &limits)).await,
        };
        if unpacked.is_err() {
            self.inner.counting.unreadable();
        }
        unpacked.map(|body| answer.map(body))
    }

    /// Reads an answer; a large one on another thread.
    pub(super) async fn read<S: Synapse>(
        &self,
        answer: Answer<Bytes>,
    ) -> Result<Answer<S::Response>, CallError> {
        let body = answer.value.clone();
        let value = match body.len() < LARGE {
            true => parse(&body),
            false => self.elsewhere(move || parse(&body)).await,
        };
        if value.is_err() {
            self.inner.counting.unreadable();
        }
        value.map(|value| answer.map(value))
    }

    /// Does what keeps a processor busy on a thread of its own, of which there are as many as
    /// processors.
    async fn elsewhere<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, CallError> + Send + 'static,
    ) -> Result<T, CallError> {
        let turn = Arc::clone(&self.inner.parsing).acquire_owned().await;
        let turn = turn.expect("the semaphore is never closed");
        let working = tokio::task::spawn_blocking(move || {
            // Goes with the work, even when nobody waits for it any more.
            let _turn = turn;
            work()
        });
        let working = working.await;
        working.unwrap_or_else(|error| {
            Err(CallError::Unreadable {
                reason: format!("its reader failed: {error}"),
            })
        })
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, CallError> {
    serde_json::from_slice(body).map_err(|error| CallError::Unreadable {
        reason: shortened(error.to_string()),
    })
}
