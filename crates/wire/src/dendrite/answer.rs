//! From the first byte of an answer to the last, within its limits.

use std::io::Read;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use hyper::{HeaderMap, Response};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout, timeout_at};

use super::builder::AnswerLimits;
use super::pool::{self, Connection};
use super::{Answer, CallError, Dendrite, Inner, Question, Target};
use crate::Synapse;

/// Bytes of a refusal that are read, and of its words that are kept.
const REFUSAL: usize = 4_096;
const WORDS: usize = 256;

/// From here on parsing takes a millisecond or more, and has a thread of its own.
const LARGE: usize = 64 << 10;

/// Room that is made before the first byte has come, whatever length is announced.
const RESERVED_AT_MOST: usize = 1 << 20;

impl Inner {
    /// Asks on a kept connection or a new one; on a new one too if the kept one turns out to have
    /// been closed by the other side in the meantime.
    pub(super) async fn exchange(
        &self,
        target: &Target,
        question: &Question,
    ) -> Result<Answer<Bytes>, CallError> {
        let address = target.address;
        if let Some(kept) = self.pool.take(address) {
            match self.on(kept, target, question).await {
                Err(CallError::Broken { source, .. }) if closed_before_answer(&source) => {}
                outcome => return outcome,
            }
        }
        let connection = pool::connect(address, self.limits.connect).await?;
        self.on(connection, target, question).await
    }

    async fn on(
        &self,
        mut connection: Connection,
        target: &Target,
        question: &Question,
    ) -> Result<Answer<Bytes>, CallError> {
        let address = target.address;
        let request = self.request(target, question, &connection.uuid).await?;
        let broken = |source| CallError::Broken { address, source };
        let started = Instant::now();
        let sending = connection.requests.send_request(request);
        let response = match timeout(self.limits.first_byte, sending).await {
            Ok(response) => response.map_err(broken)?,
            Err(_) => {
                let after = started.elapsed();
                return Err(CallError::FirstByte { after });
            }
        };
        let status = response.status();
        let limits = match status.is_success() {
            true => self.limits,
            false => AnswerLimits {
                wire: REFUSAL,
                unpacked: REFUSAL,
                ..self.limits
            },
        };
        let (head, body) = read(response, &limits, broken).await.or_else(|error| {
            // Of a refusal the status is what counts, its words are an extra.
            if status.is_success() {
                return Err(error);
            }
            Ok((HeaderMap::new(), Bytes::new()))
        })?;
        let latency = started.elapsed();
        let bytes = body.len();
        connection.used = true;
        if connection.requests.ready().await.is_ok() {
            self.pool.keep(address, connection);
        }
        let body = unpack(&head, body, limits.unpacked).await?;
        if !status.is_success() {
            return Err(CallError::Refused {
                status: status.as_u16(),
                message: words(&body),
            });
        }
        Ok(Answer {
            value: body,
            latency,
            bytes,
        })
    }
}

impl Dendrite {
    /// Reads an answer; a large one on another thread, of which there are as many as cores.
    pub(super) async fn read<S: Synapse>(
        &self,
        answer: Answer<Bytes>,
    ) -> Result<Answer<S::Response>, CallError> {
        let body = answer.value.clone();
        if body.len() < LARGE {
            return parse(&body).map(|value| answer.map(value));
        }
        let turn = self.inner.parsing.acquire().await;
        let _turn = turn.expect("the semaphore is never closed");
        let parsing = tokio::task::spawn_blocking(move || parse(&body)).await;
        let value = parsing.unwrap_or_else(|error| {
            Err(CallError::Unreadable {
                reason: format!("its reader failed: {error}"),
            })
        });
        value.map(|value| answer.map(value))
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, CallError> {
    serde_json::from_slice(body).map_err(|error| CallError::Unreadable {
        reason: shortened(error.to_string()),
    })
}

/// The other side closed a kept connection while we were about to use it.
fn closed_before_answer(error: &hyper::Error) -> bool {
    error.is_canceled() || error.is_closed() || error.is_incomplete_message()
}

/// Reads a body that is neither too large nor too slow.
async fn read(
    response: Response<Incoming>,
    limits: &AnswerLimits,
    broken: impl Fn(hyper::Error) -> CallError,
) -> Result<(HeaderMap, Bytes), CallError> {
    let too_large = || CallError::TooLarge { limit: limits.wire };
    let (head, mut body) = response.into_parts();
    let announced = head.headers.get(CONTENT_LENGTH).and_then(|length| {
        let length = length.to_str().ok()?;
        length.parse::<usize>().ok()
    });
    if announced.is_some_and(|length| length > limits.wire) {
        return Err(too_large());
    }
    let mut whole = BytesMut::with_capacity(announced.unwrap_or(0).min(RESERVED_AT_MOST));
    let began = Instant::now();
    loop {
        // By when the next bytes have to be there for the whole to be fast enough.
        let paid_for =
            Duration::from_secs_f64(whole.len() as f64 / f64::from(limits.bytes_per_second.max(1)));
        let Ok(frame) = timeout_at(began + limits.grace + paid_for, body.frame()).await else {
            return Err(CallError::Slow {
                received: whole.len(),
                after: began.elapsed(),
            });
        };
        let Some(frame) = frame else {
            return Ok((head.headers, whole.freeze()));
        };
        let Ok(data) = frame.map_err(&broken)?.into_data() else {
            continue;
        };
        if whole.len() + data.len() > limits.wire {
            return Err(too_large());
        }
        whole.extend_from_slice(&data);
    }
}

/// Unpacks a body, if it is packed.
async fn unpack(head: &HeaderMap, body: Bytes, most: usize) -> Result<Bytes, CallError> {
    match head
        .get(CONTENT_ENCODING)
        .map(|encoding| encoding.as_bytes())
    {
        None | Some(b"identity") => {}
        Some(b"gzip" | b"x-gzip") => {
            let unpacking = tokio::task::spawn_blocking(move || gunzip(&body, most));
            return unpacking.await.unwrap_or(Err(CallError::Encoding));
        }
        Some(_) => return Err(CallError::Encoding),
    }
    match body.len() > most {
        true => Err(CallError::TooLarge { limit: most }),
        false => Ok(body),
    }
}

fn gunzip(packed: &[u8], most: usize) -> Result<Bytes, CallError> {
    let mut plain = Vec::new();
    // One byte more than is allowed tells a bomb from what fits exactly.
    let mut reader = GzDecoder::new(packed).take(most as u64 + 1);
    reader
        .read_to_end(&mut plain)
        .map_err(|_| CallError::Encoding)?;
    match plain.len() > most {
        true => Err(CallError::TooLarge { limit: most }),
        false => Ok(plain.into()),
    }
}

/// What a refusal says: the SDK's `message`, or its first words whatever they are.
fn words(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Line {
        message: String,
    }

    let line = serde_json::from_slice::<Line>(body).map(|line| line.message);
    shortened(line.unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned()))
}

fn shortened(text: String) -> String {
    let mut kept = String::with_capacity(text.len().min(WORDS));
    for one in text
        .chars()
        .map(|one| if one.is_control() { ' ' } else { one })
    {
        if kept.len() + one.len_utf8() > WORDS {
            break;
        }
        kept.push(one);
    }
    kept
}
